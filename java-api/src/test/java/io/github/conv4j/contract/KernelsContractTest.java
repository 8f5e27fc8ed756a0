package io.github.conv4j.contract;

import org.junit.jupiter.api.Nested;

/**
 * What all kernels that an engine may run promise beyond {@link EngineContractTest}. An engine that
 * chooses among kernels which another test runs need not repeat it.
 */
public abstract class KernelsContractTest extends EngineContractTest {
  /** Returns part of the name of what must run at relaxed accuracy; empty if nothing need. */
  protected String relaxedImplementation() {
    return "";
  }

  /** Results at relaxed accuracy. */
  @Nested
  class Relaxed extends RelaxedContract {
    @Override
    String engineName() {
      return KernelsContractTest.this.engineName();
    }

    @Override
    int randomProblemCount() {
      return KernelsContractTest.this.randomProblemCount();
    }

    @Override
    String relaxedImplementation() {
      return KernelsContractTest.this.relaxedImplementation();
    }
  }

  /** The numbers at the edges of a float. */
  @Nested
  class SpecialValues extends SpecialValuesContract {
    @Override
    String engineName() {
      return KernelsContractTest.this.engineName();
    }
  }

  /** Execution allocates nothing. */
  @Nested
  class Allocation extends AllocationContract {
    @Override
    String engineName() {
      return KernelsContractTest.this.engineName();
    }
  }
}
