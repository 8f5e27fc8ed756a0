package io.github.conv4j.internal.ready;

import io.github.conv4j.Convolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * What the JIT compiler is shown of a problem: the same kernels in few steps a call.
 *
 * <p>HotSpot compiles a method once it was called 600 times, if calls and steps of its loops are
 * 15,000 together. If the loops have gone 40,000 steps before, it compiles a form of the method
 * that begins in the loop, and the whole method only afterwards; of kernels, either takes up to
 * half a second. With fewer than some fifty steps a call the second is the first.
 *
 * <p>So dense layers keep one block of pixels and of output channels, depthwise ones some blocks.
 */
public final class CompilationCut {
  /** Uncompiled Java code takes some 10 ns a product. */
  private static final long PRODUCTS = 250_000;

  /**
   * One step each, and still a multiple of how often C2 unrolls a loop; with fewer, kernels for few
   * input channels would run.
   */
  private static final long INPUTS = 40;

  private static final long STEP_OF_INPUTS = 8;

  /** Two vectors of 512 bits: most kernels compute two at a time. */
  private static final long OUTPUTS = 32;

  /** The most that a block of a product has. */
  private static final long PIXELS = 8;

  /** At both edges and between them. */
  private static final long ROWS_OF_PLANES = 3;

  /** Of src. Blocks have up to seven pixels, and code of their own at both edges. */
  private static final long COLUMNS_OF_PLANES = 21;

  private CompilationCut() {}

  /**
   * Returns what to run until it is compiled, or null if the problem itself is small.
   *
   * @param arena of weights of the part that are not the request's
   */
  public static @Nullable ProblemCut of(PrepareRequest whole, Arena arena) {
    ProblemCut few = ofFewSteps(whole, arena);
    return few == null ? ProblemCut.of(whole, PRODUCTS) : few;
  }

  private static @Nullable ProblemCut ofFewSteps(PrepareRequest whole, Arena arena) {
    Convolution c = whole.convolution();
    boolean isPlanes = c.isDepthwise() && c.inChannels() == c.outChannels();
    if (c.isTransposed()
        || (c.groups() > 1 && !isPlanes)
        || !c.postOps().requestOperands().isEmpty()
        || !(whole.src().layout() instanceof Layout.Plain)
        || !(whole.dst().layout() instanceof Layout.Plain)) {
      return null;
    }
    long out = fewer(c.outChannels(), OUTPUTS, OUTPUTS);
    long in = isPlanes ? out : fewer(c.inChannels(), INPUTS, STEP_OF_INPUTS);
    var source = new CutSource(whole);
    source.keepImages(1);
    source.keepChannels(in);
    if (isPlanes) {
      keepPlanes(source, c);
    } else {
      keepPixels(source, c.spatialRank());
    }
    Convolution.Builder builder = ProblemCut.builder(c, in, out).groups(isPlanes ? in : 1);
    Tensor weights = random(TensorSpec.weights(builder.build().weightsShape()), arena);
    Tensor bias = c.hasBias() ? random(TensorSpec.bias(out), arena) : null;
    return ProblemCut.of(whole, source, builder, weights, bias);
  }

  /** Keeps what a vector or a step leaves over, which takes code of its own. */
  private static long fewer(long channels, long most, long step) {
    return channels < most + step ? channels : most + channels % step;
  }

  /** Keeps one row of pixels, and more where rows are very short. */
  private static void keepPixels(CutSource source, int rank) {
    long missing = PIXELS;
    for (int i = rank - 1; i >= 0; i--) {
      long kept = Math.min(missing, source.size(i));
      if (kept < source.size(i)) {
        source.keep(i, kept);
      }
      missing = Math.ceilDiv(missing, kept);
    }
  }

  /** Keeps few rows of some columns: how wide a block is depends on what divides their number. */
  private static void keepPlanes(CutSource source, Convolution c) {
    int last = c.spatialRank() - 1;
    for (int i = 0; i < last; i++) {
      if (source.size(i) > ROWS_OF_PLANES) {
        source.keep(i, ROWS_OF_PLANES);
      }
    }
    long most = Math.max(1, COLUMNS_OF_PLANES / c.stride(last));
    long kept = source.size(last);
    while (kept * 3 / 4 > most) {
      kept = Math.ceilDiv(kept, 2);
    }
    kept = kept > most ? Math.max(1, kept * 3 / 4) : kept;
    if (kept < source.size(last)) {
      source.keep(last, kept);
    }
  }

  private static Tensor random(TensorSpec spec, Arena arena) {
    Tensor tensor = Tensor.allocate(spec, arena);
    RandomFloats.fill(tensor);
    return tensor;
  }
}
