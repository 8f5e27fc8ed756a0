package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.Int;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.NeighbourSums;
import io.github.conv4j.internal.vector.code.Outputs;
import io.github.conv4j.internal.vector.code.Segment;
import io.github.conv4j.internal.vector.code.Shuffle;
import io.github.conv4j.internal.vector.code.Vector;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;

/**
 * Writes kernels for bands row by row: the sums of neighbouring pixels stay in registers while the
 * taps of a row are taken, which share the source vectors that they see.
 *
 * <p>Of groups of a few channels there are several to a vector. Vectors of source channels are
 * multiplied with weights as often as a group has channels, each time for another output channel;
 * between, the sums move on by one lane within their groups, and have come round at the end. So
 * nothing is copied, and sums, of which there are fewer, move instead of sources.
 *
 * @param depth channels of a group
 * @param taps in a row
 * @param stride from the window of one pixel to that of the next
 * @param pixels of a block; a row has that many at least
 * @param postOps what is done to the sums
 */
record BandText(int depth, int taps, int stride, int pixels, PostOps postOps) {
  /** What groups were measured to be fastest with, whose sources stay in registers, too. */
  private static final int FEWER_PIXELS = 4;

  /** Returns the kernel for bands of a kind. */
  static BandVectorKernel kernel(Band band, PostOps postOps) {
    var text = new BandText(band.depth, band.taps, band.stride, pixels(band), postOps);
    return KernelClass.of(
        MethodHandles.lookup(), BandVectorKernel.class, text, code -> text.write(code));
  }

  /** Seven, since images are 7, 14, 28, 56 or 112 wide. */
  private static int pixels(Band band) {
    if (band.count < Band.LEAST_COUNT) {
      return Band.LEAST_SHORT_COUNT;
    }
    return keepsFewPixels(band.depth, band.stride) ? FEWER_PIXELS : Band.LEAST_COUNT;
  }

  /** Whether source vectors of fewer pixels stay in registers, and C2 unrolls their turns. */
  private static boolean keepsFewPixels(int depth, int stride) {
    return VectorWidth.REGISTERS < 32 && depth > 1 && stride == 1;
  }

  private void write(KernelCode code) {
    Fields band = code.fields(0);
    Segment src = code.segment(1);
    Int channel = code.integer(3);
    Floats packed = code.local(band.floats("packed"));
    IntVariable channels = code.local(band.integer("channelCount"));
    IntVariable last = code.local(band.integer("count").plus(-pixels));
    WideVariable tapStep = code.local(band.wide("tapStep").times(Float.BYTES));
    WideVariable dstStep = code.local(band.wide("dstStep").times(Float.BYTES));
    WideVariable srcRowStep = code.local(band.wide("srcRowStep").times(Float.BYTES));
    WideVariable dstRowStep = code.local(band.wide("dstRowStep").times(Float.BYTES));
    WideVariable srcBegin =
        code.local(band.wide("srcBegin").plus(channel.widened()).times(Float.BYTES));
    WideVariable dstBegin =
        code.local(band.wide("dstBegin").plus(channel.widened()).times(Float.BYTES));
    VectorVariable bias = code.local(band.floats("bias").vector(channel));
    var outputs =
        new Outputs(
            code, code.segment(2), postOps, band.object("epilogue", EpilogueArguments.class), null);
    code.loop(
        code.constant(0),
        band.integer("rows"),
        1,
        row -> {
          IntVariable begin = code.local(band.integer("firstTapRow", row));
          IntVariable end = code.local(band.integer("endTapRow", row));
          WideVariable srcRow =
              code.local(
                  srcBegin.plus(
                      row.times(band.integer("rowStride"))
                          .plus(begin)
                          .widened()
                          .times(srcRowStep)));
          code.loop(
              code.constant(0),
              band.integer("count"),
              pixels,
              p -> {
                // The last block begins early rather than reach beyond the last pixel.
                IntVariable pixel = code.local(p.min(last));
                var values =
                    new BandRow(code, band, src, tapStep, taps, stride, pixels, pixel, last);
                WideVariable from =
                    code.local(srcRow.plus(pixel.times(stride).widened().times(tapStep)));
                var sums = new NeighbourSums(code, pixels, stride, bias);
                IntVariable at =
                    code.local(begin.times(depth * taps).times(channels).plus(channel));
                code.loop(
                    begin,
                    end,
                    1,
                    tapRow -> {
                      if (depth == 1) {
                        VectorVariable[] weights = weights(code, packed, at, channels);
                        sums.addRow(i -> values.vector(from, i), weights);
                      } else {
                        turns(code, values, from, sums, packed, at, channels);
                      }
                      from.set(from.plus(srcRowStep));
                    });
                WideVariable to =
                    code.local(
                        dstBegin
                            .plus(pixel.widened().times(dstStep))
                            .plus(row.widened().times(dstRowStep)));
                outputs.storeBlock(
                    pixels, sums::of, i -> to.plus(i.widened().times(dstStep)), channel);
              });
        });
  }

  /** Reads the weights of a row of taps, and goes on to the next. */
  private VectorVariable[] weights(
      KernelCode code, Floats packed, IntVariable at, IntVariable channels) {
    VectorVariable[] weights =
        code.locals(taps, t -> packed.vector(t == 0 ? at : at.plus(channels.times(t))));
    at.set(at.plus(channels.times(taps)));
    return weights;
  }

  private void turns(
      KernelCode code,
      BandRow values,
      WideVariable from,
      NeighbourSums sums,
      Floats packed,
      IntVariable at,
      IntVariable channels) {
    var row = new Vector[NeighbourSums.span(pixels, stride, taps)];
    for (int i = 0; i < row.length; i++) {
      Vector value = values.vector(from, i);
      row[i] = isReadEachTurn(i) ? value : code.local(value);
    }
    Shuffle next = code.shuffle(VectorTurns.class, "OF_" + depth);
    code.loop(
        code.constant(0),
        keepsFewPixels(depth, stride) ? code.constant(depth) : code.fields(0).integer("depth"),
        1,
        turn -> {
          VectorVariable[] weights = weights(code, packed, at, channels);
          for (int p = 0; p < pixels; p++) {
            Vector[] seen = Arrays.copyOfRange(row, p * stride, p * stride + taps);
            Vector products = seen[0].times(weights[0]);
            for (int t = 1; t < taps; t++) {
              products = seen[t].fma(weights[t], products);
            }
            sums.of(p).set(sums.of(p).rearranged(next).plus(products));
          }
        });
  }

  /** Where registers are few, a source vector that only one pixel sees would not stay in one. */
  private boolean isReadEachTurn(int index) {
    boolean isShared = stride == 1 || index % stride == 0;
    boolean isEdge =
        index < taps / 2 || index >= NeighbourSums.span(pixels, stride, taps) - taps / 2;
    return VectorWidth.REGISTERS < 32 && !isShared && !isEdge;
  }
}
