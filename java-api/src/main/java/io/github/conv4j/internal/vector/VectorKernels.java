package io.github.conv4j.internal.vector;

import io.github.conv4j.internal.checks.Properties;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The innermost loops on the Vector API. */
final class VectorKernels implements Kernels {
  /** System property: the vector width in bits, for tests; the widest of the CPU if not set. */
  static final String BITS_PROPERTY = "conv4j.vector.bits";

  static final VectorSpecies<Float> SPECIES = species();
  static final int LANES = SPECIES.length();
  static final long VECTOR_BYTES = SPECIES.vectorByteSize();
  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static VectorSpecies<Float> species() {
    return switch ((int) Properties.numberOrWarning(BITS_PROPERTY, 0, 0, 512)) {
      case 128 -> FloatVector.SPECIES_128;
      case 256 -> FloatVector.SPECIES_256;
      case 512 -> FloatVector.SPECIES_512;
      default -> FloatVector.SPECIES_PREFERRED;
    };
  }

  private final PlaneKernels planes = new VectorPlanes();

  @Override
  public PlaneKernels planes() {
    return planes;
  }

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public String name() {
    return "vector" + SPECIES.vectorBitSize();
  }

  @Override
  public void product(
      float[] panel,
      int[] bases,
      int pixelCount,
      int[] taps,
      int run,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      MemorySegment dst,
      int[] dstOffsets,
      int dstFrom,
      int channelCount,
      float[][] work) {
    VectorProducts.run(
        panel,
        bases,
        pixelCount,
        taps,
        run,
        packed,
        packedFrom,
        bias,
        biasFrom,
        dst,
        dstOffsets,
        dstFrom,
        channelCount);
  }

  @Override
  public void depthwise(DepthwiseRow row, MemorySegment src, MemorySegment dst, float[][] work) {
    VectorStencils.run(row, src, dst);
  }

  @Override
  public boolean takesBands() {
    return true;
  }

  @Override
  public boolean takesGroups(int depth) {
    return VectorGroupRows.serves(depth);
  }

  @Override
  public void band(Band band, MemorySegment src, MemorySegment dst) {
    if (band.depth > 1) {
      VectorGroupRows.run(band, src, dst);
    } else if (band.count < Band.LEAST_COUNT && VectorDepthwiseShortRows.serves(band)) {
      VectorDepthwiseShortRows.run(band, src, dst);
    } else if (band.count < Band.LEAST_COUNT) {
      VectorDepthwisePixels.run(band, src, dst);
    } else if (VectorDepthwiseColumns.serves(band)) {
      VectorDepthwiseColumns.run(band, src, dst);
    } else {
      VectorDepthwiseRows.run(band, src, dst);
    }
  }

  @Override
  public void spread(
      LaneBlocks.Block block, MemorySegment src, LaneSource from, float[] panel, int to) {
    VectorSpread.run(block, src, from, panel, to);
  }

  @Override
  public void lanewise(LaneTile tile, MemorySegment dst, float[] sums) {
    VectorLanes.run(tile, dst);
  }

  @Override
  public void reduction(
      ReductionRun run, MemorySegment src, MemorySegment dst, float[] sums, float[] results) {
    VectorReductions.run(run, src, dst, sums, results);
  }

  @Override
  public void pointwise(ProductTile tile, ProductTile.Block block, MemorySegment dst) {
    VectorPointwise.run(tile, block, dst);
  }
}
