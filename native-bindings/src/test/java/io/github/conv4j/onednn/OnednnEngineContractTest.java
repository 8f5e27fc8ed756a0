package io.github.conv4j.onednn;

import io.github.conv4j.contract.FastEngineContractTest;

class OnednnEngineContractTest extends FastEngineContractTest {
  @Override
  protected String engineName() {
    return "onednn";
  }
}
