package io.github.conv4j.contract;

import org.junit.jupiter.api.Nested;

/** What every engine but the naive loops promises beyond {@link KernelsContractTest}. */
public abstract class FastEngineContractTest extends KernelsContractTest {
  /** Before the first request. */
  @Nested
  class Ready extends ReadyContract {
    @Override
    String engineName() {
      return FastEngineContractTest.this.engineName();
    }
  }

  /** What lies between the steps of a sequence. */
  @Nested
  class SequenceMemory extends SequenceMemoryContract {
    @Override
    String engineName() {
      return FastEngineContractTest.this.engineName();
    }
  }

  /** Work inside one call is shared between threads. */
  @Nested
  class Sharing extends SharingContract {
    @Override
    String engineName() {
      return FastEngineContractTest.this.engineName();
    }
  }
}
