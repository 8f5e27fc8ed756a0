package io.github.conv4j.engine;

import io.github.conv4j.contract.EngineContractTest;

/** At the widest vectors of this machine; other widths and scalar loops: VectorWidthsTest. */
class VectorEngineContractTest extends EngineContractTest {
  @Override
  protected String engineName() {
    return "vector";
  }

  @Override
  protected int randomProblemCount() {
    return Integer.getInteger("conv4j.test.problems", 200);
  }
}
