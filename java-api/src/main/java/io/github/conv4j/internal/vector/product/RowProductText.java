package io.github.conv4j.internal.vector.product;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

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
import io.github.conv4j.internal.vector.code.Part;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;

/**
 * Writes kernels for {@link PanelProduct}s of neighbouring pixels of a row, for few registers: all
 * values at a tap are written out, in the order in which they are loaded (ADR 56).
 *
 * @param block the sums that stay in registers
 * @param masked whether there are fewer output channels than a vector has lanes
 * @param isLapped whether the second vector begins before the first one ends
 * @param distance from each pixel of a block to the next in the panel
 * @param run how many neighbouring values each tap has
 * @param postOps what is done to the sums
 */
record RowProductText(
    RegisterBlock block, boolean masked, boolean isLapped, int distance, int run, PostOps postOps) {
  static PanelProductKernel kernel(int channelCount, PixelRow row, int run, PostOps postOps) {
    int vectors = Math.ceilDiv(channelCount, LANES);
    var text =
        new RowProductText(
            new RegisterBlock(row.count(), vectors),
            channelCount < LANES,
            channelCount > LANES && channelCount < 2 * LANES,
            row.distance(),
            run,
            postOps);
    return KernelClass.of(
        MethodHandles.lookup(), PanelProductKernel.class, text, code -> text.write(code));
  }

  private void write(KernelCode code) {
    Fields product = code.fields(0);
    Ints bases = code.local(product.ints("bases"));
    Ints dstOffsets = code.local(product.ints("dstOffsets"));
    Ints taps = code.local(product.ints("taps"));
    Floats panel = code.local(product.floats("panel"));
    Floats packed = code.local(product.floats("packed"));
    Floats bias = code.local(product.floats("bias"));
    IntVariable biasFrom = code.local(product.integer("biasFrom"));
    Int apart = isLapped ? code.local(product.integer("apart")) : code.constant(LANES);
    IntVariable dstFrom = code.local(product.integer("dstFrom"));
    var outputs =
        new Outputs(
            code,
            code.segment(1),
            postOps,
            product.object("epilogue", EpilogueArguments.class),
            masked ? product.integer("laneCount") : null);
    WideVariable dstStep = code.local(product.wide("dstStep").times(Float.BYTES));
    WideVariable dstBegin = code.local(dstFrom.widened().times(Float.BYTES));
    Part[] results =
        masked ? new Part[0] : code.segment(1).parts(block.pixels(), dstBegin, dstStep);
    code.loop(
        code.constant(0),
        product.integer("pixelCount"),
        block.pixels(),
        first -> {
          IntVariable base = code.local(bases.at(first));
          var sums = new BlockSums(code, block, v -> bias.vector(biasFrom.plus(apart.times(v))));
          IntVariable weights = code.local(product.integer("packedFrom"));
          code.each(
              taps,
              tap -> {
                IntVariable from = code.local(base.plus(tap));
                sums.addInOrder(
                    run,
                    (i, p) -> panel.at(from.plus(p * distance + i)),
                    (i, v) -> packed.vector(weights.plus((i * block.vectors() + v) * LANES)));
                weights.add(run * block.vectors() * LANES);
              });
          WideVariable at = code.local(dstOffsets.at(first).widened().times(Float.BYTES));
          WideVariable to = code.local(dstBegin.plus(at));
          outputs.storeBlock(
              results,
              at,
              sums.all(),
              p -> to.plus(p.widened().times(dstStep)),
              v -> apart.times(v).widened().times(Float.BYTES),
              v -> dstFrom.plus(apart.times(v)));
        });
  }
}
