package io.github.conv4j.internal.prepared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.conv4j.Convolution;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who closes what was prepared, and when. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LedgerTest {
  private static final Convolution CONVOLUTION =
      Convolution.conv1d(1, 1).kernel(1).bias(false).build();
  private static final TensorSpec SPEC = TensorSpec.f32(Layout.channelsFirst(3), 1, 1, 4);

  private final Ledger ledger = new Ledger("fake", EngineOptions.defaults().withThreads(1));
  private final AtomicInteger open = new AtomicInteger();

  private final class Memory implements AutoCloseable {
    Memory() {
      open.incrementAndGet();
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  private final class Fake extends CheckedConvolution<Memory> {
    Fake(@Nullable Explanation explanation, AutoCloseable packed) {
      super(SPEC, SPEC, orNull(explanation), ledger, Memory::new, packed);
    }

    @SuppressWarnings("NullAway") // the constructor shall fail
    private static Explanation orNull(@Nullable Explanation explanation) {
      return explanation;
    }

    @Override
    protected void run(Memory memory, Tensor src, Tensor dst) {}
  }

  private static Explanation explanation() {
    try (Engine engine = Engines.named("reference");
        PreparedConvolution prepared = engine.prepare(CONVOLUTION, SPEC, new float[] {1}, null)) {
      return prepared.explain();
    }
  }

  @Test
  void aConstructorThatFailsLeavesNoWorkingMemory() {
    assertThatNullPointerException().isThrownBy(() -> new Fake(null, () -> {}));
    assertThat(open.get()).isZero();
    assertThat(ledger.workingByteSize()).isZero();
  }
}
