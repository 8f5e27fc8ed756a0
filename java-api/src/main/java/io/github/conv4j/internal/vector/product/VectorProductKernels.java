package io.github.conv4j.internal.vector.product;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.Epilogue;
import io.github.conv4j.internal.vector.base.Tiling;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.internal.vector.code.Part;
import io.github.conv4j.internal.vector.code.RegisterBlock;

/** The products on the Vector API. */
final class VectorProductKernels implements ProductKernels {
  private static final int FEW_INPUTS = 24;

  /** So many columns waste little of blocks of any size. */
  private static final int LONG_ROW = 64;

  /** So many values at a tap, written out, are enough to compile. */
  private static final int MOST_OF_RUN = 9;

  private static final int LEAST_OF_RUN = 3;

  /** Computing so many times the columns of a row takes longer than other kernels. */
  private static final double MOST_COMPUTED = 4.0 / 3;

  private static final long OUTPUTS_FOR_COPIES = 256;

  /** With more, dst does not stay in a second-level cache, and is what both kernels wait for. */
  private static final long PIXELS_FOR_COPIES = 1024;

  /** With four vectors: each register is read by four products. */
  private static final int SQUARE = 4;

  /** A copy of enough pixels to share the weights stays in a second-level cache. */
  private static final int MOST_COPIED_INPUTS = 1 << 11;

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public ChannelBlocks blocks(int channels, boolean inRows, int least) {
    if (RegisterBlock.isNarrow() && inRows) {
      return ChannelBlocks.ofPairs(channels, LANES);
    }
    int most = RegisterBlock.isWide() ? RegisterBlock.MOST_VECTORS : 2;
    return ChannelBlocks.of(channels, LANES, most, least);
  }

  @Override
  public PanelProductKernel panel(int channelCount, int run, PostOps postOps) {
    return isInOrder(channelCount, run)
        ? OrderedProductText.kernel(run, postOps)
        : PanelProductText.kernel(channelCount, run, postOps);
  }

  /**
   * Long post-ops make C2 keep the sums of a block in an array; with few registers it then keeps
   * some of them there in the innermost loop, too.
   */
  @Override
  public boolean panelsTake(PostOps postOps) {
    return !RegisterBlock.isNarrow() || Epilogue.isShort(postOps.list());
  }

  @Override
  public int together(long out) {
    return RegisterBlock.together(out, LANES);
  }

  /**
   * As few pixels as can be are computed twice; long rows do without a kernel of their own, however
   * they are cut into tiles.
   */
  @Override
  public int pixelsOfRow(int vectors, int together, Tiling tiling, PostOps postOps) {
    int most = RegisterBlock.mostPixelsOfRow(vectors, postOps);
    int columns = tiling.w().count();
    double least = MOST_COMPUTED * columns;
    int ofMost = most > 0 && columns >= LONG_ROW ? tiling.columnsInBlocks(most) : 0;
    if (ofMost > 0 && ofMost < least) {
      return most;
    }
    int best = 0;
    int step = RegisterBlock.isNarrow() ? 1 : Math.max(2, together);
    for (int pixels = most; pixels >= RegisterBlock.leastPixelsOfRow(vectors); pixels -= step) {
      int inTiles = tiling.columnsInBlocks(pixels);
      boolean isAlone = RegisterBlock.isNarrow() && inTiles > 0;
      int computed = isAlone ? Math.ceilDiv(columns, pixels) * pixels : inTiles;
      if (computed > 0 && computed < least) {
        least = computed;
        best = pixels;
      }
    }
    boolean isMost = most == RegisterBlock.mostPixelsOfRow(vectors, PostOps.none());
    return best > 0 || isMost ? best : pixelsOfRow(vectors, together, tiling, PostOps.none());
  }

  @Override
  public PanelProductKernel panelOfRow(int channelCount, PixelRow row, int run, PostOps postOps) {
    return RegisterBlock.isNarrow()
        ? OrderedProductText.kernel(channelCount, row, run, postOps)
        : PanelProductText.kernel(channelCount, row, run, postOps);
  }

  @Override
  public int runOfList(ChannelBlocks blocks, int all) {
    boolean inOrder = blocks.blocks().stream().allMatch(b -> isInOrder(b.count(), LEAST_OF_RUN));
    int run = inOrder ? runOfRow(all) : 0;
    return run > 0 ? run : all;
  }

  /** Whether kernels of lists of pixels are written in the order of the text. */
  private static boolean isInOrder(int channelCount, int run) {
    return RegisterBlock.isNarrow()
        && channelCount == 2 * LANES
        && run >= LEAST_OF_RUN
        && run <= MOST_OF_RUN;
  }

  @Override
  public int runOfRow(int all) {
    if (!RegisterBlock.isNarrow()) {
      return all;
    }
    int run = Math.min(all, MOST_OF_RUN);
    while (all % run != 0) {
      run--;
    }
    return run >= LEAST_OF_RUN ? run : 0;
  }

  @Override
  public int mostPixelsOfRow(PostOps postOps) {
    return chunk() > 0 ? RegisterBlock.mostPixelsOfRow(2, postOps) : 0;
  }

  @Override
  public int chunk() {
    return RegisterBlock.isNarrow() ? LANES : 0;
  }

  @Override
  public ChunkCopyKernel chunkCopy() {
    return ChunkCopyText.kernel();
  }

  @Override
  public float[][] work(int mostPixels) {
    return new float[0][];
  }

  @Override
  public boolean takesPointwise(long in, long out, long pixels) {
    if (pointwiseTakesCopies()) {
      return in <= MOST_COPIED_INPUTS;
    }
    if (RegisterBlock.isNarrow()) {
      return !isWorthCopies(in, out, pixels);
    }
    return VectorWidth.REGISTERS < 32
        || in <= FEW_INPUTS
        || out <= 2L * LANES
        || isInSevens(pixels);
  }

  /** Rows of seven columns would be lists of pixels. */
  @Override
  public boolean takesStrided(long in, long out, long pixels, long columns) {
    return RegisterBlock.isNarrow()
        && in <= MOST_COPIED_INPUTS
        && (columns == 7 || !isWorthCopies(in, out, pixels));
  }

  /** Whether source values are read by so many outputs that direct kernels make up for copies. */
  private static boolean isWorthCopies(long in, long out, long pixels) {
    return in % LANES == 0
        && out >= OUTPUTS_FOR_COPIES
        && out >= 2 * in
        && pixels <= PIXELS_FOR_COPIES;
  }

  /**
   * Where C2 makes an object of each slice, values in place take a check and two additions each,
   * which wide units wait for (ADR 53).
   */
  @Override
  public boolean pointwiseTakesCopies() {
    return !Part.areSlices();
  }

  /**
   * With few registers C2 keeps one of twelve sums in memory where anything but stores to one
   * segment follows them, which makes the kernel half as fast.
   */
  @Override
  public boolean pointwiseTakesPostOps() {
    return VectorWidth.REGISTERS >= 32;
  }

  @Override
  public int pointwiseTogether(long out, long pixels) {
    int together = together(out);
    return together > 1 && pixels >= block(out, together).pixels() ? together : 1;
  }

  private static RegisterBlock block(long out, int together) {
    return RegisterBlock.of(Math.toIntExact(together * out / LANES), together);
  }

  @Override
  public ChannelBlocks pointwiseBlocks(int out, long pixels, int least) {
    int together = pointwiseTogether(out, pixels);
    if (together > 1) {
      return ChannelBlocks.ofTogether(out, together, LANES);
    }
    if (RegisterBlock.isNarrow()) {
      return ChannelBlocks.ofPairs(out, LANES);
    }
    int most = RegisterBlock.isWide() && !isInSevens(pixels) ? RegisterBlock.MOST_VECTORS : 2;
    return ChannelBlocks.of(out, LANES, most, least);
  }

  @Override
  public PointwiseKernel pointwise(int vectors, long out, long pixels, PostOps postOps) {
    int together = pointwiseTogether(out, pixels);
    RegisterBlock block =
        together > 1
            ? block(out, together)
            : new RegisterBlock(pixels(vectors, out, pixels), vectors);
    return PointwiseText.kernel(block, pointwiseTakesCopies(), postOps);
  }

  @Override
  public SumRowsKernel sumRows(PostOps postOps) {
    return SumRowsText.kernel(postOps);
  }

  /** With two vectors of weights and one value, a block of six pixels takes 16 registers. */
  private static int pixels(int vectors, long out, long pixels) {
    if (VectorWidth.REGISTERS < 32 && vectors == 2) {
      return 6;
    }
    if (vectors == RegisterBlock.MOST_VECTORS) {
      return SQUARE;
    }
    if (isInSevens(pixels)) {
      return 7;
    }
    // A kernel of its own is worth its compilation where it does all of the work.
    boolean isAll = vectors == 1 && out <= LANES;
    return isAll && RegisterBlock.isWide() && pixels >= RegisterBlock.MOST_PIXELS
        ? RegisterBlock.MOST_PIXELS
        : RegisterBlock.PIXELS;
  }

  /** Whether other blocks would compute many of few pixels twice. */
  private static boolean isInSevens(long pixels) {
    return pixels % 7 == 0 && pixels % 8 != 0 && pixels < 64;
  }
}
