package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import java.util.function.IntFunction;

/**
 * The sums of a {@link RegisterBlock} while a kernel is written.
 *
 * <p>Where channels fill half a vector more than whole ones, the outputs of a pair of pixels lie in
 * whole vectors. The lower half of the vector in the middle takes the values of the first pixel,
 * the upper one those of the second.
 */
public final class BlockSums {
  private final KernelCode code;
  private final RegisterBlock block;

  /** For each pixel, or for each pair of them. */
  private final VectorVariable[][] sums;

  /** Begins with the bias. */
  public BlockSums(KernelCode code, RegisterBlock block, Floats bias, Int biasFrom) {
    this(code, block, v -> bias.vector(biasFrom.plus(v * LANES)));
  }

  /** Begins with one vector for all pixels, or pairs of them. */
  public BlockSums(KernelCode code, RegisterBlock block, IntFunction<Vector> begin) {
    this.code = code;
    this.block = block;
    this.sums = new VectorVariable[block.pixels() / block.together()][];
    VectorVariable[] first = code.locals(block.vectors(), begin);
    for (int p = 0; p < sums.length; p++) {
      sums[p] = code.locals(block.vectors(), v -> first[v]);
    }
  }

  private BlockSums(KernelCode code, RegisterBlock block, VectorVariable[][] sums) {
    this.code = code;
    this.block = block;
    this.sums = sums;
  }

  /** Begins with one vector for all vectors of a pixel. */
  public static BlockSums beginningEach(
      KernelCode code, RegisterBlock block, IntFunction<Vector> begin) {
    var sums = new VectorVariable[block.pixels()][];
    for (int p = 0; p < block.pixels(); p++) {
      VectorVariable first = code.local(begin.apply(p));
      sums[p] = code.locals(block.vectors(), v -> first);
    }
    return new BlockSums(code, block, sums);
  }

  /** Adds the value of each pixel times each vector of weights. */
  public void addProducts(IntFunction<Real> value, IntFunction<Vector> weights) {
    VectorVariable[] factors = code.locals(block.vectors(), weights);
    if (block.together() == 2) {
      addProductsOfPairs(value, factors);
      return;
    }
    for (int p = 0; p < block.pixels(); p++) {
      addProducts(p, code.local(value.apply(p).broadcast()), factors);
    }
  }

  private void addProductsOfPairs(IntFunction<Real> value, VectorVariable[] weights) {
    Mask upper = code.local(code.upperLanes());
    int middle = block.vectors() / 2;
    for (int pair = 0; pair < sums.length; pair++) {
      VectorVariable first = code.local(value.apply(2 * pair).broadcast());
      VectorVariable second = code.local(value.apply(2 * pair + 1).broadcast());
      VectorVariable both = code.local(first.blend(second, upper));
      for (int v = 0; v < block.vectors(); v++) {
        VectorVariable src = v < middle ? first : v == middle ? both : second;
        sums[pair][v].set(src.fma(weights[v], sums[pair][v]));
      }
    }
  }

  /** Adds one vector of a pixel times each vector of weights. */
  public void addProducts(int pixel, VectorVariable src, VectorVariable[] weights) {
    for (int v = 0; v < block.vectors(); v++) {
      sums[pixel][v].set(src.fma(weights[v], sums[pixel][v]));
    }
  }

  /** Returns the vectors of a pixel. */
  public VectorVariable[] of(int pixel) {
    return sums[pixel];
  }

  /** Returns the vectors of all pixels, or pairs of them. */
  public VectorVariable[][] all() {
    return sums;
  }
}
