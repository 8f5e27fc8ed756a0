package io.github.conv4j.engine;

import io.github.conv4j.contract.EngineContractTest;

/** With the pure-Java engine alone to choose from. */
class AutoEngineContractTest extends EngineContractTest {
  @Override
  protected String engineName() {
    return "auto";
  }

  @Override
  protected int randomProblemCount() {
    return Integer.getInteger("conv4j.test.problems", 12);
  }
}
