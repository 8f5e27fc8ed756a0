package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import java.util.function.IntFunction;

/** The sums of a {@link RegisterBlock} while a kernel is written. */
public final class BlockSums {
  private final KernelCode code;
  private final RegisterBlock block;
  private final VectorVariable[][] sums;

  /** Begins with the bias. */
  public BlockSums(KernelCode code, RegisterBlock block, Floats bias, Int biasFrom) {
    this(code, block, v -> bias.vector(biasFrom.plus(v * LANES)));
  }

  /** Begins with one vector for all pixels. */
  public BlockSums(KernelCode code, RegisterBlock block, IntFunction<Vector> begin) {
    this.code = code;
    this.block = block;
    this.sums = new VectorVariable[block.pixels()][];
    VectorVariable[] first = code.locals(block.vectors(), begin);
    for (int p = 0; p < block.pixels(); p++) {
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
    for (int p = 0; p < block.pixels(); p++) {
      addProducts(p, code.local(value.apply(p).broadcast()), factors);
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

  /** Returns the vectors of all pixels. */
  public VectorVariable[][] all() {
    return sums;
  }
}
