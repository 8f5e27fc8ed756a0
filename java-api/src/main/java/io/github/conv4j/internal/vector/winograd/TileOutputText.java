package io.github.conv4j.internal.vector.winograd;

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
import io.github.conv4j.internal.vector.code.Segment;
import io.github.conv4j.internal.vector.code.Vector;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes what turns the products of a tile into outputs, {@code A^T m A} and the bias; channels are
 * the lanes, and where channels are left over, the last vector begins early.
 *
 * @param postOps what is done to the outputs
 */
record TileOutputText(WinogradTile tile, PostOps postOps) {
  /** Returns the kernel that computes a whole tile. */
  static TileOutputKernel kernel(WinogradTile tile, PostOps postOps) {
    var text = new TileOutputText(tile, postOps);
    return KernelClass.of(
        MethodHandles.lookup(), TileOutputKernel.class, text, code -> text.write(code));
  }

  /** Returns the kernel that copies outputs, of tiles that reach beyond an edge. */
  static PixelCopyKernel copy(PostOps postOps) {
    return KernelClass.of(
        MethodHandles.lookup(), PixelCopyKernel.class, postOps, code -> writeCopy(code, postOps));
  }

  private static void writeCopy(KernelCode code, PostOps postOps) {
    Fields job = code.fields(0);
    Segment src = code.segment(1);
    Outputs outputs = outputs(code, code.segment(3), job, postOps);
    eachVector(
        code,
        job,
        channel -> {
          WideVariable to = code.local(job.wide("at").plus(channel.widened()).times(Float.BYTES));
          Vector output = src.vector(code.wide(2).plus(channel.widened()).times(Float.BYTES));
          outputs.store(to, output, job.integer("channel").plus(channel));
        });
  }

  private static Outputs outputs(KernelCode code, Segment dst, Fields job, PostOps postOps) {
    return new Outputs(code, dst, postOps, job.object("epilogue", EpilogueArguments.class), null);
  }

  private static void eachVector(KernelCode code, Fields job, Consumer<IntVariable> body) {
    IntVariable last = code.local(job.integer("channels").plus(-LANES));
    code.loop(
        code.constant(0),
        job.integer("channels"),
        LANES,
        c -> body.accept(code.local(c.min(last))));
  }

  private void write(KernelCode code) {
    Fields job = code.fields(0);
    Floats sums = code.local(job.floats("sums"));
    Floats half = code.local(job.floats("half"));
    Floats bias = code.local(job.floats("bias"));
    IntVariable pointStep = code.local(job.integer("pointStep"));
    WideVariable rowBytes = code.local(job.wide("rowStep").times(Float.BYTES));
    WideVariable pixelBytes = code.local(job.wide("pixelStep").times(Float.BYTES));
    Outputs outputs = outputs(code, code.segment(1), job, postOps);
    int size = tile.size;
    int count = tile.outputs();
    eachVector(
        code,
        job,
        channel -> {
          IntVariable row = code.local(job.integer("sumsFrom").plus(channel));
          code.loop(
              code.constant(0),
              code.constant(size),
              1,
              i -> {
                Vector[] across =
                    combine(code, p -> sums.vector(row.plus(pointStep.times(p))), null);
                Int to = i.times(count * LANES);
                for (int k = 0; k < count; k++) {
                  half.store(to.plus(k * LANES), across[k]);
                }
                row.set(row.plus(pointStep.times(size)));
              });
          IntVariable absolute = code.local(job.integer("channel").plus(channel));
          VectorVariable added = code.local(bias.vector(absolute));
          WideVariable column =
              code.local(job.wide("at").plus(channel.widened()).times(Float.BYTES));
          code.loop(
              code.constant(0),
              code.constant(count),
              1,
              j -> {
                IntVariable from = code.local(j.times(LANES));
                Vector[] down =
                    combine(code, p -> half.vector(from.plus(p * count * LANES)), added);
                for (int k = 0; k < count; k++) {
                  outputs.store(column.plus(rowBytes.times(k)), down[k], absolute);
                }
                column.set(column.plus(pixelBytes));
              });
        });
  }

  /** {@code A^T m}, and what is added to it. */
  private Vector[] combine(KernelCode code, IntFunction<Vector> products, @Nullable Vector added) {
    VectorVariable[] m = code.locals(tile.size, products);
    VectorVariable even = code.local(m[1].plus(m[2]));
    VectorVariable odd = code.local(m[1].minus(m[2]));
    if (tile == WinogradTile.OUTPUTS_2X2) {
      return new Vector[] {sum(m[0].plus(even), added), sum(m[3].plus(odd), added)};
    }
    VectorVariable evenB = code.local(m[3].plus(m[4]));
    VectorVariable oddB = code.local(m[3].minus(m[4]));
    float a = VectorWinograd4.A;
    float b = VectorWinograd4.B;
    return new Vector[] {
      sum(m[0].plus(even).plus(evenB), added),
      oddB.fma(all(code, b), product(odd, all(code, a), added)),
      evenB.fma(all(code, b * b), product(even, all(code, a * a), added)),
      sum(oddB.fma(all(code, b * b * b), odd.fma(all(code, a * a * a), m[5])), added)
    };
  }

  private static Vector all(KernelCode code, float number) {
    return code.constant(number).broadcast();
  }

  private static Vector sum(Vector vector, @Nullable Vector added) {
    return added == null ? vector : vector.plus(added);
  }

  private static Vector product(Vector vector, Vector factor, @Nullable Vector added) {
    return added == null ? vector.times(factor) : vector.fma(factor, added);
  }
}
