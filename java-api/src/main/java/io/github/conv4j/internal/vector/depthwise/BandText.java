package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

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
import io.github.conv4j.internal.vector.code.Part;
import io.github.conv4j.internal.vector.code.Shuffle;
import io.github.conv4j.internal.vector.code.Vector;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.Wide;
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
  /**
   * What groups were measured to be fastest with: source vectors of more pixels do not stay in
   * registers of AVX2, and at 512 bits C2 allocates some of them for each row of taps.
   */
  private static final int PIXELS_OF_GROUPS = 4;

  /** Returns the kernel for bands of a kind. */
  static BandKernel kernel(Band band, PostOps postOps) {
    var text = new BandText(band.depth, band.taps, band.stride, pixels(band), postOps);
    return KernelClass.of(
            MethodHandles.lookup(), BandBlockKernel.class, text, code -> text.write(code))
        .inBlocks(text.pixels);
  }

  /** Seven for depthwise ones, since images are 7, 14, 28, 56 or 112 wide. */
  private static int pixels(Band band) {
    if (band.count < Band.LEAST_COUNT) {
      return band.count;
    }
    return band.depth > 1 ? PIXELS_OF_GROUPS : Band.LEAST_COUNT;
  }

  private void write(KernelCode code) {
    Fields band = code.fields(0);
    Int row = code.integer(3);
    Int pixel = code.integer(4);
    Floats packed = code.local(band.floats("packed"));
    Floats bias = code.local(band.floats("bias"));
    IntVariable channels = code.local(band.integer("channelCount"));
    IntVariable last = code.local(channels.plus(-LANES));
    IntVariable begin = code.local(band.integer("beginTapRow"));
    IntVariable end = code.local(band.integer("endTapRow"));
    // So few that C2 does not split the loop over them.
    IntVariable rows = code.local(end.minus(begin).min(code.constant(taps)));
    IntVariable weightsStep = code.local(code.unknown(taps * LANES));
    WideVariable rowStep = code.local(band.wide("srcRowStep").times(Float.BYTES));
    IntVariable rowBytes = code.local(rowStep.narrowed());
    WideVariable size = code.local(channels.widened().times(Float.BYTES));
    var values =
        new BandRow(
            code,
            band,
            code.segment(1),
            code.local(
                band.wide("srcBegin")
                    .times(Float.BYTES)
                    .plus(
                        row.times(band.integer("rowStride")).plus(begin).widened().times(rowStep))),
            code.local(rows.plus(-1).widened().times(rowStep).plus(size)),
            pixel,
            taps,
            stride,
            pixels);
    WideVariable dstStep = code.local(band.wide("dstStep").times(Float.BYTES));
    WideVariable to =
        code.local(
            band.wide("dstBegin")
                .plus(row.widened().times(band.wide("dstRowStep")))
                .times(Float.BYTES)
                .plus(pixel.widened().times(dstStep)));
    var outputs =
        new Outputs(
            code, code.segment(2), postOps, band.object("epilogue", EpilogueArguments.class), null);
    var results = new Part[pixels];
    for (int i = 0; i < pixels; i++) {
      results[i] = code.segment(2).part(to.plus(dstStep.times(i)), size);
    }
    code.loop(
        code.constant(0),
        channels,
        LANES,
        c -> {
          // The last vector begins early rather than reach beyond the last channel.
          IntVariable channel = code.local(c.min(last));
          IntVariable at = code.local(channel.times(Float.BYTES));
          var sums = new NeighbourSums(code, pixels, stride, code.local(bias.vector(channel)));
          IntVariable rowAt = code.local(at);
          IntVariable weightsAt =
              code.local(c.times(taps).plus(begin.times(LANES)).times(depth * taps));
          code.loop(
              code.constant(0),
              rows,
              1,
              i -> {
                if (depth == 1) {
                  VectorVariable[] weights = weights(code, packed, weightsAt, weightsStep);
                  sums.addRow(k -> values.vector(rowAt.widened(), k), weights);
                } else {
                  turns(code, values, rowAt.widened(), sums, packed, weightsAt, weightsStep);
                }
                rowAt.set(rowAt.plus(rowBytes));
              });
          outputs.storeBlock(
              results,
              at.widened(),
              sums.all(),
              i -> to.plus(at.widened()).plus(i.widened().times(dstStep)),
              channel);
        });
  }

  /** Reads the weights of a row of taps, and goes on to the next. */
  private VectorVariable[] weights(
      KernelCode code, Floats packed, IntVariable at, IntVariable step) {
    VectorVariable[] weights = code.locals(taps, t -> packed.vector(at.plus(t * LANES)));
    at.set(at.plus(step));
    return weights;
  }

  private void turns(
      KernelCode code,
      BandRow values,
      Wide from,
      NeighbourSums sums,
      Floats packed,
      IntVariable at,
      IntVariable step) {
    var row = new Vector[NeighbourSums.span(pixels, stride, taps)];
    for (int i = 0; i < row.length; i++) {
      Vector value = values.vector(from, i);
      row[i] = isReadEachTurn(i) ? value : code.local(value);
    }
    Shuffle next = code.shuffle(VectorTurns.class, "OF_" + depth);
    code.loop(
        code.constant(0),
        code.constant(depth),
        1,
        turn -> {
          VectorVariable[] weights = weights(code, packed, at, step);
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
