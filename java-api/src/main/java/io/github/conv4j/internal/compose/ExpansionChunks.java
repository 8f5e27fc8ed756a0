package io.github.conv4j.internal.compose;

import io.github.conv4j.Connection;
import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.PostOp;
import io.github.conv4j.PostOps;
import io.github.conv4j.Step;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sequence in which what a pointwise convolution expands, a depthwise one convolves and another
 * pointwise one projects is computed in chunks of channels, one after the other, so that a part of
 * these channels is in memory at a time. Each projection but the first adds what the one before
 * gave (docs/adr/0051).
 */
final class ExpansionChunks {
  /** The channels of a cache line; chunks are of whole lines. */
  private static final long LINE_CHANNELS = 16;

  private static final int MOST_CHUNKS = 3;

  /** Below this, the calls of more chunks cost more than the memory is worth. */
  private static final long LEAST_BYTES = 1 << 18;

  /** Of the memory without chunks; where more is left, they are not worth their calls. */
  private static final int MOST_TENTHS = 6;

  /** Of weights, which are split in an array. */
  private static final long MOST_ELEMENTS = 1 << 24;

  private final ConvolutionSequence given;
  private final List<Parameters> parameters;
  private final List<Shape> shapes;
  private final Arena arena;

  /** The number of each result of the given sequence in the new one. */
  private final int[] newNumbers;

  private final List<Step> steps = new ArrayList<>();
  private final List<Connection> connections = new ArrayList<>();
  private final List<Parameters> newParameters = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** What the whole sum has as operands, by the number of a result that is a part of it. */
  private final Map<Integer, List<Integer>> partialSums = new HashMap<>();

  private ExpansionChunks(
      ConvolutionSequence given, Shape src, List<Parameters> parameters, Arena arena) {
    this.given = given;
    this.parameters = parameters;
    this.shapes = given.resultShapes(src);
    this.arena = arena;
    this.newNumbers = new int[given.steps().size() + 1];
  }

  /**
   * Rewrites a sequence; one that holds no expansion worth it stays as it is.
   *
   * @param parameters one entry for each convolution
   * @param arena where parts of weights are copied to
   * @throws IllegalArgumentException if the source, or parameters of a step that is split, do not
   *     fit
   */
  static ExpansionChunks of(
      ConvolutionSequence given, TensorSpec src, List<Parameters> parameters, Arena arena) {
    var chunks = new ExpansionChunks(given, src.shape(), parameters, arena);
    chunks.rewrite(src.dataType() == DataType.F32);
    return chunks;
  }

  /** Leaves a sequence as it is. */
  static ExpansionChunks none(
      ConvolutionSequence given, TensorSpec src, List<Parameters> parameters) {
    var chunks = new ExpansionChunks(given, src.shape(), parameters, Arena.global());
    chunks.rewrite(false);
    return chunks;
  }

  ConvolutionSequence sequence() {
    return new ConvolutionSequence(steps, connections);
  }

  List<Parameters> parameters() {
    return Collections.unmodifiableList(newParameters);
  }

  /** Returns what was split, for people; empty where nothing was. */
  String note() {
    return String.join("", notes);
  }

  /** Tells whether a result, by its number, is a sum that the given sequence does not hold. */
  boolean isPartialSum(int result) {
    return partialSums.containsKey(result);
  }

  /** Returns the results, by their numbers, whose layout one must have: those it is added to. */
  List<Integer> sameLayoutAs(int result) {
    List<Integer> ofSum = partialSums.get(result);
    return ofSum == null || ofSum.isEmpty() ? connections.get(result - 1).operands() : ofSum;
  }

  private void rewrite(boolean maySplit) {
    int convolution = 0;
    for (int i = 0; i < given.steps().size(); i++) {
      int count = maySplit ? chunkCount(i, convolution) : 1;
      if (count > 1) {
        addChunks(i, convolution, count);
        i += 2;
        convolution += 3;
      } else {
        Step step = given.steps().get(i);
        if (step instanceof Convolution) {
          newParameters.add(parameters.get(convolution++));
        }
        steps.add(step);
        connections.add(renumbered(given.connections().get(i)));
      }
      newNumbers[i + 1] = steps.size();
    }
  }

  private Connection renumbered(Connection connection) {
    int[] operands =
        connection.operands().stream().mapToInt(result -> newNumbers[result]).toArray();
    return Connection.from(newNumbers[connection.src()]).operands(operands);
  }

  /** Returns in how many chunks an expansion that begins at a step is computed; 1 for others. */
  private int chunkCount(int first, int convolution) {
    if (!isExpansion(first)) {
      return 1;
    }
    for (Parameters each : parameters.subList(convolution, convolution + 3)) {
      if (each == null || !isSplittable(each.weights()) || !isSplittable(each.bias())) {
        return 1;
      }
    }
    long channels = shapes.get(first + 1).dim(1);
    double expanded = shapes.get(first + 1).elementCount();
    double convolved = shapes.get(first + 2).elementCount();
    if ((expanded + convolved) * Float.BYTES < LEAST_BYTES) {
      return 1;
    }
    int source = given.connections().get(first).src();
    // The caller's source is not in the arena; chunks need another one until the last of them.
    double held = source == 0 ? 0 : shapes.get(source).elementCount();
    double heldWhole = isReadAfter(first, source) ? held : 0;
    double whole = Math.max(held + expanded, heldWhole + expanded + convolved);
    double pixels = (expanded + convolved) / channels;
    double projected = shapes.get(first + 3).elementCount();
    for (int count = 2; count <= MOST_CHUNKS; count++) {
      // With more than two, one sum is read while the next is written.
      double chunked = held + end(0, channels, count) * pixels + (count - 1) * projected;
      long last = channels - end(count - 2, channels, count);
      if (10 * chunked <= MOST_TENTHS * whole && last >= LINE_CHANNELS) {
        return count;
      }
    }
    return 1;
  }

  /** Returns where a chunk ends: lines are spread evenly, the first chunks have the most. */
  private static long end(int chunk, long channels, int count) {
    long lines = Math.ceilDiv(channels, LINE_CHANNELS);
    long before = (chunk + 1) * (lines / count) + Math.min(chunk + 1, lines % count);
    return Math.min(channels, before * LINE_CHANNELS);
  }

  private boolean isReadAfter(int step, int result) {
    return given.connections().stream()
        .skip(step + 1L)
        .anyMatch(later -> later.src() == result || later.operands().contains(result));
  }

  private static boolean isSplittable(@Nullable Tensor tensor) {
    return tensor == null
        || (tensor.spec().dataType() == DataType.F32
            && !(tensor.spec().layout() instanceof Layout.Blocked)
            && tensor.spec().shape().elementCount() <= MOST_ELEMENTS);
  }

  private boolean isExpansion(int first) {
    if (first + 3 > given.steps().size()
        || !(given.steps().get(first) instanceof Convolution expansion)
        || !(given.steps().get(first + 1) instanceof Convolution depthwise)
        || !(given.steps().get(first + 2) instanceof Convolution projection)) {
      return false;
    }
    return isPointwise(expansion)
        && expansion.postOps().isPointwise()
        && depthwise.isDepthwise()
        && depthwise.inChannels() == depthwise.outChannels()
        && !depthwise.isTransposed()
        && depthwise.quantization().isNone()
        && depthwise.postOps().isPointwise()
        && isPointwise(projection)
        && projection.postOps().list().size() < PostOps.MOST
        && isReadByNextOnly(first + 1)
        && isReadByNextOnly(first + 2);
  }

  private static boolean isPointwise(Convolution convolution) {
    long taps = 1;
    for (int axis = 0; axis < convolution.spatialRank(); axis++) {
      taps *= convolution.kernel(axis);
    }
    return taps == 1
        && convolution.groups() == 1
        && !convolution.isTransposed()
        && convolution.quantization().isNone();
  }

  private boolean isReadByNextOnly(int result) {
    for (int i = 0; i < given.steps().size(); i++) {
      Connection connection = given.connections().get(i);
      if (connection.operands().contains(result) || (connection.src() == result) != (i == result)) {
        return false;
      }
    }
    return true;
  }

  private void addChunks(int first, int convolution, int count) {
    Convolution expansion = checked(first, convolution);
    Convolution depthwise = checked(first + 1, convolution + 1);
    Convolution projection = checked(first + 2, convolution + 2);
    Parameters projecting = parameters.get(convolution + 2);
    Connection projected = renumbered(given.connections().get(first + 2));
    Connection source = Connection.from(newNumbers[given.connections().get(first).src()]);
    var expanding = new Floats(parameters.get(convolution));
    var convolving = new Floats(parameters.get(convolution + 1));
    float[] columns = projecting.weights().toFloatArray();
    long channels = expansion.outChannels();
    notes.add(", %d channels in %d chunks".formatted(channels, count));
    int from = 0;
    for (int i = 0; i < count; i++) {
      int to = Math.toIntExact(end(i, channels, count));
      int part = to - from;
      boolean isFirst = i == 0;
      boolean isLast = i == count - 1;
      add(
          resized(expansion, expansion.inChannels(), part).build(),
          source,
          expanding.rows(from, to));
      add(
          resized(depthwise, part, part).groups(part).build(),
          Connection.from(steps.size()),
          convolving.rows(from, to));
      Convolution.Builder partial = resized(projection, part, projection.outChannels());
      List<PostOp> postOps = new ArrayList<>();
      List<Integer> operands = new ArrayList<>();
      if (!isFirst) {
        partial.bias(false);
        postOps.add(PostOp.add(PostOp.Operand.full().atEachRun()));
        // What the last chunk's projection gave, before this one's two steps.
        operands.add(steps.size() - 2);
      }
      if (isLast) {
        postOps.addAll(projection.postOps().list());
        operands.addAll(projected.operands());
      }
      Tensor weights = columns(projecting.weights().spec().shape(), columns, from, to);
      add(
          partial.postOps(PostOps.of(postOps)).build(),
          new Connection(steps.size(), operands),
          new Parameters(
              weights,
              isFirst ? projecting.bias() : null,
              isLast ? projecting.operands() : List.of()));
      if (!isLast) {
        partialSums.put(steps.size(), projected.operands());
      }
      from = to;
    }
  }

  private void add(Convolution convolution, Connection connection, Parameters itsParameters) {
    steps.add(convolution);
    connections.add(connection);
    newParameters.add(itsParameters);
  }

  /** Refuses parameters as preparing the whole step would. */
  private Convolution checked(int step, int convolution) {
    var described = (Convolution) given.steps().get(step);
    Shape read = shapes.get(given.connections().get(step).src());
    var request = ConvolutionRequest.of(described, TensorSpec.of(DataType.F32, Layout.ANY, read));
    PrepareRequest.of(request.withParameters(parameters.get(convolution)));
    return described;
  }

  private static Convolution.Builder resized(Convolution whole, long in, long out) {
    int rank = whole.spatialRank();
    Convolution.Builder builder =
        switch (rank) {
          case 1 -> Convolution.conv1d(in, out);
          case 2 -> Convolution.conv2d(in, out);
          default -> Convolution.conv3d(in, out);
        };
    long[] kernel = new long[rank];
    long[] stride = new long[rank];
    long[] dilation = new long[rank];
    Arrays.setAll(kernel, whole::kernel);
    Arrays.setAll(stride, whole::stride);
    Arrays.setAll(dilation, whole::dilation);
    return builder
        .kernel(kernel)
        .stride(stride)
        .dilation(dilation)
        .padding(whole.padding())
        .flippedKernel(whole.isKernelFlipped())
        .fpmathMode(whole.fpmathMode())
        .bias(whole.hasBias())
        .postOps(whole.postOps());
  }

  /** The weights and the bias of a step, of which some output channels are taken. */
  private final class Floats {
    private final Shape shape;
    private final float[] weights;
    private final float @Nullable [] bias;

    Floats(Parameters whole) {
      shape = whole.weights().spec().shape();
      weights = whole.weights().toFloatArray();
      Tensor biasTensor = whole.bias();
      bias = biasTensor == null ? null : biasTensor.toFloatArray();
    }

    Parameters rows(int from, int to) {
      int row = weights.length / (int) shape.dim(0);
      long[] dims = shape.dims();
      dims[0] = to - from;
      float[] part = Arrays.copyOfRange(weights, from * row, to * row);
      return new Parameters(
          tensor(Shape.of(dims), part),
          bias == null
              ? null
              : Tensor.ofFloats(
                  TensorSpec.bias(dims[0]), Arrays.copyOfRange(bias, from, to), arena));
    }
  }

  /** The weights of some input channels, for kernels of one element. */
  private Tensor columns(Shape shape, float[] weights, int from, int to) {
    int in = (int) shape.dim(1);
    int part = to - from;
    long[] dims = shape.dims();
    dims[1] = part;
    float[] columns = new float[(int) shape.dim(0) * part];
    for (int row = 0; row < shape.dim(0); row++) {
      System.arraycopy(weights, row * in + from, columns, row * part, part);
    }
    return tensor(Shape.of(dims), columns);
  }

  private Tensor tensor(Shape shape, float[] values) {
    return Tensor.ofFloats(TensorSpec.weights(shape), values, arena);
  }
}
