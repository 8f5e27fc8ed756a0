package io.github.conv4j.internal.vector.product;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.code.BlockSums;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.Int;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.Outputs;
import io.github.conv4j.internal.vector.code.Part;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;
import java.util.function.Consumer;

/**
 * Writes kernels for {@link ProductTile}s: source values are read from memory in place, through a
 * part of it for each pixel, so that each takes one instruction.
 *
 * @param block the sums that stay in registers
 * @param postOps what is done to the sums
 */
record PointwiseText(RegisterBlock block, PostOps postOps) {
  static PointwiseKernel kernel(RegisterBlock block, PostOps postOps) {
    var text = new PointwiseText(block, postOps);
    return KernelClass.of(
        MethodHandles.lookup(), PointwiseKernel.class, text, code -> text.write(code));
  }

  private void write(KernelCode code) {
    Fields tile = code.fields(0);
    Floats packed = code.local(tile.floats("packed"));
    Floats bias = code.local(tile.floats("bias"));
    IntVariable depth = code.local(tile.integer("depth"));
    WideVariable pixelBytes = code.local(depth.widened().times(Float.BYTES));
    WideVariable srcBegin = code.local(tile.wide("srcBegin").times(Float.BYTES));
    IntVariable first = code.local(tile.integer("first"));
    IntVariable second = code.local(tile.integer("second"));
    IntVariable last = code.local(tile.integer("count").plus(-block.pixels()));
    WideVariable dstStep = code.local(tile.integer("out").widened().times(Float.BYTES));
    WideVariable dstBegin =
        code.local(tile.wide("dstBegin").plus(first.widened()).times(Float.BYTES));
    var outputs =
        new Outputs(
            code, code.segment(2), postOps, tile.object("epilogue", EpilogueArguments.class), null);
    code.loop(
        code.constant(0),
        tile.integer("count"),
        block.pixels(),
        p -> {
          // The last block begins early rather than reach beyond the last pixel.
          IntVariable pixel = code.local(p.min(last));
          WideVariable from = code.local(srcBegin.plus(pixel.widened().times(pixelBytes)));
          var src = new Part[block.pixels()];
          for (int i = 0; i < block.pixels(); i++) {
            src[i] = code.segment(1).part(from.plus(pixelBytes.times(i)), pixelBytes);
          }
          var sums =
              new BlockSums(code, block, v -> bias.vector(v == 0 ? first : first.plus(second)));
          IntVariable at = code.local(tile.integer("packedFrom"));
          Consumer<Int> products =
              k -> {
                sums.addProducts(
                    i -> src[i].at(k.times(Float.BYTES).widened()),
                    v -> packed.vector(at.plus(v * LANES)));
                at.add(block.vectors() * LANES);
              };
          if (isAsWritten()) {
            code.loopAsWritten(code.constant(0), depth, 1, products);
          } else {
            code.loop(code.constant(0), depth, 1, products);
          }
          WideVariable to = code.local(dstBegin.plus(pixel.widened().times(dstStep)));
          outputs.storeBlock(
              sums.all(),
              i -> to.plus(i.widened().times(dstStep)),
              v -> second.widened().times(Float.BYTES),
              v -> v == 0 ? first : first.plus(second));
        });
  }

  /**
   * A check for each pixel before C2's loops takes longer than one in each step, where a step has
   * enough to multiply: measured in ADR 47.
   */
  private boolean isAsWritten() {
    return !Part.areSlices() && block.vectors() > 1;
  }
}
