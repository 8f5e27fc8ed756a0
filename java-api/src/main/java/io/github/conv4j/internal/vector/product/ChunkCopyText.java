package io.github.conv4j.internal.vector.product;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.VECTOR_BYTES;

import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.Segment;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;

/** Writes the {@link ChunkCopyKernel}. */
record ChunkCopyText() {
  static ChunkCopyKernel kernel() {
    var text = new ChunkCopyText();
    return KernelClass.of(
        MethodHandles.lookup(), ChunkCopyKernel.class, text, code -> text.write(code));
  }

  private void write(KernelCode code) {
    Segment src = code.segment(0);
    WideVariable from = code.local(code.wide(1).times(Float.BYTES));
    WideVariable step = code.local(code.wide(2).times(Float.BYTES));
    Floats panel = code.floats(4);
    IntVariable to = code.local(code.integer(5));
    IntVariable chunks = code.local(code.integer(6));
    IntVariable distance = code.local(code.integer(7));
    code.loop(
        code.constant(0),
        code.integer(3),
        1,
        pixel -> {
          code.loop(
              code.constant(0),
              chunks,
              1,
              chunk ->
                  panel.store(
                      to.plus(chunk.times(distance)),
                      src.vector(from.plus(chunk.times((int) VECTOR_BYTES).widened()))));
          from.set(from.plus(step));
          to.add(LANES);
        });
  }
}
