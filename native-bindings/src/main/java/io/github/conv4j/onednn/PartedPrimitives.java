package io.github.conv4j.onednn;

import io.github.conv4j.internal.prepared.PrepareRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The primitives of one prepared convolution: one for the whole problem, and where a call may be
 * shared between threads, one for each part.
 */
final class PartedPrimitives implements AutoCloseable {
  private final PackedConvolution whole;
  private final List<PackedConvolution> parts = new ArrayList<>();
  private @Nullable PartPlan plan;

  /** Takes over one use of {@code compiled}. */
  PartedPrimitives(CompiledConvolution compiled, NativeProblem problem, PrepareRequest request) {
    this.whole = new PackedConvolution(compiled, problem, request.weights(), request.bias());
  }

  /**
   * Adds primitives for parts, in the first way of cutting for which oneDNN has the implementation
   * of the whole; none if there is no such way.
   */
  void cut(NativeProblem problem, PrepareRequest request, int count) {
    CompiledConvolution compiled = whole.compiled();
    for (PartPlan way : PartPlan.of(problem, compiled.src(), compiled.dst(), count)) {
      if (compile(way, request)) {
        plan = way;
        return;
      }
      closeParts();
    }
  }

  private boolean compile(PartPlan way, PrepareRequest request) {
    String implementation = whole.compiled().implementation().name();
    for (PartPlan.Part part : way.parts()) {
      CompiledConvolution compiled;
      try {
        compiled =
            CompilationCache.SHARED.compile(part.problem(), part.src(), part.dst(), implementation);
      } catch (DnnlStatusException e) {
        if (e.isUnimplemented()) {
          return false;
        }
        throw e;
      }
      parts.add(PackedConvolution.ofPart(compiled, part, request, whole));
    }
    return true;
  }

  PackedConvolution whole() {
    return whole;
  }

  /** Returns how many parts there are, or 1. */
  int partCount() {
    return Math.max(1, parts.size());
  }

  PartPlan.Part part(int index) {
    if (plan == null) {
      throw new AssertionError("there are no parts");
    }
    return plan.parts().get(index);
  }

  PackedConvolution primitive(int index) {
    return parts.get(index);
  }

  /** Returns what the parts are, for {@code explain}; empty if there are none. */
  String partsText() {
    return plan == null ? "" : " in %d parts by %s".formatted(parts.size(), plan.name());
  }

  long weightsByteSize() {
    return whole.compiled().weightsByteSize()
        + parts.stream()
            .filter(part -> !part.sharesWeightsOf(whole))
            .mapToLong(part -> part.compiled().weightsByteSize())
            .sum();
  }

  /** The most scratchpad bytes that a primitive needs, and those of a copied part. */
  long scratchpadByteSize() {
    long most =
        Math.max(
            whole.compiled().scratchpadByteSize(),
            parts.stream().mapToLong(part -> part.compiled().scratchpadByteSize()).max().orElse(0));
    PackedConvolution copied = largestCopied();
    return most + (copied == null ? 0 : copied.compiled().dst().byteSize());
  }

  /** Returns the part with the largest result among those that are copied, or null. */
  @Nullable PackedConvolution largestCopied() {
    PackedConvolution largest = null;
    for (int i = 0; i < parts.size(); i++) {
      PackedConvolution part = parts.get(i);
      boolean larger =
          largest == null || part.compiled().dst().byteSize() > largest.compiled().dst().byteSize();
      if (part(i).copyPitch() > 0 && larger) {
        largest = part;
      }
    }
    return largest;
  }

  private void closeParts() {
    parts.forEach(PackedConvolution::close);
    parts.clear();
  }

  @Override
  public void close() {
    closeParts();
    whole.close();
  }
}
