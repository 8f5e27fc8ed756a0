package io.github.conv4j.internal.vector.plane;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.VECTOR_BYTES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.code.BlockSums;
import io.github.conv4j.internal.vector.code.Fields;
import io.github.conv4j.internal.vector.code.Floats;
import io.github.conv4j.internal.vector.code.Int;
import io.github.conv4j.internal.vector.code.IntVariable;
import io.github.conv4j.internal.vector.code.Ints;
import io.github.conv4j.internal.vector.code.KernelClass;
import io.github.conv4j.internal.vector.code.KernelCode;
import io.github.conv4j.internal.vector.code.Outputs;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;

/**
 * Writes kernels for {@link PlaneProduct}s: broadcast weights times vectors of neighbouring pixels,
 * the register blocks of the products of pixels with the roles exchanged.
 *
 * @param block output channels times vectors of pixels whose sums stay in registers
 * @param direct whether results go straight into dst, where the last block begins early rather than
 *     reach beyond the last pixel
 * @param postOps what is done to the sums
 */
record PlaneProductText(RegisterBlock block, boolean direct, PostOps postOps) {
  PlaneProductKernel kernel() {
    return KernelClass.of(MethodHandles.lookup(), PlaneProductKernel.class, this, this::write);
  }

  private void write(KernelCode code) {
    Fields product = code.fields(0);
    Floats panel = code.local(product.floats("panel"));
    Floats packed = code.local(product.floats("packed"));
    Floats bias = code.local(product.floats("bias"));
    Floats out = code.local(product.floats("out"));
    Ints offsets = code.local(product.ints("offsets"));
    IntVariable base = code.local(product.integer("base"));
    IntVariable biasFrom = code.local(product.integer("biasFrom"));
    IntVariable channel = code.local(product.integer("channel"));
    WideVariable dstBytes = code.local(product.wide("dstPitch").times(Float.BYTES));
    int pixels = block.vectors() * LANES;
    IntVariable last = code.local(product.integer("pixelCount").plus(-pixels));
    var outputs =
        new Outputs(
            code,
            code.segment(1),
            postOps,
            product.object("epilogue", EpilogueArguments.class),
            null);
    code.loop(
        code.constant(0),
        product.integer("pixelCount"),
        pixels,
        i -> {
          IntVariable pixel = code.local(direct ? i.min(last) : i);
          IntVariable from = code.local(base.plus(pixel));
          BlockSums sums =
              BlockSums.beginningEach(code, block, o -> bias.at(biasFrom.plus(o)).broadcast());
          IntVariable at = code.local(product.integer("packedFrom"));
          code.each(
              offsets,
              offset -> {
                IntVariable src = code.local(from.plus(offset));
                sums.addProducts(
                    o -> packed.at(at.plus(o)), v -> panel.vector(src.plus(v * LANES)));
                at.add(block.pixels());
              });
          if (direct) {
            WideVariable to =
                code.local(product.wide("dstFrom").plus(pixel.widened()).times(Float.BYTES));
            for (int o = 0; o < block.pixels(); o++) {
              for (int v = 0; v < block.vectors(); v++) {
                outputs.storePixels(to.plus(v * VECTOR_BYTES), sums.of(o)[v], channel.plus(o));
              }
              to.set(to.plus(dstBytes));
            }
          } else {
            for (int o = 0; o < block.pixels(); o++) {
              Int to = pixel.plus(product.integer("outPitch").times(o));
              for (int v = 0; v < block.vectors(); v++) {
                out.store(to.plus(v * LANES), outputs.ofChannel(sums.of(o)[v], channel.plus(o)));
              }
            }
          }
        });
  }
}
