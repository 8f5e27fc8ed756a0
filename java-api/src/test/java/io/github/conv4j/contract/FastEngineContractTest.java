package io.github.conv4j.contract;

import org.junit.jupiter.api.Nested;

/** What every engine but the naive loops promises beyond {@link EngineContractTest}. */
public abstract class FastEngineContractTest extends EngineContractTest {
  /** Work inside one call is shared between threads. */
  @Nested
  class Sharing extends SharingContract {
    @Override
    String engineName() {
      return FastEngineContractTest.this.engineName();
    }
  }
}
