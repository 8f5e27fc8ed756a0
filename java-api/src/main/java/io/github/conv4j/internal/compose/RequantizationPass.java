package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.bytes.Rounding;
import io.github.conv4j.internal.vector.bytes.VectorBytes;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.ElementBlock;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From exact integer sums, as floats, to outputs: the steps that {@link ConvolutionTypes} lists, to
 * the bit.
 */
final class RequantizationPass extends BlockPass {
  private static final int BLOCK = BlockNest.BLOCK;

  /** One and a half times 2^23. */
  private static final float ROUNDING = 0x1.8p23f;

  private static final int BITS_OF_ROUNDING = Float.floatToRawIntBits(ROUNDING);
  private static final int EXPONENT = 0x7f80_0000;
  private static final int MAGNITUDE = 0x7fff_ffff;

  /** After a block with many quotients near the middle between integers, so many are divided. */
  private static final int DIVIDED = 31;

  private static final float[] NOTHING = {};

  private static final int DST = 0;
  private static final int SCALES = 1;
  private static final int BIAS = 2;
  private static final int SUMS = 3;

  /**
   * What is in the tensor of sums.
   *
   * @param digits how many channels make an output channel, the lowest digit first
   * @param base of the digits
   * @param corrections what is to be added to the sums of each output channel; empty for nothing
   * @param largest what a sum may reach
   */
  record Sums(int digits, int base, double[] corrections, double largest) {
    static Sums of(IntegerSums sums) {
      return new Sums(sums.digits(), sums.base(), new double[0], sums.largest());
    }

    static Sums of(ByteSums sums) {
      boolean corrects = Arrays.stream(sums.corrections()).anyMatch(c -> c != 0);
      return new Sums(1, 1, corrects ? sums.corrections() : new double[0], sums.largest());
    }
  }

  private final DataType dstType;
  private final Quantization quantization;
  private final boolean writesSums;
  private final int digits;
  private final int base;
  private final int[] digitOffsets;
  private final float[] scales;
  private final float @Nullable [] biasOfOutputs;

  /** An integer bias that floats hold, as they hold sums: adding the two rounds once. */
  private final float @Nullable [] smallBiasOfSums;

  /** Another integer bias. */
  private final double @Nullable [] biasOfSums;

  private final PostOpPlan postOps;

  private final boolean onVectors;

  /** Null where dst holds no bytes. */
  private final @Nullable Rounding rounding;

  /** For a loop on vectors that does all at once; null where it does not serve. */
  private final @Nullable BoundedOutputs bounded;

  /** Zeros in place of a bias that there is not. */
  private final float[] noBias;

  private RequantizationPass(
      BlockNest nest, int mostParts, PrepareRequest request, Sums sums, TensorSpec from) {
    super(nest, mostParts);
    Convolution convolution = request.convolution();
    ConvolutionTypes types = request.types();
    this.dstType = types.dst();
    this.quantization = convolution.quantization();
    this.writesSums = types.writesSums(convolution);
    this.digits = sums.digits();
    this.base = sums.base();
    this.digitOffsets = new int[digits];
    for (int i = 0; i < digits; i++) {
      digitOffsets[i] = Math.toIntExact(i * from.strides()[1]);
    }
    float[] perChannel = new float[(int) convolution.outChannels()];
    for (int i = 0; i < perChannel.length; i++) {
      perChannel[i] = quantization.srcScale() * quantization.weightsScale(i);
    }
    this.scales = nest.tiled(perChannel);
    Tensor bias = request.bias();
    boolean ofSums = bias != null && bias.spec().dataType() == DataType.S32;
    double[] added = added(ofSums ? bias : null, sums.corrections());
    boolean small = digits == 1 && !writesSums && isSmall(added, sums.largest());
    this.smallBiasOfSums = added.length > 0 && small ? nest.tiled(floats(added)) : null;
    this.biasOfSums = added.length > 0 && !small ? nest.tiled(added) : null;
    this.biasOfOutputs = bias == null || ofSums ? null : nest.tiled(bias.toFloatArray());
    this.postOps = plan(request);
    boolean bytes = dstType == DataType.U8 || dstType == DataType.S8;
    this.onVectors =
        VectorLoops.SERVE
            && digits == 1
            && biasOfSums == null
            && !writesSums
            && nest.step(DST) == 1
            && nest.step(SUMS) == 1;
    this.rounding = bytes ? Rounding.of(quantization, dstType) : null;
    this.bounded = onVectors && bytes ? bounded(nest) : null;
    boolean needsZeros = onVectors && (smallBiasOfSums == null || biasOfOutputs == null);
    this.noBias = new float[needsZeros ? scales.length : 0];
  }

  private @Nullable BoundedOutputs bounded(BlockNest nest) {
    BoundedOutputs outputs = BoundedOutputs.of(postOps.stages(), quantization, dstType);
    boolean lies =
        outputs == null
            || outputs.addend() == BoundedOutputs.NONE
            || nest.step(outputs.addend()) == 1;
    return lies ? outputs : null;
  }

  /** What each output channel adds to its sums; empty for nothing. */
  private static double[] added(@Nullable Tensor bias, double[] corrections) {
    if (bias == null) {
      return corrections;
    }
    double[] added = Arrays.stream(bias.toIntArray()).asDoubleStream().toArray();
    for (int i = 0; i < corrections.length; i++) {
      added[i] += corrections[i];
    }
    return added;
  }

  private static boolean isSmall(double[] bias, double largestSum) {
    return largestSum <= IntegerSums.MOST
        && Arrays.stream(bias).allMatch(b -> Math.abs(b) <= IntegerSums.MOST);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static PostOpPlan plan(PrepareRequest request) {
    return new PostOpPlan(
        request.convolution().postOps(), request.operands(), request.dst(), SUMS + 1);
  }

  /**
   * Plans a pass.
   *
   * @param request what was asked, with layouts
   * @param from the tensor of sums, with as many channels as there are digits
   */
  static RequantizationPass of(PrepareRequest request, Sums sums, TensorSpec from, int mostParts) {
    TensorSpec dst = request.dst();
    long[] perChannel = PostOpPlan.rowMajorStrides(Extent.PER_CHANNEL, dst.shape());
    long[] ofSums = from.strides();
    ofSums[1] *= sums.digits();
    List<long[]> strides = new ArrayList<>(List.of(dst.strides(), perChannel, perChannel, ofSums));
    strides.addAll(plan(request).strides());
    boolean[] repeats = new boolean[strides.size()];
    repeats[SCALES] = true;
    repeats[BIAS] = true;
    BlockNest nest = BlockNest.of(dst.shape(), strides, repeats);
    return new RequantizationPass(nest, mostParts, request, sums, from);
  }

  @Override
  public long heapConstantsByteSize() {
    return (long) scales.length * Float.BYTES
        + (smallBiasOfSums == null ? 0L : smallBiasOfSums.length) * Float.BYTES
        + (biasOfSums == null ? 0L : biasOfSums.length) * Double.BYTES
        + (biasOfOutputs == null ? 0L : biasOfOutputs.length) * Float.BYTES
        + (long) noBias.length * Float.BYTES
        + postOps.heapByteSize();
  }

  @Override
  public long boundHeapByteSize() {
    return BLOCK * (2L * Float.BYTES + Integer.BYTES + 2L * Double.BYTES)
        + RoundedPostOps.HEAP_BYTES
        + ElementBlock.byteSize(dstType, BLOCK);
  }

  @Override
  Worker newWorker() {
    return new Requantizer();
  }

  private final class Requantizer extends Worker {
    private final ElementBlock writer = new ElementBlock(dstType, BLOCK);
    private final ElementBlock reader = new ElementBlock(DataType.F32, BLOCK);
    private final float[] x = new float[BLOCK];
    private final float[] channels = new float[BLOCK];
    private final RoundedPostOps postOpsOfBlock = new RoundedPostOps(postOps, nest());
    private final int[] integers = new int[BLOCK];
    private final MemorySegment bits = MemorySegment.ofArray(integers);
    private final double[] values = new double[BLOCK];
    private final double[] seconds = new double[BLOCK];
    private final MemorySegment[] segments = new MemorySegment[postOps.tensorCount()];

    /** So many blocks are not tried otherwise. */
    private int toDivide;

    @Override
    void place(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      segments[SUMS] = src;
      segments[DST] = dst;
      postOps.place(operands, segments);
    }

    @Override
    void forget() {
      Arrays.fill(segments, MemorySegment.NULL);
    }

    @Override
    public void run(long[] places, int count) {
      if (onVectors && count >= VectorBytes.LEAST) {
        if (bounded == null) {
          onVectors(places, count);
        } else {
          onVectors(bounded, places, count);
        }
        return;
      }
      long step = nest().step(SUMS);
      if (digits == 1 && biasOfSums == null && !writesSums) {
        reader.read(segments[SUMS], places[SUMS], step, x, count);
        if (smallBiasOfSums != null) {
          perChannel(smallBiasOfSums, places[BIAS], nest().step(BIAS), channels, count);
          add(x, channels, count);
        }
        perChannel(scales, places[SCALES], nest().step(SCALES), channels, count);
        scale(x, channels, count);
      } else {
        readSums(places, step, count);
        if (writesSums) {
          writeSums(places[DST], count);
          return;
        }
        perChannel(scales, places[SCALES], nest().step(SCALES), channels, count);
        scale(values, channels, x, count);
      }
      if (biasOfOutputs != null) {
        perChannel(biasOfOutputs, places[BIAS], nest().step(BIAS), channels, count);
        add(x, channels, count);
      }
      postOpsOfBlock.apply(x, segments, places, count);
      write(places[DST], count);
    }

    private void onVectors(BoundedOutputs outputs, long[] places, int count) {
      boolean adds = outputs.addend() != BoundedOutputs.NONE;
      float[] before = smallBiasOfSums == null ? noBias : smallBiasOfSums;
      float[] after = biasOfOutputs == null ? NOTHING : biasOfOutputs;
      int place = (int) places[SCALES];
      boolean moves = nest().step(SCALES) != 0;
      MemorySegment addend = segments[adds ? outputs.addend() : SUMS];
      long addendAt = adds ? places[outputs.addend()] : 0;
      if (toDivide == 0
          && VectorBytes.multiply(
              segments[SUMS],
              places[SUMS],
              before,
              scales,
              after,
              place,
              moves,
              adds,
              addend,
              addendAt,
              outputs.rounding(),
              segments[DST],
              places[DST],
              count)) {
        return;
      }
      toDivide = toDivide == 0 ? DIVIDED : toDivide - 1;
      VectorBytes.divide(
          segments[SUMS],
          places[SUMS],
          before,
          scales,
          after,
          place,
          moves,
          adds,
          addend,
          addendAt,
          outputs.rounding(),
          segments[DST],
          places[DST],
          count);
    }

    private void onVectors(long[] places, int count) {
      VectorBytes.scale(
          segments[SUMS],
          places[SUMS],
          smallBiasOfSums == null ? noBias : smallBiasOfSums,
          scales,
          biasOfOutputs == null ? noBias : biasOfOutputs,
          (int) places[SCALES],
          nest().step(SCALES) != 0,
          x,
          0,
          count);
      postOpsOfBlock.apply(x, segments, places, count);
      if (rounding == null) {
        writer.write(segments[DST], places[DST], 1, x, count);
      } else {
        VectorBytes.round(x, 0, rounding, segments[DST], places[DST], count);
      }
    }

    /** Into {@link #values}, exactly: digits put together, with an integer bias. */
    private void readSums(long[] places, long step, int count) {
      PostOpPlan.fill(values, 0, count);
      double factor = 1;
      for (int digit = 0; digit < digits; digit++) {
        reader.read(segments[SUMS], places[SUMS] + digitOffsets[digit], step, x, count);
        addMultiple(values, x, factor, count);
        factor *= base;
      }
      if (biasOfSums != null) {
        perChannel(biasOfSums, places[BIAS], nest().step(BIAS), seconds, count);
        add(values, seconds, count);
      }
    }

    private void writeSums(long place, int count) {
      for (int i = 0; i < count; i++) {
        integers[i] = (int) values[i];
      }
      writer.write(segments[DST], place, nest().step(DST), integers, count);
    }

    private void write(long place, int count) {
      if (dstType == DataType.U8 || dstType == DataType.S8) {
        int zeroPoint = quantization.dstZeroPoint();
        float least = dstType.least() - zeroPoint;
        float most = dstType.most() - zeroPoint;
        quantize(x, quantization.dstScale(), least, most, count);
        MemorySegment.copy(x, 0, bits, JAVA_FLOAT, 0, count);
        integers(integers, zeroPoint, count);
        writer.write(segments[DST], place, nest().step(DST), integers, count);
      } else {
        writer.write(segments[DST], place, nest().step(DST), x, count);
      }
    }
  }

  /** Without the sign of a zero, which sums of floats may have and integers have not. */
  private static void scale(float[] x, float[] scales, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = (x[i] + 0f) * scales[i];
    }
  }

  private static void scale(double[] sums, float[] scales, float[] x, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = (float) sums[i] * scales[i];
    }
  }

  private static void add(float[] x, float[] second, int count) {
    for (int i = 0; i < count; i++) {
      x[i] += second[i];
    }
  }

  private static void add(double[] x, double[] second, int count) {
    for (int i = 0; i < count; i++) {
      x[i] += second[i];
    }
  }

  private static void addMultiple(double[] x, float[] second, double factor, int count) {
    for (int i = 0; i < count; i++) {
      x[i] += factor * second[i];
    }
  }

  /**
   * Makes integers as {@link Quantization#quantize} does, in loops that the JIT compiler makes
   * vectors of: adding a large float rounds half to even, and leaves the integer in its last bits.
   */
  private static void quantize(float[] x, float scale, float least, float most, int count) {
    for (int i = 0; i < count; i++) {
      x[i] = Math.min(Math.max(x[i] / scale, least), most) + ROUNDING;
    }
  }

  /** From the bits that {@link #quantize} leaves; NaN is 0, and so the zero point. */
  private static void integers(int[] bits, int zeroPoint, int count) {
    for (int i = 0; i < count; i++) {
      int notANumber = (EXPONENT - (bits[i] & MAGNITUDE)) >> (Integer.SIZE - 1);
      bits[i] = ((bits[i] - BITS_OF_ROUNDING) & ~notANumber) + zeroPoint;
    }
  }

  private static void perChannel(float[] all, long place, long step, float[] block, int count) {
    if (step == 0) {
      Arrays.fill(block, 0, count, all[(int) place]);
    } else {
      System.arraycopy(all, (int) place, block, 0, count);
    }
  }

  private static void perChannel(double[] all, long place, long step, double[] block, int count) {
    if (step == 0) {
      Arrays.fill(block, 0, count, all[(int) place]);
    } else {
      System.arraycopy(all, (int) place, block, 0, count);
    }
  }
}
