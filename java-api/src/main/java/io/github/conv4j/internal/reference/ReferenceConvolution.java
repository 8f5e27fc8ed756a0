package io.github.conv4j.internal.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.Convolution;
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
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
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
    final float[] dst;
    final float[][] operands;

    Arrays(Shape src, Shape dst, List<TensorSpec> operands) {
      this.src = new float[Math.toIntExact(src.elementCount())];
      this.dst = new float[Math.toIntExact(dst.elementCount())];
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
  private final float @Nullable [] bias;
  private final Epilogue epilogue;
  private final long[] srcOffsets;
  private final long[] dstOffsets;
  private final long[][] operandOffsets;

  private ReferenceConvolution(
      TensorSpec src,
      TensorSpec dst,
      List<TensorSpec> operands,
      Loops loops,
      float[] weights,
      float @Nullable [] bias,
      Epilogue epilogue) {
    this.src = src;
    this.dst = dst;
    this.operandSpecs = operands;
    this.epilogue = epilogue;
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
    float[] bias = request.bias() == null ? null : request.bias().toFloatArray();
    var epilogue = new Epilogue(c.postOps(), request.operands());
    List<TensorSpec> operands = PrepareRequest.runOperandSpecs(c, dst);
    long weightsBytes =
        (weights.length + (bias == null ? 0L : bias.length)) * Float.BYTES
            + epilogue.constantsByteSize();
    long scratchBytes = (src.shape().elementCount() + dst.shape().elementCount()) * Float.BYTES;
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
    var primitive = new ReferenceConvolution(src, dst, operands, loops, weights, bias, epilogue);
    return PreparedProgram.of(src, dst, operands, explanation, ledger, primitive);
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
    long floats = weights.length + (bias == null ? 0L : bias.length);
    return offsets * Long.BYTES + floats * Float.BYTES + epilogue.constantsByteSize();
  }

  @Override
  public long boundHeapByteSize() {
    long floats = src.shape().elementCount() + dst.shape().elementCount();
    for (TensorSpec operand : operandSpecs) {
      floats += operand.shape().elementCount();
    }
    return floats * Float.BYTES;
  }

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    var arrays = new Arrays(src.shape(), dst.shape(), operandSpecs);
    return (from, to, operands) -> run(arrays, from, to, operands);
  }

  private void run(Arrays arrays, MemorySegment from, MemorySegment to, MemorySegment[] operands) {
    read(from, srcOffsets, arrays.src);
    for (int i = 0; i < operands.length; i++) {
      read(operands[i], operandOffsets[i], arrays.operands[i]);
    }
    loops.run(arrays.src, weights, bias, epilogue, arrays.operands, arrays.dst);
    for (int i = 0; i < dstOffsets.length; i++) {
      to.setAtIndex(JAVA_FLOAT, dstOffsets[i], arrays.dst[i]);
    }
  }

  private static void read(MemorySegment from, long[] offsets, float[] into) {
    for (int i = 0; i < offsets.length; i++) {
      into[i] = from.getAtIndex(JAVA_FLOAT, offsets[i]);
    }
  }
}
