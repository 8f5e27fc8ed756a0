package io.github.conv4j.onednn;

import io.github.conv4j.contract.KernelsContractTest;
import io.github.conv4j.contract.Thoroughness;

/** With oneDNN's implementations and the pure-Java engine to choose from. */
class AutoEngineContractTest extends KernelsContractTest {
  @Override
  protected String engineName() {
    return "auto";
  }

  /** Each kernel runs so where its engine is tested, oneDNN's by {@link ImplementationsTest}. */
  @Override
  protected int guardPageStep() {
    return Thoroughness.step(8);
  }

  @Override
  protected int randomProblemCount() {
    return Integer.getInteger("conv4j.test.problems", 12);
  }
}
