package io.github.conv4j.engine;

import io.github.conv4j.contract.EngineContractTest;

/** The reference keeps its own contract; exactness is tested by another writing of it elsewhere. */
class ReferenceEngineContractTest extends EngineContractTest {
  @Override
  protected String engineName() {
    return "reference";
  }

  @Override
  protected int randomProblemCount() {
    return 24;
  }
}
