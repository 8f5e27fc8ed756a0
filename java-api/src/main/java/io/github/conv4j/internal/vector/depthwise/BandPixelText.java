package io.github.conv4j.internal.vector.depthwise;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.Outputs;
import io.github.conv4j.internal.vector.code.Segment;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;

/**
 * Writes kernels for depthwise bands pixel by pixel, for rows that are too short for blocks.
 *
 * @param postOps what is done to the sums
 */
record BandPixelText(PostOps postOps) {
  static BandKernel kernel(PostOps postOps) {
    var text = new BandPixelText(postOps);
    return KernelClass.of(
            MethodHandles.lookup(), BandBlockKernel.class, text, code -> text.write(code))
        .inBlocks(1);
  }

  private void write(KernelCode code) {
    Fields band = code.fields(0);
    Segment src = code.segment(1);
    Floats packed = code.local(band.floats("packed"));
    Floats bias = code.local(band.floats("bias"));
    IntVariable channels = code.local(band.integer("channelCount"));
    IntVariable last = code.local(channels.plus(-LANES));
    IntVariable taps = code.local(band.integer("taps"));
    IntVariable firstRow = code.local(band.integer("beginTapRow"));
    IntVariable endRow = code.local(band.integer("endTapRow"));
    IntVariable first = code.local(band.integer("firstTap", code.integer(4)));
    IntVariable end = code.local(band.integer("endTap", code.integer(4)));
    WideVariable tapStep = code.local(band.wide("tapStep").times(Float.BYTES));
    WideVariable srcRowStep = code.local(band.wide("srcRowStep").times(Float.BYTES));
    WideVariable from =
        code.local(
            code.integer(4)
                .times(band.integer("stride"))
                .plus(first)
                .widened()
                .times(tapStep)
                .plus(band.wide("srcBegin").times(Float.BYTES))
                .plus(
                    code.integer(3)
                        .times(band.integer("rowStride"))
                        .plus(firstRow)
                        .widened()
                        .times(srcRowStep)));
    WideVariable to =
        code.local(
            band.wide("dstBegin")
                .plus(code.integer(3).widened().times(band.wide("dstRowStep")))
                .plus(code.integer(4).widened().times(band.wide("dstStep")))
                .times(Float.BYTES));
    var outputs =
        new Outputs(
            code, code.segment(2), postOps, band.object("epilogue", EpilogueArguments.class), null);
    code.loop(
        code.constant(0),
        channels,
        LANES,
        c -> {
          // The last vector begins early rather than reach beyond the last channel.
          IntVariable channel = code.local(c.min(last));
          WideVariable row = code.local(from.plus(channel.widened().times(Float.BYTES)));
          VectorVariable sum = code.local(bias.vector(channel));
          code.loop(
              firstRow,
              endRow,
              1,
              i -> {
                WideVariable at = code.local(row);
                code.loop(
                    first,
                    end,
                    1,
                    j -> {
                      sum.set(
                          src.vector(at)
                              .fma(
                                  packed.vector(
                                      c.times(taps)
                                          .plus(i.times(LANES))
                                          .times(taps)
                                          .plus(j.times(LANES))),
                                  sum));
                      at.set(at.plus(tapStep));
                    });
                row.set(row.plus(srcRowStep));
              });
          outputs.store(to.plus(channel.widened().times(Float.BYTES)), sum, channel);
        });
  }
}
