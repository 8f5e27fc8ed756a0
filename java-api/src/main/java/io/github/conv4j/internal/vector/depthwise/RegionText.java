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
import io.github.conv4j.internal.vector.code.Part;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;

/**
 * Writes kernels for regions: the weights of all taps stay in registers, and each product reads the
 * source.
 *
 * @param rows of taps that are met
 * @param columns of taps that are met
 * @param postOps what is done to the sums
 */
record RegionText(int rows, int columns, PostOps postOps) {
  /** Taps whose weights stay in registers; with 15 and more C2 was measured to be slower. */
  static final int MOST_TAPS = 9;

  RegionKernel kernel() {
    return KernelClass.of(MethodHandles.lookup(), RegionKernel.class, this, code -> write(code));
  }

  private void write(KernelCode code) {
    Fields region = code.fields(0);
    Floats packed = code.local(region.floats("packed"));
    Floats biases = code.local(region.floats("bias"));
    IntVariable channels = code.local(region.integer("channelCount"));
    IntVariable lastChannel = code.local(channels.plus(-LANES));
    IntVariable allTaps = code.local(region.integer("allTaps"));
    IntVariable outputRows = code.local(region.integer("rows"));
    IntVariable count = code.local(region.integer("count"));
    WideVariable srcRowStep = code.local(region.wide("srcRowStep").times(Float.BYTES));
    WideVariable pixelStep = code.local(region.wide("pixelStep").times(Float.BYTES));
    WideVariable tapStep = code.local(region.wide("tapStep").times(Float.BYTES));
    WideVariable dstRowStep = code.local(region.wide("dstRowStep").times(Float.BYTES));
    WideVariable dstStep = code.local(region.wide("dstStep").times(Float.BYTES));
    WideVariable size =
        code.local(
            outputRows
                .plus(-1)
                .widened()
                .times(srcRowStep)
                .plus(count.plus(-1).widened().times(pixelStep))
                .plus(channels.widened().times(Float.BYTES)));
    var taps = new Part[rows][columns];
    WideVariable begin = code.local(region.wide("srcBegin").times(Float.BYTES));
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        taps[i][j] = code.segment(1).part(begin.plus(tapStep.times(j)), size);
      }
      begin.set(begin.plus(region.wide("tapRowStep").times(Float.BYTES)));
    }
    var outputs =
        new Outputs(
            code,
            code.segment(2),
            postOps,
            region.object("epilogue", EpilogueArguments.class),
            null);
    code.loop(
        code.constant(0),
        channels,
        LANES,
        c -> {
          // The last vector begins early rather than reach beyond the last channel.
          IntVariable channel = code.local(c.min(lastChannel));
          VectorVariable bias = code.local(biases.vector(channel));
          IntVariable weightsAt =
              code.local(c.times(allTaps).plus(region.integer("firstTap").times(LANES)));
          var weights = new VectorVariable[rows][];
          for (int i = 0; i < rows; i++) {
            weights[i] = code.locals(columns, j -> packed.vector(weightsAt.plus(j * LANES)));
            weightsAt.set(weightsAt.plus(region.integer("rowTaps").times(LANES)));
          }
          WideVariable row = code.local(channel.widened().times(Float.BYTES));
          WideVariable toRow =
              code.local(region.wide("dstBegin").plus(channel.widened()).times(Float.BYTES));
          code.loop(
              code.constant(0),
              outputRows,
              1,
              r -> {
                WideVariable at = code.local(row);
                WideVariable to = code.local(toRow);
                code.loop(
                    code.constant(0),
                    count,
                    1,
                    p -> {
                      VectorVariable sum = code.local(bias);
                      for (int i = 0; i < rows; i++) {
                        for (int j = 0; j < columns; j++) {
                          sum.set(taps[i][j].vector(at).fma(weights[i][j], sum));
                        }
                      }
                      outputs.store(to, sum, channel);
                      at.set(at.plus(pixelStep));
                      to.set(to.plus(dstStep));
                    });
                row.set(row.plus(srcRowStep));
                toRow.set(toRow.plus(dstRowStep));
              });
        });
  }
}
