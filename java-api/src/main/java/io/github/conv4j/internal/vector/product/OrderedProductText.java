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
 * Writes kernels for {@link PanelProduct}s, for few registers: all values at a tap are written out,
 * in the order in which they are loaded (ADR 56).
 *
 * @param block the sums that stay in registers
 * @param masked whether there are fewer output channels than a vector has lanes
 * @param isLapped whether the second vector begins before the first one ends
 * @param distance from each pixel of a block to the next in the panel; 0 if each has its base
 * @param run how many neighbouring values each tap has
 * @param postOps what is done to the sums
 */
record OrderedProductText(
    RegisterBlock block, boolean masked, boolean isLapped, int distance, int run, PostOps postOps) {
  /** Returns the kernel for two vectors of output channels of any pixels. */
  static PanelProductKernel kernel(int run, PostOps postOps) {
    var block = new RegisterBlock(RegisterBlock.mostPixelsOfRow(2, PostOps.none()), 2);
    return kernel(2 * LANES, block, 0, run, postOps);
  }

  /** Returns the kernel for a block of output channels of pixels of a row. */
  static PanelProductKernel kernel(int channelCount, PixelRow row, int run, PostOps postOps) {
    var block = new RegisterBlock(row.count(), Math.ceilDiv(channelCount, LANES));
    return kernel(channelCount, block, row.distance(), run, postOps);
  }

  private static PanelProductKernel kernel(
      int channelCount, RegisterBlock block, int distance, int run, PostOps postOps) {
    var text =
        new OrderedProductText(
            block,
            channelCount < LANES,
            channelCount > LANES && channelCount < 2 * LANES,
            distance,
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
        masked || distance == 0
            ? new Part[0]
            : code.segment(1).parts(block.pixels(), dstBegin, dstStep);
    code.loop(
        code.constant(0),
        product.integer("pixelCount"),
        block.pixels(),
        first -> {
          var base = new IntVariable[distance > 0 ? 1 : block.pixels()];
          for (int p = 0; p < base.length; p++) {
            base[p] = code.local(bases.at(first.plus(p)));
          }
          var sums = new BlockSums(code, block, v -> bias.vector(biasFrom.plus(apart.times(v))));
          IntVariable weights = code.local(product.integer("packedFrom"));
          code.each(
              taps,
              tap -> {
                var from = new IntVariable[base.length];
                for (int p = 0; p < base.length; p++) {
                  from[p] = code.local(base[p].plus(tap));
                }
                sums.addInOrder(
                    run,
                    postOps,
                    (i, p) ->
                        panel.at(distance > 0 ? from[0].plus(p * distance + i) : from[p].plus(i)),
                    (i, v) -> packed.vector(weights.plus((i * block.vectors() + v) * LANES)));
                weights.add(run * block.vectors() * LANES);
              });
          WideVariable at = code.local(dstOffsets.at(first).widened().times(Float.BYTES));
          WideVariable to = code.local(dstBegin.plus(at));
          outputs.storeBlock(
              results,
              at,
              sums.all(),
              p ->
                  distance > 0
                      ? to.plus(p.widened().times(dstStep))
                      : dstBegin.plus(dstOffsets.at(first.plus(p)).widened().times(Float.BYTES)),
              v -> apart.times(v).widened().times(Float.BYTES),
              v -> dstFrom.plus(apart.times(v)));
        });
  }
}
