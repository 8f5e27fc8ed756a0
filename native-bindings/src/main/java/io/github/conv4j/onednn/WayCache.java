package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The ways of the problems that were prepared last, which was chosen, and how calls are cut: found
 * by asking oneDNN many times, so that a problem seen before skips it. Holds no native memory.
 */
final class WayCache {
  static final WayCache SHARED = new WayCache(1024);

  // Equality is written out: linking what the compiler makes takes milliseconds of a first prepare.

  private record Key(ProblemKey problem, long mostElements, boolean all) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key that
          && all == that.all
          && mostElements == that.mostElements
          && problem.equals(that.problem);
    }

    @Override
    public int hashCode() {
      return problem.hashCode();
    }
  }

  /** Ways come from this cache: the same way is the same object. */
  private record CutKey(Way way, int threads, long mostElements) {
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(@Nullable Object other) {
      return other instanceof CutKey that
          && way == that.way
          && threads == that.threads
          && mostElements == that.mostElements;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(way);
    }
  }

  /** All that a choice depends on, where types are f32 and post-ops take no tensors. */
  private record ChoiceKey(
      Convolution convolution, TensorSpec src, TensorSpec dst, int threads, long mostElements) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof ChoiceKey that
          && threads == that.threads
          && mostElements == that.mostElements
          && equal(src, that.src)
          && equal(dst, that.dst)
          && convolution.equals(that.convolution);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * src.hashCode() + dst.hashCode()) + convolution.weightsShape().hashCode();
    }

    /** Also in how their layouts are called, since explanations tell of them. */
    private static boolean equal(TensorSpec one, TensorSpec other) {
      return one.equals(other) && one.layout().equals(other.layout());
    }
  }

  private final int limit;
  private final Map<Key, List<Way>> ways = newMap();
  private final Map<CutKey, List<PartPlan>> cuts = newMap();
  private final Map<ChoiceKey, Choice> choices = newMap();

  WayCache(int limit) {
    this.limit = limit;
  }

  private <K, V> Map<K, V> newMap() {
    return new LinkedHashMap<>(64, 0.75f, true) {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > WayCache.this.limit;
      }
    };
  }

  /** Forgets all. */
  void forget() {
    synchronized (ways) {
      ways.clear();
    }
    synchronized (cuts) {
      cuts.clear();
    }
    synchronized (choices) {
      choices.clear();
    }
  }

  /** Returns what was chosen for such a request; null if it is not known. */
  @Nullable Choice choice(PrepareRequest request, int threads, long mostElements) {
    ChoiceKey key = key(request, threads, mostElements);
    synchronized (choices) {
      return choices.get(key);
    }
  }

  /** Keeps a choice for those who ask for it by {@link #choice}. */
  void keep(Choice choice, PrepareRequest request, int threads, long mostElements) {
    ChoiceKey key = key(request, threads, mostElements);
    synchronized (choices) {
      choices.put(key, choice);
    }
  }

  private static ChoiceKey key(PrepareRequest request, int threads, long mostElements) {
    return new ChoiceKey(
        request.convolution(), request.src(), request.dst(), threads, mostElements);
  }

  /** As {@link Way#of}. */
  List<Way> ways(
      NativeProblem problem, TensorSpec src, TensorSpec dst, long mostElements, boolean all) {
    var key = new Key(ProblemKey.of(problem, src, dst), mostElements, all);
    synchronized (ways) {
      List<Way> known = ways.get(key);
      if (known != null) {
        return known;
      }
    }
    List<Way> found = List.copyOf(Way.of(problem, src, dst, mostElements, all));
    synchronized (ways) {
      ways.put(key, found);
    }
    return found;
  }

  /** As {@link PartPlan#of}. */
  List<PartPlan> cuts(Way way, int threads, long mostElements) {
    var key = new CutKey(way, threads, mostElements);
    synchronized (cuts) {
      List<PartPlan> known = cuts.get(key);
      if (known != null) {
        return known;
      }
    }
    List<PartPlan> found = PartPlan.of(way.spec(), way.implementation(), threads, mostElements);
    synchronized (cuts) {
      cuts.put(key, found);
    }
    return found;
  }
}
