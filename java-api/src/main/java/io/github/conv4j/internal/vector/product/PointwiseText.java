package io.github.conv4j.internal.vector.product;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.internal.vector.code.BlockSums;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.Int;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.Outputs;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;
import java.util.function.Consumer;

/**
 * Writes kernels for {@link ProductTile}s: all pixels are the same distance apart.
 *
 * @param block the sums that stay in registers
 * @param loop over the input channels
 * @param postOps what is done to the sums
 */
record PointwiseText(RegisterBlock block, Loop loop, PostOps postOps) {
  /** Shorter loops lose more by C2's prologue and epilogue than they gain by its unrolling. */
  private static final int LEAST_DEPTH_TO_UNROLL = 40;

  /** A form of the loop over input channels. */
  private enum Loop {
    /** C2 unrolls it. */
    UNROLLED(1),
    /** C2 leaves it as it is. */
    AS_WRITTEN(1),
    /** The same with some channels a step, so that one range check serves their loads. */
    IN_STEPS(ProductTile.UNROLL);

    private final int channels;

    Loop(int channels) {
      this.channels = channels;
    }
  }

  static PointwiseKernel kernel(RegisterBlock block, int depth, PostOps postOps) {
    Loop few = depth < LEAST_DEPTH_TO_UNROLL ? Loop.AS_WRITTEN : Loop.UNROLLED;
    var text = new PointwiseText(block, VectorWidth.REGISTERS < 32 ? few : Loop.IN_STEPS, postOps);
    return KernelClass.of(
        MethodHandles.lookup(), PointwiseKernel.class, text, code -> text.write(code));
  }

  private void write(KernelCode code) {
    Fields tile = code.fields(0);
    Floats panel = code.local(tile.floats("panel"));
    Floats packed = code.local(tile.floats("packed"));
    Floats bias = code.local(tile.floats("bias"));
    IntVariable pitch = code.local(tile.integer("pitch"));
    IntVariable depth = code.local(tile.integer("depth"));
    IntVariable first = code.local(tile.integer("first"));
    IntVariable second = code.local(tile.integer("second"));
    IntVariable last = code.local(tile.integer("count").plus(-block.pixels()));
    WideVariable dstStep = code.local(tile.integer("out").widened().times(Float.BYTES));
    WideVariable dstBegin =
        code.local(tile.wide("dstBegin").plus(first.widened()).times(Float.BYTES));
    var outputs =
        new Outputs(
            code, code.segment(1), postOps, tile.object("epilogue", EpilogueArguments.class), null);
    code.loop(
        code.constant(0),
        tile.integer("count"),
        block.pixels(),
        p -> {
          // The last block begins early rather than reach beyond the last pixel.
          IntVariable pixel = code.local(p.min(last));
          var src = new IntVariable[block.pixels()];
          for (int i = 0; i < block.pixels(); i++) {
            src[i] = code.local(i == 0 ? pixel.times(pitch) : src[i - 1].plus(pitch));
          }
          var sums =
              new BlockSums(code, block, v -> bias.vector(v == 0 ? first : first.plus(second)));
          IntVariable at = code.local(tile.integer("packedFrom"));
          Consumer<Int> body =
              k -> {
                for (int c = 0; c < loop.channels; c++) {
                  int channel = c * block.vectors() * LANES;
                  Int index = k.plus(c);
                  sums.addProducts(
                      i -> panel.at(src[i].plus(index)),
                      v -> packed.vector(at.plus(channel + v * LANES)));
                }
                at.add(loop.channels * block.vectors() * LANES);
              };
          if (loop == Loop.UNROLLED) {
            code.loop(code.constant(0), depth, 1, body);
          } else {
            code.loopAsWritten(code.constant(0), depth, loop.channels, body);
          }
          WideVariable to = code.local(dstBegin.plus(pixel.widened().times(dstStep)));
          outputs.storeBlock(
              sums.all(),
              i -> to.plus(i.widened().times(dstStep)),
              v -> second.widened().times(Float.BYTES),
              v -> v == 0 ? first : first.plus(second));
        });
  }
}
