package io.github.conv4j.internal.vector.winograd;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.internal.vector.code.BlockSums;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.Int;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import java.lang.invoke.MethodHandles;
import java.util.function.Consumer;

/**
 * Writes kernels for {@link PointProduct}s: broadcast source values times vectors of weights.
 *
 * @param block tiles times vectors whose sums stay in registers
 * @param asWritten whether C2 shall leave the innermost loop alone
 */
record PointProductText(RegisterBlock block, boolean asWritten) {
  /** Shorter loops lose more by C2's prologue and epilogue than they gain by its unrolling. */
  private static final int LEAST_DEPTH_TO_UNROLL = 40;

  static PointProductKernel kernel(RegisterBlock block, int depth) {
    boolean few = VectorWidth.REGISTERS < 32;
    var text = new PointProductText(block, few && depth < LEAST_DEPTH_TO_UNROLL);
    return KernelClass.of(
        MethodHandles.lookup(), PointProductKernel.class, text, code -> text.write(code));
  }

  private void write(KernelCode code) {
    Fields product = code.fields(0);
    Floats panel = code.local(product.floats("panel"));
    Floats packed = code.local(product.floats("packed"));
    Floats sumsTo = code.local(product.floats("sums"));
    IntVariable pitch = code.local(product.integer("panelPitch"));
    IntVariable depth = code.local(product.integer("depth"));
    IntVariable sumsPitch = code.local(product.integer("sumsPitch"));
    code.loop(
        code.constant(0),
        product.integer("tileCount"),
        block.pixels(),
        tile -> {
          var base = new IntVariable[block.pixels()];
          for (int t = 0; t < block.pixels(); t++) {
            base[t] =
                code.local(
                    t == 0
                        ? product.integer("panelFrom").plus(tile.times(pitch))
                        : base[t - 1].plus(pitch));
          }
          var sums = new BlockSums(code, block, v -> code.constant(0f).broadcast());
          IntVariable at = code.local(product.integer("packedFrom"));
          Consumer<Int> body =
              i -> {
                sums.addProducts(
                    t -> panel.at(base[t].plus(i)), v -> packed.vector(at.plus(v * LANES)));
                at.add(block.vectors() * LANES);
              };
          if (asWritten) {
            code.loopAsWritten(code.constant(0), depth, 1, body);
          } else {
            code.loop(code.constant(0), depth, 1, body);
          }
          IntVariable to = code.local(product.integer("sumsFrom").plus(tile.times(sumsPitch)));
          for (int t = 0; t < block.pixels(); t++) {
            for (int v = 0; v < block.vectors(); v++) {
              sumsTo.store(to.plus(v * LANES), sums.of(t)[v]);
            }
            to.set(to.plus(sumsPitch));
          }
        });
  }
}
