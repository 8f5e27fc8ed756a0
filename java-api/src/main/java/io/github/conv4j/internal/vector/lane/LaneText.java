package io.github.conv4j.internal.vector.lane;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.Int;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.NeighbourSums;
import io.github.conv4j.internal.vector.code.Outputs;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;

/**
 * Writes kernels for blocks of neighbouring pixels of a {@link LaneTile}: sums of vectors times
 * vectors, each lane an output channel. Where the taps of a row are known, pixels share the source
 * vectors that they both see, and all distances are constant, so that one range check serves many
 * loads.
 *
 * @param pixels of a block
 * @param taps in a row; 0 for any
 * @param stride of those taps, in vectors from the window of one pixel to that of the next
 * @param masked whether there are fewer channels than lanes
 * @param postOps what is done to the sums
 */
record LaneText(int pixels, int taps, int stride, boolean masked, PostOps postOps) {
  /** Pixels of a block, since images are 7, 14, 28, 56 or 112 wide. */
  static final int PIXELS = 7;

  /** Returns the kernel for blocks of {@link #PIXELS}. */
  static LaneBlockKernel block(int taps, int pixelPitch, int channelCount, PostOps postOps) {
    boolean known = (taps == 3 || taps == 5) && (pixelPitch == LANES || pixelPitch == 2 * LANES);
    return kernel(
        new LaneText(
            PIXELS,
            known ? taps : 0,
            known ? pixelPitch / LANES : 0,
            channelCount < LANES,
            postOps));
  }

  /** Returns the kernel for pixels one by one. */
  static LaneBlockKernel single(int channelCount, PostOps postOps) {
    return kernel(new LaneText(1, 0, 0, channelCount < LANES, postOps));
  }

  private static LaneBlockKernel kernel(LaneText text) {
    return KernelClass.of(
        MethodHandles.lookup(), LaneBlockKernel.class, text, code -> text.write(code));
  }

  private void write(KernelCode code) {
    Fields tile = code.fields(0);
    IntVariable channel = code.local(tile.integer("channel"));
    Floats panel = code.local(tile.floats("panel"));
    Floats packed = code.local(tile.floats("weights"));
    WideVariable dstStep = code.local(tile.wide("dstStep").times(Float.BYTES));
    VectorVariable bias = code.local(tile.floats("bias").vector(channel));
    var outputs =
        new Outputs(
            code,
            code.segment(1),
            postOps,
            tile.object("epilogue", EpilogueArguments.class),
            masked ? tile.integer("channelCount") : null);
    var sums = new NeighbourSums(code, pixels, stride, bias);
    IntVariable weightsAt = code.local(tile.integer("weightsFrom"));
    if (taps == 0) {
      addAny(code, tile, panel, packed, weightsAt, sums);
    } else {
      code.each(
          tile.ints("steps"),
          step -> {
            IntVariable src = code.local(code.integer(2).plus(step));
            VectorVariable[] weights =
                code.locals(taps, t -> packed.vector(weightsAt.plus(t * LANES)));
            weightsAt.add(taps * LANES);
            sums.addRow(i -> panel.vector(src.plus(i * LANES)), weights);
          });
    }
    outputs.storeBlock(sums.all(), p -> code.wide(3).plus(p.widened().times(dstStep)), channel);
  }

  private void addAny(
      KernelCode code,
      Fields tile,
      Floats panel,
      Floats packed,
      IntVariable weightsAt,
      NeighbourSums sums) {
    IntVariable floats = code.local(tile.integer("taps").times(LANES));
    IntVariable pitch = code.local(tile.integer("pixelPitch"));
    code.each(
        tile.ints("steps"),
        step -> {
          Int begin = code.local(code.integer(2).plus(step));
          code.loop(
              begin,
              begin.plus(floats),
              LANES,
              src -> {
                VectorVariable weights = code.local(packed.vector(weightsAt));
                weightsAt.add(LANES);
                for (int p = 0; p < pixels; p++) {
                  Int at = p == 0 ? src : src.plus(pitch.times(p));
                  sums.of(p).set(panel.vector(at).fma(weights, sums.of(p)));
                }
              });
        });
  }
}
