package io.github.conv4j.internal.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.Geometry;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.ElementOffsets;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.ElementBlock;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A convolution by the naive loops, on row-major copies of its tensors. */
public final class ReferenceConvolution implements Primitive {
  private static final Geometry.Axis ABSENT = new Geometry.Axis(1, 1, 1, 1, 1, 0, 0);

  /** Row-major copies of src and dst for one concurrent caller. */
  private static final class Arrays {
    final float[] src;
    final double[] dst;
    final float[][] operands;
    final Loops.Taps taps;
    final ElementBlock srcElement;
    final ElementBlock dstElement;
    final float[] number = new float[1];
    final int[] integer = new int[1];

    Arrays(TensorSpec src, TensorSpec dst, List<TensorSpec> operands, Loops.Taps taps) {
      this.taps = taps;
      this.src = new float[Math.toIntExact(src.shape().elementCount())];
      this.dst = new double[Math.toIntExact(dst.shape().elementCount())];
      this.srcElement = new ElementBlock(src.dataType(), 1);
      this.dstElement = new ElementBlock(dst.dataType(), 1);
      this.operands = new float[operands.size()][];
      for (int i = 0; i < this.operands.length; i++) {
        this.operands[i] = new float[Math.toIntExact(operands.get(i).shape().elementCount())];
      }
    }
  }

  private final TensorSpec src;
  private final TensorSpec dst;
  private final List<TensorSpec> operandSpecs;
  private final Loops loops;
  private final float[] weights;
  private final double @Nullable [] bias;
  private final Outputs outputs;
  private final long epilogueByteSize;
  private final int zeroPoint;
  private final long[] srcOffsets;
  private final long[] dstOffsets;
  private final long[][] operandOffsets;

  private ReferenceConvolution(
      TensorSpec src,
      TensorSpec dst,
      List<TensorSpec> operands,
      Loops loops,
      float[] weights,
      double @Nullable [] bias,
      Outputs outputs,
      long epilogueByteSize,
      int zeroPoint) {
    this.src = src;
    this.dst = dst;
    this.operandSpecs = operands;
    this.outputs = outputs;
    this.epilogueByteSize = epilogueByteSize;
    this.zeroPoint = zeroPoint;
    this.operandOffsets = operands.stream().map(ElementOffsets::of).toArray(long[][]::new);
    this.loops = loops;
    this.weights = weights;
    this.bias = bias;
    this.srcOffsets = ElementOffsets.of(src);
    this.dstOffsets = ElementOffsets.of(dst);
  }

  /**
   * Prepares the naive loops for an engine.
   *
   * @param engine the name of the engine that the loops stand in for
   * @param warning why it is slow
   */
  public static PreparedConvolution prepare(
      String engine, String warning, PrepareRequest request, Ledger ledger) {
    Convolution c = request.convolution();
    List<Geometry.Axis> axes = request.geometry().axes();
    int last = axes.size() - 1;
    var loops =
        new Loops(
            Math.toIntExact(request.src().shape().dim(0)),
            Math.toIntExact(c.groups()),
            Math.toIntExact(c.inChannels() / c.groups()),
            Math.toIntExact(c.outChannels() / c.groups()),
            last >= 2 ? axes.get(last - 2) : ABSENT,
            last >= 1 ? axes.get(last - 1) : ABSENT,
            axes.get(last),
            c.padding().mode(),
            c.isTransposed());
    TensorSpec src = planesWhereOpen(request.src());
    TensorSpec dst = planesWhereOpen(request.dst());
    float[] weights = CopiedWeights.of(c, request.weights());
    ConvolutionTypes types = request.types();
    Tensor biasTensor = request.bias();
    boolean afterScales = types.isQuantized() && types.bias() == DataType.F32;
    double[] bias = biasTensor == null || afterScales ? null : numbers(biasTensor);
    var epilogue = new Epilogue(c.postOps(), request.operands());
    Outputs outputs =
        types.isQuantized()
            ? new QuantizedOutputs(
                c,
                types,
                biasTensor != null && afterScales ? biasTensor.toFloatArray() : null,
                epilogue)
            : (sum, channel, index, runOperands) ->
                (float) epilogue.apply(sum, channel, index, runOperands);
    List<TensorSpec> operands = PrepareRequest.runOperandSpecs(c, dst);
    long weightsBytes =
        (long) weights.length * Float.BYTES
            + (bias == null ? 0L : bias.length) * Double.BYTES
            + epilogue.constantsByteSize();
    long scratchBytes =
        src.shape().elementCount() * Float.BYTES
            + dst.shape().elementCount() * Double.BYTES
            + loops.tapsByteSize();
    for (TensorSpec operand : operands) {
      scratchBytes += operand.shape().elementCount() * Float.BYTES;
    }
    var stage =
        Explanation.Stage.of(
                (c.isTransposed() ? "transposed convolution" : "convolution")
                    + (c.postOps().isEmpty() ? "" : " with post-ops " + c.postOps()),
                "java:naive-loops",
                src,
                dst)
            .withWeights("row-major", weightsBytes)
            .withScratchpad(scratchBytes);
    var explanation =
        Explanation.of(engine, request.problemText(), List.of(stage))
            .withWarnings(List.of(warning));
    var primitive =
        new ReferenceConvolution(
            src,
            dst,
            operands,
            loops,
            weights,
            bias,
            outputs,
            epilogue.constantsByteSize(),
            c.quantization().srcZeroPoint());
    return PreparedProgram.of(src, dst, operands, explanation, ledger, primitive);
  }

  private static double[] numbers(Tensor tensor) {
    double[] numbers = new double[Math.toIntExact(tensor.spec().shape().elementCount())];
    if (tensor.spec().dataType().isInteger()) {
      int[] integers = tensor.toIntArray();
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = integers[i];
      }
    } else {
      float[] floats = tensor.toFloatArray();
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = floats[i];
      }
    }
    return numbers;
  }

  /** Row-major, as the definition counts; other engines are at their best with channels last. */
  private static TensorSpec planesWhereOpen(TensorSpec spec) {
    return spec.isAny() ? spec.withLayout(Layout.channelsFirst(spec.shape().rank())) : spec;
  }

  @Override
  public long heapConstantsByteSize() {
    long offsets = srcOffsets.length + (long) dstOffsets.length;
    for (long[] each : operandOffsets) {
      offsets += each.length;
    }
    long biasByteSize = (bias == null ? 0L : bias.length) * Double.BYTES;
    return offsets * Long.BYTES
        + (long) weights.length * Float.BYTES
        + biasByteSize
        + epilogueByteSize;
  }

  @Override
  public long boundHeapByteSize() {
    long floats = src.shape().elementCount();
    for (TensorSpec operand : operandSpecs) {
      floats += operand.shape().elementCount();
    }
    return floats * Float.BYTES + dst.shape().elementCount() * Double.BYTES + loops.tapsByteSize();
  }

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    var arrays = new Arrays(src, dst, operandSpecs, loops.newTaps());
    return (from, to, operands) -> run(arrays, from, to, operands);
  }

  private void run(Arrays arrays, MemorySegment from, MemorySegment to, MemorySegment[] operands) {
    if (src.dataType() == DataType.F32) {
      read(from, srcOffsets, arrays.src);
    } else {
      readElements(from, arrays);
    }
    for (int i = 0; i < operands.length; i++) {
      read(operands[i], operandOffsets[i], arrays.operands[i]);
    }
    loops.run(arrays.taps, arrays.src, weights, bias, outputs, arrays.operands, arrays.dst);
    if (dst.dataType() == DataType.F32) {
      for (int i = 0; i < dstOffsets.length; i++) {
        to.setAtIndex(JAVA_FLOAT, dstOffsets[i], (float) arrays.dst[i]);
      }
    } else {
      writeElements(to, arrays);
    }
  }

  private static void read(MemorySegment from, long[] offsets, float[] into) {
    for (int i = 0; i < offsets.length; i++) {
      into[i] = from.getAtIndex(JAVA_FLOAT, offsets[i]);
    }
  }

  private void readElements(MemorySegment from, Arrays arrays) {
    for (int i = 0; i < srcOffsets.length; i++) {
      arrays.srcElement.read(from, srcOffsets[i], 1, arrays.number, 1);
      arrays.src[i] = arrays.number[0] - zeroPoint;
    }
  }

  private void writeElements(MemorySegment to, Arrays arrays) {
    boolean isInteger = dst.dataType().isInteger();
    for (int i = 0; i < dstOffsets.length; i++) {
      if (isInteger) {
        arrays.integer[0] = (int) arrays.dst[i];
        arrays.dstElement.write(to, dstOffsets[i], 1, arrays.integer, 1);
      } else {
        arrays.number[0] = (float) arrays.dst[i];
        arrays.dstElement.write(to, dstOffsets[i], 1, arrays.number, 1);
      }
    }
  }
}
