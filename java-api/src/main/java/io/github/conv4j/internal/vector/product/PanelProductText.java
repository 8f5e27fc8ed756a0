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
import io.github.conv4j.internal.vector.code.RegisterBlock;
import java.lang.invoke.MethodHandles;

/**
 * Writes kernels for {@link PanelProduct}s: broadcast source values times vectors of weights.
 *
 * @param block the sums that stay in registers
 * @param masked whether there are fewer output channels than a vector has lanes
 * @param asWritten whether C2 shall leave the innermost loop alone
 * @param isLapped whether the second vector begins before the first one ends
 * @param distance from each pixel of a block to the next in the panel; 0 if each has its base
 * @param postOps what is done to the sums
 */
record PanelProductText(
    RegisterBlock block,
    boolean masked,
    boolean asWritten,
    boolean isLapped,
    int distance,
    PostOps postOps) {
  /** Shorter loops lose more by C2's prologue and epilogue than they gain by its unrolling. */
  private static final int LEAST_RUN_TO_UNROLL = 32;

  /** Returns the kernel for a block of output channels and so many neighbouring values a tap. */
  static PanelProductKernel kernel(int channelCount, int run, PostOps postOps) {
    return new PanelProductText(
            RegisterBlock.of(Math.ceilDiv(channelCount, LANES)),
            channelCount < LANES,
            run < LEAST_RUN_TO_UNROLL,
            channelCount > LANES && channelCount < 2 * LANES,
            0,
            postOps)
        .kernel();
  }

  /** Returns the kernel for a block of output channels of pixels of a row. */
  static PanelProductKernel kernel(int channelCount, PixelRow row, int run, PostOps postOps) {
    return new PanelProductText(
            new RegisterBlock(row.count(), Math.ceilDiv(channelCount, LANES), row.together()),
            channelCount < LANES,
            run < LEAST_RUN_TO_UNROLL,
            false,
            row.distance(),
            postOps)
        .kernel();
  }

  private PanelProductKernel kernel() {
    return KernelClass.of(
        MethodHandles.lookup(), PanelProductKernel.class, this, code -> write(code));
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
    IntVariable run = code.local(product.integer("run"));
    var outputs =
        new Outputs(
            code,
            code.segment(1),
            postOps,
            product.object("epilogue", EpilogueArguments.class),
            masked ? product.integer("laneCount") : null);
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
          IntVariable at = code.local(product.integer("packedFrom"));
          code.each(
              taps,
              tap -> {
                IntVariable begin = code.local(tap);
                Int end = begin.plus(run);
                if (asWritten) {
                  code.loopAsWritten(begin, end, 1, i -> add(sums, panel, base, i, packed, at));
                } else {
                  code.loop(begin, end, 1, i -> add(sums, panel, base, i, packed, at));
                }
              });
          outputs.storeBlock(
              sums.all(),
              p ->
                  dstOffsets
                      .at(first.plus(p.times(block.together())))
                      .plus(dstFrom)
                      .widened()
                      .times(Float.BYTES),
              v -> apart.times(v).widened().times(Float.BYTES),
              v -> dstFrom.plus(apart.times(v)));
        });
  }

  private void add(
      BlockSums sums, Floats panel, IntVariable[] base, Int i, Floats packed, IntVariable at) {
    sums.addProducts(
        p -> panel.at(distance > 0 ? base[0].plus(i).plus(p * distance) : base[p].plus(i)),
        v -> packed.vector(at.plus(v * LANES)));
    at.add(block.vectors() * LANES);
  }
}
