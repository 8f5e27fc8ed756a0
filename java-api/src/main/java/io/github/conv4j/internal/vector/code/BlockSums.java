package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import java.util.function.IntFunction;

/**
 * The sums of a {@link RegisterBlock} while a kernel is written.
 *
 * <p>Where several pixels belong together their outputs lie side by side in whole vectors. Of a
 * pair the lower half of the vector in the middle takes the values of the first pixel, the upper
 * one those of the second. Of four pixels each has a quarter of the only vector.
 */
public final class BlockSums {
  private final KernelCode code;
  private final RegisterBlock block;

  /** For each pixel, or for those that belong together. */
  private final VectorVariable[][] sums;

  /** Begins with the bias. */
  public BlockSums(KernelCode code, RegisterBlock block, Floats bias, Int biasFrom) {
    this(code, block, v -> bias.vector(biasFrom.plus(v * LANES)));
  }

  /** Begins with one vector for all pixels, or for all that belong together. */
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
    for (int i = 0; i < sums.length; i++) {
      switch (block.together()) {
        case 1 -> addProducts(i, code.local(value.apply(i).broadcast()), factors);
        case 2 -> addProductsOfPair(i, value, factors);
        default -> addProducts(i, code.local(ofFour(4 * i, value)), factors);
      }
    }
  }

  /**
   * Adds products of several steps in the order of the text, where values and weights come from
   * arrays.
   *
   * @param postOps what becomes of the sums
   */
  public void addInOrder(int steps, PostOps postOps, ValueOfStep value, WeightsOfStep weights) {
    if (block.together() > 1) {
      throw new AssertionError(block);
    }
    int ahead = block.pixelsAhead(postOps);
    for (int s = 0; s < steps; s++) {
      int step = s;
      if (step > 0) {
        code.holdLoads();
      }
      VectorVariable[] factors = code.locals(block.vectors(), v -> weights.at(step, v));
      for (int i = 0; i < sums.length; i++) {
        if (i > 0 && i % ahead == 0) {
          code.holdLoads();
        }
        addProducts(i, code.local(value.at(step, i).broadcast()), factors);
      }
    }
  }

  /** The value of a pixel in one of several steps. */
  @FunctionalInterface
  public interface ValueOfStep {
    /** Returns the value. */
    Real at(int step, int pixel);
  }

  /** The vectors of weights of one of several steps. */
  @FunctionalInterface
  public interface WeightsOfStep {
    /** Returns a vector. */
    Vector at(int step, int vector);
  }

  private void addProductsOfPair(int pair, IntFunction<Real> value, VectorVariable[] weights) {
    VectorVariable first = code.local(value.apply(2 * pair).broadcast());
    VectorVariable second = code.local(value.apply(2 * pair + 1).broadcast());
    VectorVariable both = code.local(first.blend(second, code.upperLanes()));
    int middle = block.vectors() / 2;
    for (int v = 0; v < block.vectors(); v++) {
      VectorVariable src = v < middle ? first : v == middle ? both : second;
      sums[pair][v].set(src.fma(weights[v], sums[pair][v]));
    }
  }

  private Vector ofFour(int first, IntFunction<Real> value) {
    Vector[] halves = new Vector[2];
    for (int i = 0; i < halves.length; i++) {
      Vector lower = value.apply(first + 2 * i).broadcast();
      Vector upper = value.apply(first + 2 * i + 1).broadcast();
      halves[i] = lower.blend(upper, code.upperLanesOfHalves());
    }
    return halves[0].blend(halves[1], code.upperLanes());
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

  /** Returns the vectors of all pixels, or of those that belong together. */
  public VectorVariable[][] all() {
    return sums;
  }
}
