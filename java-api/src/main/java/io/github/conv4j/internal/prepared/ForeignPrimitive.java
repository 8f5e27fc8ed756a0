package io.github.conv4j.internal.prepared;

import io.github.conv4j.engine.ConvolutionCall;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * What an engine of another project, or with another thread budget, has prepared: it has working
 * memory of its own, and its calls take permits of its own.
 */
record ForeignPrimitive(PreparedConvolution prepared) implements Primitive {
  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    return this::run;
  }

  private void run(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    Tensor from = Tensor.wrap(prepared.src(), src);
    Tensor to = Tensor.wrap(prepared.dst(), dst);
    if (operands.length == 0) {
      prepared.execute(from, to);
      return;
    }
    ConvolutionCall call = prepared.call().src(from).dst(to);
    for (int i = 0; i < operands.length; i++) {
      call.operand(i, Tensor.wrap(prepared.operands().get(i), operands[i]));
    }
    call.execute();
  }

  @Override
  public void close() {
    prepared.close();
  }
}
