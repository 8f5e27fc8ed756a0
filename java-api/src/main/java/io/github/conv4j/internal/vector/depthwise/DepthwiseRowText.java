package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.Int;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.Ints;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.Outputs;
import io.github.conv4j.internal.vector.code.Segment;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.WideVariable;
import io.github.conv4j.internal.vector.code.Wides;
import java.lang.invoke.MethodHandles;

/**
 * Writes kernels for rows of a depthwise convolution, straight from memory: channels are the lanes.
 *
 * @param pixels of a block; a row has that many at least
 * @param postOps what is done to the sums
 */
record DepthwiseRowText(int pixels, PostOps postOps) {
  /** Pixels of a block. */
  static final int PIXELS = 4;

  static DepthwiseVectorKernel kernel(int pixels, PostOps postOps) {
    var text = new DepthwiseRowText(pixels, postOps);
    return KernelClass.of(
        MethodHandles.lookup(), DepthwiseVectorKernel.class, text, code -> text.write(code));
  }

  private void write(KernelCode code) {
    Fields row = code.fields(0);
    Int channel = code.integer(3);
    Wides rows = code.local(row.wides("rows"));
    Ints rowTaps = code.local(row.ints("rowTaps"));
    Floats packed = code.local(row.floats("packed"));
    IntVariable last = code.local(row.integer("count").plus(-pixels));
    WideVariable begin = code.local(row.wide("first").plus(channel.widened()));
    WideVariable pixelElements = code.local(row.wide("pixelStep"));
    WideVariable dstBegin =
        code.local(row.wide("dstOffset").plus(channel.widened()).times(Float.BYTES));
    WideVariable dstStep = code.local(row.wide("dstStep").times(Float.BYTES));
    VectorVariable bias = code.local(row.floats("bias").vector(channel));
    var outputs =
        new Outputs(
            code, code.segment(2), postOps, row.object("epilogue", EpilogueArguments.class), null);
    code.loop(
        code.constant(0),
        row.integer("count"),
        pixels,
        p -> {
          // The last block begins early rather than reach beyond the last pixel.
          IntVariable pixel = code.local(p.min(last));
          WideVariable first = code.local(begin.plus(pixel.widened().times(pixelElements)));
          VectorVariable[] sums = code.locals(pixels, i -> bias);
          addTaps(code, row, rows, rowTaps, first, packed, sums);
          WideVariable to = code.local(dstBegin.plus(pixel.widened().times(dstStep)));
          outputs.storeBlock(sums, i -> to.plus(i.widened().times(dstStep)), channel);
        });
  }

  private void addTaps(
      KernelCode code,
      Fields row,
      Wides rows,
      Ints rowTaps,
      WideVariable first,
      Floats packed,
      VectorVariable[] sums) {
    Segment src = code.segment(1);
    WideVariable pixelStep = code.local(row.wide("pixelStep").times(Float.BYTES));
    WideVariable tapStep = code.local(row.wide("tapStep").times(Float.BYTES));
    IntVariable channels = code.local(row.integer("channelCount"));
    code.loop(
        code.constant(0),
        row.integer("rowCount"),
        1,
        r -> {
          WideVariable at = code.local(rows.at(r).plus(first).times(Float.BYTES));
          IntVariable weightsAt =
              code.local(
                  rowTaps.at(r).plus(row.integer("tapFrom")).times(channels).plus(code.integer(3)));
          code.loop(
              code.constant(0),
              row.integer("tapCount"),
              1,
              t -> {
                VectorVariable weights = code.local(packed.vector(weightsAt));
                for (int p = 0; p < pixels; p++) {
                  sums[p].set(src.vector(at.plus(pixelStep.times(p))).fma(weights, sums[p]));
                }
                at.set(at.plus(tapStep));
                weightsAt.set(weightsAt.plus(channels));
              });
        });
  }
}
