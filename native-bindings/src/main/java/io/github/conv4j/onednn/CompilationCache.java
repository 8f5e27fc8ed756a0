package io.github.conv4j.onednn;

import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The problems that were compiled last, for the whole process: what makes the second prepare of a
 * problem cheap. Bounded, since each entry keeps generated code alive.
 */
final class CompilationCache {
  static final CompilationCache SHARED = new CompilationCache(384);

  private record Key(
      NativeProblem problem, TensorSpec src, TensorSpec dst, @Nullable String implementation) {}

  private final int limit;
  private final Map<Key, CompiledConvolution> entries = new LinkedHashMap<>(64, 0.75f, true);

  /** What oneDNN was asked for in vain: asking again would take as long. */
  private final Set<Key> unimplemented = new LinkedHashSet<>();

  CompilationCache(int limit) {
    this.limit = limit;
  }

  /** Returns the compiled problem with one more user, who must release it. */
  CompiledConvolution compile(NativeProblem problem, TensorSpec src, TensorSpec dst) {
    return compile(problem, src, dst, null);
  }

  /**
   * Returns the problem compiled by one of {@link CompiledConvolution#implementations}, or by
   * oneDNN's first where the name is null, with one more user, who must release it.
   */
  CompiledConvolution compile(
      NativeProblem problem, TensorSpec src, TensorSpec dst, @Nullable String implementation) {
    var key = new Key(problem, src, dst, implementation);
    synchronized (entries) {
      CompiledConvolution known = entries.get(key);
      if (known != null && known.retain()) {
        return known;
      }
      if (unimplemented.contains(key)) {
        throw new DnnlStatusException(DnnlStatusException.UNIMPLEMENTED, "choosing a kernel");
      }
    }
    // Outside the lock: generating code takes milliseconds. Two callers may both do it; one wins.
    CompiledConvolution compiled = generate(key);
    List<CompiledConvolution> dropped = new ArrayList<>();
    synchronized (entries) {
      compiled.retain();
      CompiledConvolution replaced = entries.put(key, compiled);
      if (replaced != null) {
        dropped.add(replaced);
      }
      var oldest = entries.values().iterator();
      while (entries.size() > limit) {
        dropped.add(oldest.next());
        oldest.remove();
      }
    }
    dropped.forEach(CompiledConvolution::release);
    return compiled;
  }

  private CompiledConvolution generate(Key key) {
    try {
      return new CompiledConvolution(key.problem, key.src, key.dst, key.implementation);
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        synchronized (entries) {
          unimplemented.add(key);
          if (unimplemented.size() > limit) {
            unimplemented.remove(unimplemented.iterator().next());
          }
        }
      }
      throw e;
    }
  }
}
