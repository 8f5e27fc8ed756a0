package io.github.conv4j.engine;

import io.github.conv4j.contract.KernelsContractTest;
import io.github.conv4j.contract.Thoroughness;

/** The reference keeps its own contract; exactness is tested by another writing of it elsewhere. */
class ReferenceEngineContractTest extends KernelsContractTest {
  @Override
  protected String engineName() {
    return "reference";
  }

  /** The loops are Java without anything that is unsafe. */
  @Override
  protected int guardPageStep() {
    return Thoroughness.step(8);
  }

  @Override
  protected int randomProblemCount() {
    return 24;
  }
}
