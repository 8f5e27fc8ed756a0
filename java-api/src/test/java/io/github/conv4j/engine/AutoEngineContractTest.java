package io.github.conv4j.engine;

import io.github.conv4j.contract.EngineContractTest;
import io.github.conv4j.contract.Thoroughness;

/** With the pure-Java engine alone to choose from, whose kernels have a contract of their own. */
class AutoEngineContractTest extends EngineContractTest {
  @Override
  protected String engineName() {
    return "auto";
  }

  /** The kernels that are chosen at once run so in the contract of their engine. */
  @Override
  protected int guardPageStep() {
    return Thoroughness.step(8);
  }

  @Override
  protected int randomProblemCount() {
    return Integer.getInteger("conv4j.test.problems", 12);
  }
}
