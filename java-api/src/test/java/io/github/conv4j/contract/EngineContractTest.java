package io.github.conv4j.contract;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What every engine promises its callers. An engine's module tests it by a subclass that names the
 * engine:
 *
 * {@snippet :
 * class MyEngineContractTest extends EngineContractTest {
 *   @Override
 *   protected String engineName() {
 *     return "mine";
 *   }
 * }
 * }
 *
 * <p>{@code -Dconv4j.test.problems} sets how many random problems of each kind are tried, {@code
 * -Dconv4j.test.seed} their seed, and {@code -Dconv4j.test.thorough=true} that nothing is left out
 * since other tests try it too.
 */
public abstract class EngineContractTest {
  /** Returns the name that {@link io.github.conv4j.engine.Engines#named} knows. */
  protected abstract String engineName();

  /** Returns how many random problems are tried, convolutions and transposed ones each. */
  protected int randomProblemCount() {
    return Integer.getInteger("conv4j.test.problems", 120);
  }

  /** Returns one in how many pairs of a curated problem and a layout runs between guard pages. */
  protected int guardPageStep() {
    return 1;
  }

  /** Returns the kernels that must run, as {@code explain} names them; empty for any. */
  protected String kernels() {
    return "";
  }

  /** Right results, mostly in a JVM of its own. */
  @Execution(ExecutionMode.CONCURRENT)
  @Nested
  class Agreement extends AgreementContract {
    @Override
    String engineName() {
      return EngineContractTest.this.engineName();
    }

    @Override
    int randomProblemCount() {
      return EngineContractTest.this.randomProblemCount();
    }

    @Override
    int guardPageStep() {
      return EngineContractTest.this.guardPageStep();
    }

    @Override
    String kernels() {
      return EngineContractTest.this.kernels();
    }
  }

  /** Types other than f32. */
  @Nested
  class Types extends TypesContract {
    @Override
    String engineName() {
      return EngineContractTest.this.engineName();
    }

    @Override
    int randomProblemCount() {
      return EngineContractTest.this.randomProblemCount();
    }
  }

  /** Everything that is made of a convolution and of nothing else. */
  @Nested
  class Composition extends CompositionContract {
    @Override
    String engineName() {
      return EngineContractTest.this.engineName();
    }
  }

  /** What is done to outputs before they are written. */
  @Nested
  class AfterTheSum extends PostOpsContract {
    @Override
    String engineName() {
      return EngineContractTest.this.engineName();
    }

    @Override
    int randomProblemCount() {
      return EngineContractTest.this.randomProblemCount();
    }
  }

  /** What is refused, and how. */
  @Nested
  class Arguments extends ArgumentsContract {
    @Override
    String engineName() {
      return EngineContractTest.this.engineName();
    }
  }

  /** Who owns what, and until when. */
  @Nested
  class Lifetime extends LifetimeContract {
    @Override
    String engineName() {
      return EngineContractTest.this.engineName();
    }
  }

  /** Many callers at once. */
  @Nested
  class Concurrency extends ConcurrencyContract {
    @Override
    String engineName() {
      return EngineContractTest.this.engineName();
    }
  }

  /** More callers than there is room for. */
  @Nested
  class Overload extends OverloadContract {
    @Override
    String engineName() {
      return EngineContractTest.this.engineName();
    }
  }
}
