package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.NeighbourSums;
import io.github.conv4j.internal.vector.code.Outputs;
import io.github.conv4j.internal.vector.code.Segment;
import io.github.conv4j.internal.vector.code.Vector;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;

/**
 * Writes kernels for depthwise bands down the columns of an image: the sums of a strip of pixels
 * stay in registers for all rows of outputs that a source row meets, so that it is read once. For
 * 32 registers, which hold three rows of seven pixels and nine vectors of weights.
 *
 * @param stride on both axes
 * @param pixels of a strip; a row has that many at least
 * @param postOps what is done to the sums
 */
record BandColumnsText(int stride, int pixels, PostOps postOps) {
  private static final int TAPS = 3;

  private static final int REGISTERS = 32;

  private static final int MOST_PIXELS = 7;

  /** With more the first compiler of the JVM gives up on the text, and the second is not asked. */
  private static final int MOST_STRIDED_PIXELS = 4;

  /**
   * Whether there is a kernel.
   *
   * @param band one with all rows of outputs
   */
  static boolean serves(Band band) {
    return VectorWidth.REGISTERS >= REGISTERS
        && band.depth == 1
        && band.taps == TAPS
        && band.left <= 1
        && band.right <= 1
        && band.stride <= 2
        && band.rowStride == band.stride
        && band.top <= 1
        && band.bottom <= 1;
  }

  static BandKernel kernel(Band band, PostOps postOps) {
    var text = new BandColumnsText(band.stride, pixels(band.stride, band.count), postOps);
    return KernelClass.of(MethodHandles.lookup(), BandKernel.class, text, code -> text.write(code));
  }

  /** Returns how many pixels strips have that are as even as they can be. */
  static int pixels(int stride, int count) {
    int strips = Math.ceilDiv(count, stride == 1 ? MOST_PIXELS : MOST_STRIDED_PIXELS);
    return Math.ceilDiv(count, strips);
  }

  /** How many rows of outputs a source row meets at most. */
  private int live() {
    return Math.ceilDiv(TAPS, stride);
  }

  /**
   * Whether sums, weights, a source vector and the zeros of edges leave no register for the bias.
   */
  private boolean isCrowded() {
    return live() * pixels + TAPS * TAPS + 2 >= REGISTERS;
  }

  private void write(KernelCode code) {
    Fields band = code.fields(0);
    Segment src = code.segment(1);
    Floats packed = code.local(band.floats("packed"));
    Floats biases = code.local(band.floats("bias"));
    IntVariable channels = code.local(band.integer("channelCount"));
    IntVariable lastChannel = code.local(channels.plus(-LANES));
    IntVariable last = code.local(band.integer("count").plus(-pixels));
    WideVariable dstStep = code.local(band.wide("dstStep").times(Float.BYTES));
    WideVariable srcRowStep = code.local(band.wide("srcRowStep").times(Float.BYTES));
    WideVariable dstRowStep = code.local(band.wide("dstRowStep").times(Float.BYTES));
    IntVariable steps = code.local(band.integer("rows").plus(live() - 1));
    // The source rows that there are, of those that the taps meet.
    IntVariable begin = code.local(band.integer("top"));
    IntVariable end =
        code.local(
            band.integer("rows").times(stride).plus(TAPS - stride).minus(band.integer("bottom")));
    WideVariable srcBegin =
        code.local(
            band.wide("srcBegin").times(Float.BYTES).plus(begin.widened().times(srcRowStep)));
    WideVariable size =
        code.local(
            end.minus(begin)
                .plus(-1)
                .widened()
                .times(srcRowStep)
                .plus(channels.widened().times(Float.BYTES)));
    var outputs =
        new Outputs(
            code, code.segment(2), postOps, band.object("epilogue", EpilogueArguments.class), null);
    code.loop(
        code.constant(0),
        band.integer("count"),
        pixels,
        p -> {
          // The last strip begins early rather than reach beyond the last pixel.
          IntVariable pixel = code.local(p.min(last));
          var values = new BandRow(code, band, src, srcBegin, size, pixel, TAPS, stride, pixels);
          WideVariable dstBegin =
              code.local(
                  band.wide("dstBegin")
                      .times(Float.BYTES)
                      .plus(pixel.widened().times(dstStep))
                      .plus(dstRowStep.times(1L - live())));
          code.loop(
              code.constant(0),
              channels,
              LANES,
              c -> {
                // The last vector begins early rather than reach beyond the last channel.
                IntVariable channel = code.local(c.min(lastChannel));
                WideVariable begins = code.local(channel.widened().times(Float.BYTES));
                WideVariable at =
                    code.local(begins.plus(begin.widened().times(-1L).times(srcRowStep)));
                WideVariable to = code.local(dstBegin.plus(begins));
                Vector bias = code.local(biases.vector(channel));
                var weights = new VectorVariable[TAPS][];
                for (int i = 0; i < TAPS; i++) {
                  int row = i * TAPS;
                  weights[i] =
                      code.locals(
                          TAPS, t -> packed.vector(c.times(TAPS * TAPS).plus((row + t) * LANES)));
                }
                var sums = new NeighbourSums[live()];
                for (int k = 0; k < sums.length; k++) {
                  sums[k] = new NeighbourSums(code, pixels, stride, bias);
                }
                code.loop(
                    code.constant(0),
                    steps,
                    1,
                    step -> {
                      for (int s = 0; s < stride; s++) {
                        IntVariable row = code.local(step.times(stride).plus(s));
                        int phase = s;
                        code.ifAtLeast(
                            row,
                            begin,
                            () ->
                                code.ifAtLeast(
                                    end.plus(-1),
                                    row,
                                    () -> add(code, values, at, sums, phase, weights)));
                        at.set(at.plus(srcRowStep));
                        if (s == (TAPS - 1) % stride) {
                          code.ifAtLeast(
                              step,
                              code.constant(live() - 1),
                              () ->
                                  outputs.storeBlock(
                                      sums[0].all(),
                                      i -> to.plus(i.widened().times(dstStep)),
                                      channel));
                        }
                      }
                      for (int k = 1; k < sums.length; k++) {
                        sums[k - 1].set(sums[k]);
                      }
                      sums[sums.length - 1].set(
                          isCrowded() ? code.local(biases.vector(channel)) : bias);
                      to.set(to.plus(dstRowStep));
                    });
              });
        });
  }

  /** Takes a source row, which another tap row of each row of outputs meets. */
  private void add(
      KernelCode code,
      BandRow values,
      WideVariable at,
      NeighbourSums[] sums,
      int phase,
      Vector[][] weights) {
    for (int i = 0; i < NeighbourSums.span(pixels, stride, TAPS); i++) {
      VectorVariable value = code.local(values.vector(at, i));
      for (int k = 0; k < sums.length; k++) {
        int tapRow = (sums.length - 1 - k) * stride + phase;
        if (tapRow < TAPS) {
          sums[k].add(i, value, weights[tapRow]);
        }
      }
    }
  }
}
