package io.github.conv4j.internal.vector.reduction;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.VECTOR_BYTES;

import io.github.conv4j.internal.vector.code.BlockSums;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.Int;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.Ints;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import io.github.conv4j.internal.vector.code.Segment;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.WideVariable;
import io.github.conv4j.internal.vector.code.Wides;
import java.lang.invoke.MethodHandles;

/**
 * Writes kernels for the sums of {@link ReductionRun}s: vectors of input channels times vectors of
 * weights. Eight sums hide the latency of a multiplication. C2 would cut the loop over vectors of
 * channels into a prologue, a body and an epilogue if its step were a constant, and there are few
 * turns.
 *
 * @param block pixels times output channels whose sums stay in registers
 * @param taps how many neighbouring taps a step has, so that pixels share what it sees
 */
record ReductionText(RegisterBlock block, int taps) {
  ReductionSumsKernel kernel() {
    return KernelClass.of(MethodHandles.lookup(), ReductionSumsKernel.class, this, this::write);
  }

  private void write(KernelCode code) {
    Fields run = code.fields(0);
    Floats sumsTo = code.floats(1);
    Floats packed = code.local(run.floats("packed"));
    Floats bias = code.local(run.floats("bias"));
    Wides steps = code.local(run.wides("steps"));
    Ints stepTaps = code.local(run.ints("stepTaps"));
    WideVariable pixelStep = code.local(run.wide("pixelStep"));
    WideVariable lastVector = code.local(run.wide("lastVector"));
    IntVariable vectorFloats = code.local(run.integer("vectorFloats"));
    IntVariable tapFloats = code.local(run.integer("tapFloats"));
    IntVariable stepCount = code.local(run.integer("stepCount"));
    IntVariable last = code.local(run.integer("pixels").plus(-block.pixels()));
    code.loop(
        code.constant(0),
        run.integer("pixels"),
        block.pixels(),
        p -> {
          // The last block begins early rather than reach beyond the last pixel.
          IntVariable pixel = code.local(p.min(last));
          WideVariable begin =
              code.local(run.wide("srcBegin").plus(pixel.widened().times(pixelStep)));
          var sums = new BlockSums(code, block, bias, code.constant(0));
          code.loop(
              code.constant(0),
              stepCount,
              1,
              i -> {
                WideVariable at = code.local(begin.plus(steps.at(i)));
                IntVariable weightsAt = code.local(stepTaps.at(i).times(tapFloats));
                IntVariable end = code.local(weightsAt.plus(tapFloats));
                WideVariable vector = code.local(code.constant(0L));
                code.repeatUntilEqual(
                    weightsAt,
                    end,
                    () -> {
                      WideVariable from = code.local(at.plus(vector));
                      add(
                          code,
                          sums,
                          code.segment(2),
                          from,
                          pixelStep,
                          packed,
                          weightsAt,
                          tapFloats);
                      vector.set(vector.plus(VECTOR_BYTES).min(lastVector));
                      weightsAt.set(weightsAt.plus(vectorFloats));
                    });
              });
          IntVariable to = code.local(pixel.times(vectorFloats));
          for (int k = 0; k < block.pixels(); k++) {
            for (int o = 0; o < block.vectors(); o++) {
              sumsTo.store(to.plus((k * block.vectors() + o) * LANES), sums.of(k)[o]);
            }
          }
        });
  }

  /** One vector of input channels of all pixels. */
  private void add(
      KernelCode code,
      BlockSums sums,
      Segment src,
      WideVariable from,
      WideVariable pixelStep,
      Floats packed,
      Int weightsAt,
      Int tapFloats) {
    var weights = new VectorVariable[taps][];
    for (int t = 0; t < taps; t++) {
      Int tap = t == 0 ? weightsAt : weightsAt.plus(tapFloats.times(t));
      weights[t] = code.locals(block.vectors(), o -> packed.vector(tap.plus(o * LANES)));
    }
    for (int i = 0; i < block.pixels() + taps - 1; i++) {
      if (i > 0) {
        from.set(from.plus(pixelStep));
      }
      VectorVariable value = code.local(src.vector(from));
      for (int p = Math.max(0, i - taps + 1); p <= Math.min(i, block.pixels() - 1); p++) {
        sums.addProducts(p, value, weights[i - p]);
      }
    }
  }
}
