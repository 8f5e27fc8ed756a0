package io.github.conv4j.internal.prepared;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.Convolution;
import io.github.conv4j.contract.LogCapture;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a call does when its helpers, or it, fail. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PartedConvolutionTest {
  private static final int PARTS = 24;
  private static final Convolution CONVOLUTION =
      Convolution.conv1d(1, 1).kernel(1).bias(false).build();
  private static final TensorSpec SPEC = TensorSpec.f32(Layout.channelsFirst(3), 1, 1, PARTS);

  /** The working memory of the fake: nothing. */
  private record Memory() implements AutoCloseable {
    @Override
    public void close() {}
  }

  /** Copies an element a part, slowly enough for helpers to come. */
  private static final class Fake extends PartedConvolution<Memory> {
    private volatile int failingPart = -1;
    private final AtomicInteger views = new AtomicInteger();

    Fake(Ledger ledger, Supplier<Memory> factory) {
      super(SPEC, SPEC, explanation(), ledger, PARTS, factory, () -> {});
    }

    private static Explanation explanation() {
      try (Engine engine = Engines.named("reference");
          PreparedConvolution prepared = engine.prepare(CONVOLUTION, SPEC, new float[] {1}, null)) {
        return prepared.explain();
      }
    }

    @Override
    protected void runAlone(Memory memory, MemorySegment src, MemorySegment dst) {
      for (int part = 0; part < PARTS; part++) {
        runPart(part, memory, src, dst);
      }
    }

    @Override
    protected void runPart(int part, Memory memory, MemorySegment src, MemorySegment dst) {
      LockSupport.parkNanos(500_000);
      if (part == failingPart) {
        throw new IllegalStateException("part " + part);
      }
      dst.setAtIndex(JAVA_FLOAT, part, src.getAtIndex(JAVA_FLOAT, part));
    }

    @Override
    @SuppressWarnings("restricted")
    protected @Nullable MemorySegment unconfined(MemorySegment segment) {
      views.incrementAndGet();
      return MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize());
    }
  }

  private final AtomicInteger made = new AtomicInteger();
  private volatile @Nullable Throwable lack;

  private Memory make() {
    // The first is made in prepare.
    if (made.getAndIncrement() > 0) {
      switch (lack) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new AssertionError(lack);
      }
    }
    return new Memory();
  }

  private static void copies(PreparedConvolution prepared, Arena arena) {
    Tensor src = Tensor.allocate(SPEC, arena);
    src.fill(7);
    Tensor dst = Tensor.allocate(SPEC, arena);
    dst.fill(Float.NaN);
    prepared.execute(src, dst);
    assertThat(dst.toFloatArray()).containsOnly(7);
  }

  @Test
  void helpersTakePartInACall() {
    var ledger = new Ledger("fake", EngineOptions.defaults().withThreads(2));
    try (var fake = new Fake(ledger, this::make);
        Arena arena = Arena.ofShared()) {
      copies(fake, arena);
    }
    assertThat(ledger.budget().helpedParts()).isPositive();
    assertThat(made.get()).isEqualTo(2);
  }

  /** Threads that take turns in a slot have tensors of their own: no turn makes objects. */
  @Test
  void viewsOfConfinedTensorsAreMadeOnce() {
    var ledger = new Ledger("fake", EngineOptions.defaults().withThreads(2));
    try (var fake = new Fake(ledger, this::make);
        Arena arena = Arena.ofConfined()) {
      List<Tensor> tensors = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        tensors.add(Tensor.allocate(SPEC, arena));
        tensors.get(i).fill(i);
      }
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 8; i += 2) {
          fake.execute(tensors.get(i), tensors.get(i + 1));
          assertThat(tensors.get(i + 1).toFloatArray()).containsOnly(i);
        }
        assertThat(fake.views).hasValue(8);
      }
    }
    assertThat(ledger.budget().helpedParts()).isPositive();
  }

  /** The others compute its parts; it is said once, with what was thrown. */
  @Test
  void aHelperWithoutMemoryIsToldOfOnce() {
    for (Throwable failure :
        new Throwable[] {
          new OutOfMemoryError("no memory for a helper"),
          new IllegalStateException("of a factory"),
          new LinkageError("of a class")
        }) {
      lack = failure;
      made.set(0);
      var ledger = new Ledger("fake", EngineOptions.defaults().withThreads(2));
      try (LogCapture log = LogCapture.open();
          Arena arena = Arena.ofShared()) {
        try (var fake = new Fake(ledger, this::make)) {
          copies(fake, arena);
          copies(fake, arena);
          assertThat(made.get()).as("slots that were tried").isGreaterThan(1);
          assertThat(ledger.budget().helpedParts()).isZero();
          assertThat(log.lines(Level.WARNING))
              .singleElement()
              .asString()
              .contains("helper", fake.toString());
          assertThat(log.thrown()).containsExactly(failure);
          lack = null;
          copies(fake, arena);
          assertThat(ledger.budget().helpedParts()).isPositive();
        }
      }
    }
  }

  @Test
  void whatAHelperLackedIsSuppressedInAFailure() {
    lack = new OutOfMemoryError("no memory for a helper");
    try (LogCapture _ = LogCapture.open();
        var fake =
            new Fake(new Ledger("fake", EngineOptions.defaults().withThreads(2)), this::make);
        Arena arena = Arena.ofShared()) {
      fake.failingPart = PARTS - 1;
      assertThatThrownBy(() -> copies(fake, arena))
          .hasMessage("part " + (PARTS - 1))
          .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(lack));
      fake.failingPart = -1;
      copies(fake, arena);
    }
  }
}
