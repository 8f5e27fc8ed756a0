package io.github.conv4j.internal.vector.product;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.internal.vector.code.BlockStores;
import io.github.conv4j.internal.vector.code.BlockSums;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;

/**
 * Writes kernels for {@link ProductTile}s. All pixels are the same distance apart, so that one
 * index serves them, and some input channels are taken a step, so that one range check serves their
 * loads.
 *
 * @param block the sums that stay in registers
 * @param channels input channels a step
 */
record PointwiseText(RegisterBlock block, int channels) {
  static PointwiseKernel kernel(RegisterBlock block) {
    var text = new PointwiseText(block, ProductTile.UNROLL);
    return KernelClass.of(
        MethodHandles.lookup(), PointwiseKernel.class, text, code -> text.write(code));
  }

  private void write(KernelCode code) {
    Fields tile = code.fields(0);
    Floats panel = code.local(tile.floats("panel"));
    Floats packed = code.local(tile.floats("packed"));
    Floats bias = code.local(tile.floats("bias"));
    IntVariable pitch = code.local(tile.integer("pitch"));
    IntVariable first = code.local(tile.integer("first"));
    IntVariable second = code.local(tile.integer("second"));
    IntVariable last = code.local(tile.integer("count").plus(-block.pixels()));
    WideVariable dstStep = code.local(tile.integer("out").widened().times(Float.BYTES));
    WideVariable dstBegin =
        code.local(tile.wide("dstBegin").plus(first.widened()).times(Float.BYTES));
    var stores = new BlockStores(code, code.segment(1), null);
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
          IntVariable end =
              code.local(at.plus(tile.integer("depth").times(block.vectors() * LANES)));
          code.repeatUntilEqual(
              at,
              end,
              () -> {
                for (int k = 0; k < channels; k++) {
                  int channel = k;
                  sums.addProducts(
                      i -> panel.at(src[i].plus(channel)),
                      v -> packed.vector(at.plus((channel * block.vectors() + v) * LANES)));
                }
                for (IntVariable each : src) {
                  each.add(channels);
                }
                at.add(channels * block.vectors() * LANES);
              });
          WideVariable to = code.local(dstBegin.plus(pixel.widened().times(dstStep)));
          for (int i = 0; i < block.pixels(); i++) {
            stores.vector(to.plus(dstStep.times(i)), sums.of(i)[0]);
            if (block.vectors() == 2) {
              stores.vector(
                  to.plus(dstStep.times(i)).plus(second.widened().times(Float.BYTES)),
                  sums.of(i)[1]);
            }
          }
        });
  }
}
