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
import io.github.conv4j.internal.vector.code.Real;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import io.github.conv4j.internal.vector.code.Vector;
import io.github.conv4j.internal.vector.code.VectorVariable;
import io.github.conv4j.internal.vector.code.WideVariable;
import java.lang.invoke.MethodHandles;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Writes kernels for {@link ProductTile}s.
 *
 * @param block the sums that stay in registers
 * @param copied whether source values are read from a panel, and not from memory in place
 * @param postOps what is done to the sums
 */
record PointwiseText(RegisterBlock block, boolean copied, PostOps postOps) {
  static PointwiseKernel kernel(RegisterBlock block, boolean copied, PostOps postOps) {
    var text = new PointwiseText(block, copied, postOps);
    return KernelClass.of(
        MethodHandles.lookup(), PointwiseKernel.class, text, code -> text.write(code));
  }

  private void write(KernelCode code) {
    Fields tile = code.fields(0);
    Floats packed = code.local(tile.floats("packed"));
    Floats bias = code.local(tile.floats("bias"));
    IntVariable depth = code.local(tile.integer("depth"));
    Function<Int, Pixels> source = copied ? copied(code, tile, depth) : inPlace(code, tile, depth);
    IntVariable first = code.local(tile.integer("first"));
    IntVariable apart = code.local(tile.integer("apart"));
    IntVariable last = code.local(tile.integer("count").plus(-block.pixels()));
    WideVariable dstStep = code.local(tile.integer("out").widened().times(Float.BYTES));
    WideVariable dstBegin =
        code.local(tile.wide("dstBegin").plus(first.widened()).times(Float.BYTES));
    var outputs =
        new Outputs(
            code, code.segment(2), postOps, tile.object("epilogue", EpilogueArguments.class), null);
    Part[] results = code.segment(2).parts(block.pixels(), dstBegin, dstStep);
    code.loop(
        code.constant(0),
        tile.integer("count"),
        block.pixels(),
        p -> {
          // The last block begins early rather than reach beyond the last pixel.
          IntVariable pixel = code.local(p.min(last));
          Pixels src = source.apply(pixel);
          var sums = new BlockSums(code, block, v -> bias.vector(first.plus(apart.times(v))));
          IntVariable weights = code.local(tile.integer("packedFrom"));
          code.loop(
              code.constant(0),
              depth,
              1,
              k -> {
                IntFunction<Vector> factor = v -> packed.vector(weights.plus(v * LANES));
                if (copied) {
                  sums.addProducts(i -> src.at(i, k), factor);
                } else {
                  addProductsInPlace(code, sums, i -> src.at(i, k), factor);
                }
                weights.add(block.vectors() * LANES);
              });
          WideVariable at = code.local(pixel.widened().times(dstStep));
          WideVariable to = code.local(dstBegin.plus(at));
          outputs.storeBlock(
              results,
              at,
              sums.all(),
              i -> to.plus(i.times(block.together()).widened().times(dstStep)),
              v -> apart.times(v).widened().times(Float.BYTES),
              v -> first.plus(apart.times(v)));
        });
  }

  /**
   * All values are read before the first product: the products are so much text that C2 would no
   * longer inline what reads a segment after them (docs/adr/0057).
   */
  private void addProductsInPlace(
      KernelCode code, BlockSums sums, IntFunction<Real> value, IntFunction<Vector> factor) {
    if (block.together() > 1) {
      throw new AssertionError(block);
    }
    VectorVariable[] factors = code.locals(block.vectors(), factor);
    VectorVariable[] values = code.locals(block.pixels(), i -> value.apply(i).broadcast());
    for (int i = 0; i < values.length; i++) {
      sums.addProducts(i, values[i], factors);
    }
  }

  /** The source values of a block of pixels. */
  private interface Pixels {
    /** The value of the i-th pixel's k-th channel. */
    Real at(int i, Int k);
  }

  private Function<Int, Pixels> copied(KernelCode code, Fields tile, IntVariable depth) {
    Floats panel = code.local(tile.floats("panel"));
    return pixel -> {
      var base = new IntVariable[block.pixels()];
      base[0] = code.local(pixel.times(depth));
      for (int i = 1; i < block.pixels(); i++) {
        base[i] = code.local(base[i - 1].plus(depth));
      }
      return (i, k) -> panel.at(base[i].plus(k));
    };
  }

  private Function<Int, Pixels> inPlace(KernelCode code, Fields tile, IntVariable depth) {
    // Known to be positive: see Part.part.
    Int positive = depth.max(code.constant(1));
    WideVariable pixelBytes = code.local(positive.widened().times(Float.BYTES));
    WideVariable begin = code.local(tile.wide("srcBegin").times(Float.BYTES));
    Part[] all = code.segment(1).parts(block.pixels(), begin, pixelBytes);
    return pixel -> {
      WideVariable from = code.local(pixel.widened().times(pixelBytes));
      var parts = new Part[block.pixels()];
      for (int i = 0; i < block.pixels(); i++) {
        parts[i] = all[i].part(from, pixelBytes);
      }
      return (i, k) -> parts[i].at(k.times(Float.BYTES).widened());
    };
  }
}
