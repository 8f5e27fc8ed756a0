package io.github.conv4j.bench.overhead;

import io.github.conv4j.Geometry;
import io.github.conv4j.Parameters;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A 2D problem that both sides run, filled with the same integers: src and dst channels-last.
 *
 * @param line as people write it
 * @param problem what it says
 */
record Layer(String line, Problem problem) {
  private static final long PAGE_BYTES = 4096;
  private static final long ALIGNMENT_BYTES = Tensor.ALIGNMENT_BYTES;
  private static final long LINES_IN_PAGE = PAGE_BYTES / ALIGNMENT_BYTES;

  Layer {
    if (problem.geometry().axes().size() != 2) {
      throw new IllegalArgumentException("the floor runs 2D problems but " + line + " is not one");
    }
  }

  static Layer of(String line) {
    return new Layer(line, Problem.parse(line));
  }

  /** Returns layers of about 1, 8, 60, 450 and 1000 µs, the smallest first. */
  static List<Layer> all() {
    return List.of(
        of("mb1_ic8oc8_ih8kh1"),
        of("mb1_ic64oc64_ih14kh1"),
        of("mb1_ic64oc64_ih14kh3ph1"),
        of("mb1_ic256oc64_ih56kh1"),
        of("mb1_ic64oc64_ih56kh3ph1"));
  }

  /**
   * Where src and dst begin, in bytes after the start of a page: a few kernels depend on it, so
   * rounds vary it, and both sides use the same.
   */
  record Offsets(long src, long dst) {
    /** Steps that share no factor with a page's lines reach every place. */
    static Offsets ofRound(int round) {
      return new Offsets(
          round * 13L % LINES_IN_PAGE * ALIGNMENT_BYTES,
          (round * 29L + 7) % LINES_IN_PAGE * ALIGNMENT_BYTES);
    }
  }

  /** Returns the command that describes this layer, and the code for it, to the C program. */
  String floorCommand(Offsets offsets, String implementation) {
    Geometry geometry = problem.geometry();
    LongStream sizes =
        LongStream.of(
            problem.src().dim(0),
            problem.convolution().groups(),
            problem.convolution().inChannels(),
            problem.convolution().outChannels());
    LongStream axes = geometry.axes().stream().flatMapToLong(Layer::floorNumbers);
    LongStream places = LongStream.of(offsets.src(), offsets.dst());
    return LongStream.concat(LongStream.concat(sizes, axes), places)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(" ", "prepare ", " " + implementation));
  }

  private static LongStream floorNumbers(Geometry.Axis axis) {
    return LongStream.of(
        axis.src(),
        axis.dst(),
        axis.kernel(),
        axis.stride(),
        axis.dilation() - 1,
        axis.begin(),
        axis.end());
  }

  /** Returns the weights and the bias. */
  Parameters parameters(Arena arena) {
    Tensor weights =
        Tensor.allocate(TensorSpec.weights(problem.convolution().weightsShape()), arena);
    Tensor bias = Tensor.allocate(TensorSpec.bias(problem.convolution().outChannels()), arena);
    fill(weights, 2);
    fill(bias, 3);
    return new Parameters(weights, bias);
  }

  PreparedConvolution prepare(Engine engine, Parameters parameters) {
    var src = TensorSpec.of(DataType.F32, Layout.NHWC, problem.src());
    return engine.prepare(problem.convolution(), src, parameters.weights(), parameters.bias());
  }

  /** Returns a filled src at its place in a page. */
  Tensor src(PreparedConvolution prepared, Offsets offsets, Arena arena) {
    Tensor src = place(prepared.src(), offsets.src(), arena);
    fill(src, 1);
    return src;
  }

  /** Returns a dst of NaN, so that an output that is not written is found. */
  Tensor dst(PreparedConvolution prepared, Offsets offsets, Arena arena) {
    Tensor dst = place(prepared.dst(), offsets.dst(), arena);
    dst.fill(Float.NaN);
    return dst;
  }

  private static Tensor place(TensorSpec spec, long offset, Arena arena) {
    MemorySegment block = arena.allocate(spec.byteSize() + offset, PAGE_BYTES);
    return Tensor.wrap(spec, block.asSlice(offset));
  }

  /** From -6 to 6: every product and every sum is exact, in any order. The C side does the same. */
  private static void fill(Tensor tensor, long salt) {
    MemorySegment bytes = tensor.segment();
    for (long i = 0, n = bytes.byteSize() / Float.BYTES; i < n; i++) {
      bytes.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) ((i * 7 + i / 13 * 5 + salt) % 13 - 6));
    }
  }

  /** Returns what the C program computes over the same bytes. */
  static long checksum(Tensor tensor) {
    MemorySegment bytes = tensor.segment();
    long sum = 0;
    for (long i = 0, n = bytes.byteSize() / Integer.BYTES; i < n; i++) {
      sum = sum * 31 + Integer.toUnsignedLong(bytes.getAtIndex(ValueLayout.JAVA_INT, i));
    }
    return sum;
  }

  @Override
  public String toString() {
    return line;
  }
}
