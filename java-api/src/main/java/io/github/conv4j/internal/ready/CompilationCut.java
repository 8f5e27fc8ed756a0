package io.github.conv4j.internal.ready;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the JIT compiler is shown of a problem: a kernel in few steps of its loops a call, so that
 * HotSpot compiles all of it before it compiles a form that begins inside of a loop (ADR 27).
 *
 * <p>Of dense layers a block or two of pixels and of output channels are left, of depthwise ones
 * some blocks.
 */
public final class CompilationCut {
  /** Uncompiled Java code takes some 10 ns a product. */
  private static final long PRODUCTS = 250_000;

  /**
   * One step each, and still a multiple of how often C2 unrolls a loop; with fewer, kernels for few
   * input channels would run.
   */
  private static final long INPUTS = 32;

  private static final long STEP_OF_INPUTS = 8;

  private static final long MOST_STEPS = 50;

  /** Four vectors of 512 bits: no kernel computes more at a time. */
  private static final long OUTPUTS = 64;

  /** One vector of 512 bits. */
  private static final long VECTOR = 16;

  /** How the names of ways end whose kernels may know how far apart pixels lie. */
  private static final String DIRECT = ":direct";

  /** Channels of a chunk of the panel. */
  private static final long CHUNK = 8;

  /** The most and the least pixels of a row that are computed together then. */
  private static final long MOST_OF_ROW = 6;

  private static final long LEAST_OF_ROW = 5;

  /** Rows that are cut into blocks of the most in any case. */
  private static final long LONG_ROW = 64;

  /** How the names of ways begin whose kernels of few outputs may know how far apart pixels lie. */
  private static final String WIDE = "vector512:";

  /** How the names of those among them end whose kernels do not. */
  private static final String POINTWISE = ":pointwise";

  /** Two vectors of 512 bits. */
  private static final long DEPTHWISE_OUTPUTS = 32;

  /** The most that a block of several vectors has. */
  private static final long PIXELS = 8;

  /** The most that a block of one vector has, or of pairs of pixels. */
  private static final long PIXELS_OF_FEW_OUTPUTS = 16;

  /** Two and a half vectors of 512 bits. */
  private static final long FEW_OUTPUTS = 40;

  /** Two blocks of seven, which few pixels in sevens are cut into. */
  private static final long PIXELS_IN_SEVENS = 14;

  private static final long FEW_PIXELS = 63;

  /** At both edges and between them, rows and blocks. */
  private static final long DEPTHWISE_ROWS = 3;

  private static final long DEPTHWISE_BLOCKS = 3;

  private static final long MOST_DEPTHWISE_PIXELS = 7;

  private static final long MOST_STRIDED_DEPTHWISE_PIXELS = 4;

  private CompilationCut() {}

  /**
   * Returns what to run until it is compiled, or null if the problem itself is small.
   *
   * @param implementation of the engine for the whole; where a part of few steps has none of that
   *     name, the part has all channels and fewer rows
   * @param arena of weights of the part that are not the request's
   */
  public static @Nullable ProblemCut of(
      Alternatives engine, String implementation, PrepareRequest whole, Arena arena) {
    long mostOfRow = implementation.endsWith(DIRECT) ? engine.mostPixelsOfRow(whole) : 0;
    ProblemCut few = ofFewSteps(implementation, mostOfRow, whole, arena);
    return few != null && engine.implementations(few.request()).contains(implementation)
        ? few
        : ProblemCut.of(whole, PRODUCTS);
  }

  private static @Nullable ProblemCut ofFewSteps(
      String implementation, long mostOfRow, PrepareRequest whole, Arena arena) {
    Convolution c = whole.convolution();
    boolean isDepthwise = c.isDepthwise() && c.inChannels() == c.outChannels();
    long pixelsOfChunks = mostOfRow > 0 ? pixelsOfChunks(whole, mostOfRow) : 0;
    boolean inChunks = pixelsOfChunks > 0;
    if (c.isTransposed()
        || (isDepthwise
            ? !hasBlocks(whole)
            : c.groups() > 1
                || hasManySteps(c, inChunks ? CHUNK : 1)
                || (mostOfRow > 0 ? !inChunks : mayKnowRows(whole, implementation)))
        || !c.postOps().requestOperands().isEmpty()
        || !isChannelsLast(whole.src())
        || !isChannelsLast(whole.dst())) {
      return null;
    }
    long most = isDepthwise ? DEPTHWISE_OUTPUTS : OUTPUTS;
    long out = fewer(c.outChannels(), most, most);
    long in = isDepthwise ? out : fewer(c.inChannels(), INPUTS, STEP_OF_INPUTS);
    var source = new CutSource(whole);
    source.keepChannels(in);
    if (isDepthwise) {
      keepBlocks(source, c);
    } else {
      long pixels = inChunks ? pixelsOfChunks : pixels(whole, out);
      keepPixels(source, pixels, c.spatialRank(), whole.src().shape().dim(0));
    }
    Convolution.Builder builder = ProblemCut.builder(c, in, out).groups(isDepthwise ? in : 1);
    Tensor weights = random(TensorSpec.weights(builder.build().weightsShape()), arena);
    Tensor bias = c.hasBias() ? random(TensorSpec.bias(out), arena) : null;
    return ProblemCut.of(whole, source, builder, weights, bias);
  }

  /** Whether rows are cut into blocks as they are: taps that lie apart cut them otherwise. */
  private static boolean hasBlocks(PrepareRequest whole) {
    List<Geometry.Axis> axes = whole.geometry().axes();
    return axes.stream().allMatch(axis -> axis.dilation() == 1)
        && axes.getLast().dst() >= MOST_DEPTHWISE_PIXELS;
  }

  /** Whether several taps go more steps a call than a part is made for, with any channels. */
  private static boolean hasManySteps(Convolution c, long channelsOfStep) {
    Shape weights = c.weightsShape();
    long taps = weights.elementCount() / weights.dim(0) / weights.dim(1);
    return taps > 1 && taps * Math.min(c.inChannels(), INPUTS) > MOST_STEPS * channelsOfStep;
  }

  /**
   * Returns how many pixels of a row kernels compute together for which the channels of the source
   * lie in chunks; 0 if they do not.
   *
   * @param most of {@link Alternatives#mostPixelsOfRow}; more if that would waste much of a row
   */
  private static long pixelsOfChunks(PrepareRequest whole, long most) {
    Convolution c = whole.convolution();
    if (c.inChannels() % CHUNK != 0 || c.outChannels() < 2 * CHUNK) {
      return 0;
    }
    List<Geometry.Axis> axes = whole.geometry().axes();
    long columns =
        axes.stream().anyMatch(CompilationCut::isSpatial)
            ? axes.getLast().dst()
            : whole.dst().shape().elementCount() / c.outChannels();
    if (columns >= LONG_ROW) {
      return most;
    }
    long best = 0;
    long least = columns * 4 / 3;
    for (long pixels = LEAST_OF_ROW; pixels <= Math.min(MOST_OF_ROW, columns); pixels++) {
      if (pixels > most && best > 0) {
        break;
      }
      long computed = Math.ceilDiv(columns, pixels) * pixels;
      if (computed <= least) {
        least = computed;
        best = pixels;
      }
    }
    return best;
  }

  /**
   * Whether kernels may know how far apart the pixels of a row lie, and be made for its length:
   * wide ones with few outputs, but not pointwise ones. Fewer channels or columns would have
   * others.
   */
  private static boolean mayKnowRows(PrepareRequest whole, String implementation) {
    Convolution c = whole.convolution();
    return areInRows(c.outChannels())
        && implementation.startsWith(WIDE)
        && !implementation.endsWith(POINTWISE)
        && (c.inChannels() >= INPUTS + STEP_OF_INPUTS
            || whole.geometry().axes().stream().anyMatch(CompilationCut::isSpatial));
  }

  /** Whether outputs are one vector at most, or fill half of another, so that pixels share it. */
  private static boolean areInRows(long outputs) {
    return outputs <= VECTOR || (outputs <= FEW_OUTPUTS && outputs % VECTOR == VECTOR / 2);
  }

  private static boolean isSpatial(Geometry.Axis axis) {
    return axis.kernel() > 1 || axis.stride() > 1 || axis.begin() != 0 || axis.end() != 0;
  }

  private static boolean isChannelsLast(TensorSpec spec) {
    return spec.layout().equals(Layout.channelsLast(spec.shape().rank()));
  }

  /** Keeps what a vector or a step leaves over, which takes code of its own. */
  private static long fewer(long channels, long most, long step) {
    return channels < most + step ? channels : most + channels % step;
  }

  private static long pixels(PrepareRequest whole, long out) {
    long pixels = whole.dst().shape().elementCount() / whole.convolution().outChannels();
    if (pixels <= FEW_PIXELS && pixels % 7 == 0 && pixels % 8 != 0) {
      return PIXELS_IN_SEVENS;
    }
    return out <= FEW_OUTPUTS ? PIXELS_OF_FEW_OUTPUTS : PIXELS;
  }

  /** Keeps exactly so many pixels where there are, of several rows or images if need be. */
  private static void keepPixels(CutSource source, long pixels, int rank, long images) {
    long missing = pixels;
    for (int i = rank - 1; i >= 0; i--) {
      long kept = Math.min(missing, source.size(i));
      while (missing % kept != 0) {
        kept--;
      }
      if (kept < source.size(i)) {
        source.keep(i, kept);
      }
      missing /= kept;
    }
    source.keepImages(Math.min(missing, images));
  }

  /** Keeps blocks of as many pixels as those of the whole row, which are as even as they can be. */
  private static void keepBlocks(CutSource source, Convolution c) {
    source.keepImages(1);
    int last = c.spatialRank() - 1;
    for (int i = 0; i < last; i++) {
      if (source.size(i) > DEPTHWISE_ROWS) {
        source.keep(i, DEPTHWISE_ROWS);
      }
    }
    long columns = source.size(last);
    long most = c.stride(last) == 1 ? MOST_DEPTHWISE_PIXELS : MOST_STRIDED_DEPTHWISE_PIXELS;
    long kept = DEPTHWISE_BLOCKS * Math.ceilDiv(columns, Math.ceilDiv(columns, most));
    if (kept < columns) {
      source.keep(last, kept);
    }
  }

  private static Tensor random(TensorSpec spec, Arena arena) {
    Tensor tensor = Tensor.allocate(spec, arena);
    RandomFloats.fill(tensor);
    return tensor;
  }
}
