package io.github.conv4j.engine;

import io.github.conv4j.contract.FastEngineContractTest;
import jdk.incubator.vector.FloatVector;

/** At the widest vectors of this machine; other widths and scalar loops: VectorWidthsTest. */
class VectorEngineContractTest extends FastEngineContractTest {
  @Override
  protected String engineName() {
    return "vector";
  }

  @Override
  protected String kernels() {
    return "vector" + FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  @Override
  protected String relaxedImplementation() {
    return "winograd";
  }

  @Override
  protected int randomProblemCount() {
    return Integer.getInteger("conv4j.test.problems", 120);
  }
}
