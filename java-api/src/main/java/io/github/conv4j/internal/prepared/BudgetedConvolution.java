package io.github.conv4j.internal.prepared;

import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.tensor.Tensor;

/** A prepared convolution whose calls take permits of an engine's thread budget. */
public interface BudgetedConvolution extends PreparedConvolution {
  /** Returns the budget. */
  Budget budget();

  /**
   * Returns how many working memories there are: as many as callers and helpers were inside at once
   * of late.
   */
  int slotCount();

  /**
   * Like {@link #execute}, for a caller that already holds a permit of the budget and has checked
   * its tensors. Only their bytes count: they may be described in another way than here.
   */
  void executeInside(Tensor src, Tensor dst);
}
