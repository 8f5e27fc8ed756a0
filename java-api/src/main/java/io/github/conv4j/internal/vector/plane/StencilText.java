package io.github.conv4j.internal.vector.plane;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.Int;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.Outputs;
import io.github.conv4j.internal.vector.code.Vector;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;

/**
 * Writes kernels for planes under 3x3 kernels of stride 1 that keep their size: four rows, as far
 * apart as the taps, share the source vectors that they see. A plane is one run of pixels without
 * gaps, so that a vector may reach into the next row; what the outer taps of a pixel near an edge
 * then find in the neighbouring row is masked away.
 *
 * @param postOps what is done to the sums
 */
record StencilText(PostOps postOps) {
  /** Rows that are computed together. */
  static final int ROWS = 4;

  private static final int TAPS = 3;

  StencilKernel kernel() {
    return KernelClass.of(MethodHandles.lookup(), StencilKernel.class, this, this::write);
  }

  private void write(KernelCode code) {
    Fields job = code.fields(0);
    Floats panel = code.floats(1);
    Int channel = code.integer(2);
    Floats packed = code.local(job.floats("packed"));
    Floats left = code.local(job.floats("left"));
    Floats right = code.local(job.floats("right"));
    IntVariable width = code.local(job.integer("width"));
    IntVariable down = code.local(job.integer("dilationDown"));
    IntVariable across = code.local(job.integer("dilationAcross"));
    IntVariable margin = code.local(job.integer("margin"));
    var outputs =
        new Outputs(
            code, code.segment(4), postOps, job.object("epilogue", EpilogueArguments.class), null);
    VectorVariable bias = code.local(job.floats("bias").at(channel).broadcast());
    IntVariable weightsAt = code.local(channel.times(TAPS * TAPS));
    VectorVariable[] weights =
        code.locals(TAPS * TAPS, t -> packed.at(weightsAt.plus(t)).broadcast());
    IntVariable step = code.local(down.times(width));
    IntVariable most = code.local(job.integer("lastPixel"));
    IntVariable lastColumn = code.local(job.integer("lastColumn"));
    WideVariable stepBytes = code.local(step.widened().times(Float.BYTES));
    IntVariable lastRow = code.local(job.integer("height").minus(down.times(ROWS)));
    IntVariable r = code.local(code.constant(0));
    code.loop(
        code.constant(0),
        job.integer("rowBlocks"),
        1,
        block -> {
          IntVariable row = code.local(r.min(lastRow).times(width));
          r.set(r.plus(down.times(ROWS)));
          code.loop(
              code.constant(0),
              down,
              1,
              each -> {
                code.loop(
                    code.constant(0),
                    width,
                    LANES,
                    c -> {
                      // The last block begins early rather than reach beyond the plane.
                      IntVariable p = code.local(row.plus(c.min(lastColumn)).min(most));
                      IntVariable column = code.local(p.remainder(width));
                      IntVariable at = code.local(margin.plus(p).minus(step).minus(across));
                      VectorVariable[] outer = new VectorVariable[ROWS];
                      column(code, panel, at, step, weights, 0, outer, true);
                      VectorVariable keep = code.local(left.vector(column));
                      VectorVariable[] sums =
                          code.locals(ROWS, k -> bias.plus(outer[k].bitsAlsoIn(keep)));
                      at.set(at.plus(across));
                      column(code, panel, at, step, weights, 1, sums, false);
                      at.set(at.plus(across));
                      column(code, panel, at, step, weights, 2, outer, true);
                      keep.set(right.vector(column));
                      WideVariable to =
                          code.local(code.wide(3).plus(p.widened()).times(Float.BYTES));
                      for (int k = 0; k < ROWS; k++) {
                        Vector sum = sums[k].plus(outer[k].bitsAlsoIn(keep));
                        outputs.storePixels(to.plus(stepBytes.times(k)), sum, channel);
                      }
                    });
                row.set(row.plus(width));
              });
        });
  }

  /** Adds the products of the taps of one column, or begins with them. */
  private static void column(
      KernelCode code,
      Floats panel,
      Int at,
      Int step,
      VectorVariable[] weights,
      int across,
      VectorVariable[] sums,
      boolean begins) {
    for (int i = 0; i < ROWS + TAPS - 1; i++) {
      VectorVariable value = code.local(panel.vector(at.plus(step.times(i))));
      for (int k = Math.max(0, i - TAPS + 1); k <= Math.min(i, ROWS - 1); k++) {
        VectorVariable weight = weights[(i - k) * TAPS + across];
        if (begins && i == k) {
          sums[k] = code.local(value.times(weight));
        } else {
          sums[k].set(value.fma(weight, sums[k]));
        }
      }
    }
  }
}
