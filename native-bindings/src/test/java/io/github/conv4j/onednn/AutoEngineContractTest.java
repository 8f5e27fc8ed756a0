package io.github.conv4j.onednn;

import io.github.conv4j.contract.EngineContractTest;

/** With oneDNN's implementations and the pure-Java engine to choose from. */
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
