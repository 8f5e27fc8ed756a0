package io.github.conv4j.onednn;

import io.github.conv4j.contract.EngineContractTest;

class OnednnEngineContractTest extends EngineContractTest {
  @Override
  protected String engineName() {
    return "onednn";
  }
}
