package io.github.conv4j.internal.vector.product;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.Epilogue;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Int;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.Outputs;
import io.github.conv4j.internal.vector.code.Segment;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;
import java.util.function.Consumer;

/**
 * Writes kernels for {@link SumRows}.
 *
 * @param postOps what is done to the sums
 */
record SumRowsText(PostOps postOps) {
  static SumRowsKernel kernel(PostOps postOps) {
    var text = new SumRowsText(postOps);
    return KernelClass.of(
        MethodHandles.lookup(), SumRowsKernel.class, text, code -> text.write(code));
  }

  private void write(KernelCode code) {
    Fields rows = code.fields(0);
    Segment sums = code.segment(1);
    IntVariable length = code.local(rows.integer("length"));
    IntVariable last = code.local(length.plus(-LANES));
    IntVariable first = code.local(rows.integer("first"));
    WideVariable step = code.local(rows.integer("step").widened().times(Float.BYTES));
    WideVariable from = code.local(rows.wide("sumsBegin").times(Float.BYTES));
    WideVariable to = code.local(rows.wide("dstBegin").times(Float.BYTES));
    var outputs =
        new Outputs(
            code, code.segment(2), postOps, rows.object("epilogue", EpilogueArguments.class), null);
    Consumer<Int> store =
        i -> {
          WideVariable at = code.local(i.widened().times(Float.BYTES));
          outputs.store(to.plus(at), sums.vector(from.plus(at)), first.plus(i));
        };
    code.loop(
        code.constant(0),
        rows.integer("rows"),
        1,
        row -> {
          code.askForOwner(1);
          code.askForOwner(2);
          outputs.askForOwners();
          // The last vector begins early rather than reach beyond the last element. Short post-ops
          // are written twice, which spares a minimum in each step.
          if (Epilogue.isShort(postOps.list())) {
            code.loop(code.constant(0), last, LANES, store);
            store.accept(last);
          } else {
            code.loop(code.constant(0), length, LANES, i -> store.accept(code.local(i.min(last))));
          }
          from.set(from.plus(step));
          to.set(to.plus(step));
        });
  }
}
