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
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a call does when its helpers, or it, fail. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PreparedProgramTest {
  private static final int PARTS = 24;
  private static final Convolution CONVOLUTION =
      Convolution.conv1d(1, 1).kernel(1).bias(false).build();
  private static final TensorSpec SPEC = TensorSpec.f32(Layout.channelsFirst(3), 1, 1, PARTS);

  /** Copies an element a part, slowly enough for helpers to come. */
  private final class Fake implements Primitive {
    private volatile int failingPart = -1;
    private final AtomicInteger views = new AtomicInteger();
    private volatile boolean wasConfined;

    @Override
    public int partCount() {
      return PARTS;
    }

    @Override
    public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
      lackOrNot();
      return new BoundPrimitive() {
        @Override
        public void runAlone(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
          wasConfined = !AnotherThread.mayUse(src) || !AnotherThread.mayUse(dst);
          for (int part = 0; part < PARTS; part++) {
            runPart(part, src, dst, operands);
          }
        }

        @Override
        public void runPart(
            int part, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
          LockSupport.parkNanos(500_000);
          if (part == failingPart) {
            throw new IllegalStateException("part " + part);
          }
          dst.setAtIndex(JAVA_FLOAT, part, src.getAtIndex(JAVA_FLOAT, part));
        }
      };
    }

    @Override
    @SuppressWarnings("restricted")
    public @Nullable MemorySegment unconfined(MemorySegment segment) {
      views.incrementAndGet();
      return MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize());
    }
  }

  private static Explanation explanation() {
    try (Engine engine = Engines.named("reference");
        PreparedConvolution prepared = engine.prepare(CONVOLUTION, SPEC, new float[] {1}, null)) {
      return prepared.explain();
    }
  }

  private static PreparedProgram prepared(Primitive primitive, Ledger ledger) {
    return PreparedProgram.of(SPEC, SPEC, List.of(), explanation(), ledger, primitive);
  }

  private final AtomicInteger made = new AtomicInteger();
  private volatile @Nullable Throwable lack;

  private void lackOrNot() {
    // The first is made in prepare.
    if (made.getAndIncrement() > 0) {
      switch (lack) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new AssertionError(lack);
      }
    }
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
    try (var prepared = prepared(new Fake(), ledger);
        Arena arena = Arena.ofShared()) {
      copies(prepared, arena);
    }
    assertThat(ledger.budget().helpedParts()).isPositive();
    assertThat(made.get()).isEqualTo(2);
  }

  /** Threads that take turns in a slot have tensors of their own: no turn makes objects. */
  @Test
  void viewsOfConfinedTensorsAreMadeOnce() {
    var ledger = new Ledger("fake", EngineOptions.defaults().withThreads(2));
    var fake = new Fake();
    try (var prepared = prepared(fake, ledger);
        Arena arena = Arena.ofConfined()) {
      List<Tensor> tensors = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        tensors.add(Tensor.allocate(SPEC, arena));
        tensors.get(i).fill(i);
      }
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 8; i += 2) {
          prepared.execute(tensors.get(i), tensors.get(i + 1));
          assertThat(tensors.get(i + 1).toFloatArray()).containsOnly(i);
        }
        assertThat(fake.views).hasValue(8);
      }
    }
    assertThat(ledger.budget().helpedParts()).isPositive();
  }

  /** Kernels would ask in their loops whose memory it is. */
  @Test
  void callsWithoutHelpersUseViewsToo() {
    var ledger = new Ledger("fake", EngineOptions.defaults().withThreads(1));
    var fake = new Fake();
    try (var prepared = prepared(fake, ledger);
        Arena arena = Arena.ofConfined()) {
      Tensor src = Tensor.allocate(SPEC, arena);
      src.fill(3);
      Tensor dst = Tensor.allocate(SPEC, arena);

      prepared.execute(src, dst);

      assertThat(dst.toFloatArray()).containsOnly(3);
      assertThat(fake.views).hasValue(2);
      assertThat(fake.wasConfined).isFalse();
    }
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
        try (var prepared = prepared(new Fake(), ledger)) {
          copies(prepared, arena);
          copies(prepared, arena);
          assertThat(made.get()).as("slots that were tried").isGreaterThan(1);
          assertThat(ledger.budget().helpedParts()).isZero();
          assertThat(log.lines(Level.WARNING))
              .singleElement()
              .asString()
              .contains("helper", prepared.toString());
          assertThat(log.thrown()).containsExactly(failure);
          lack = null;
          copies(prepared, arena);
          assertThat(ledger.budget().helpedParts()).isPositive();
        }
      }
    }
  }

  @Test
  void whatAHelperLackedIsSuppressedInAFailure() {
    lack = new OutOfMemoryError("no memory for a helper");
    var fake = new Fake();
    try (LogCapture _ = LogCapture.open();
        var prepared = prepared(fake, new Ledger("fake", EngineOptions.defaults().withThreads(2)));
        Arena arena = Arena.ofShared()) {
      fake.failingPart = PARTS - 1;
      assertThatThrownBy(() -> copies(prepared, arena))
          .hasMessage("part " + (PARTS - 1))
          .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(lack));
      fake.failingPart = -1;
      copies(prepared, arena);
    }
  }

  /** Adds one to each element, by way of a scratchpad that it finds in whatever state. */
  private record Increment(AtomicInteger closed) implements Primitive {
    @Override
    public long scratchpadByteSize() {
      return SPEC.byteSize();
    }

    @Override
    public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
      assertThat(kept).as("the only step with a scratchpad").isFalse();
      return (src, dst, _) -> {
        MemorySegment.copy(src, 0, scratchpad, 0, SPEC.byteSize());
        for (int i = 0; i < PARTS; i++) {
          dst.setAtIndex(JAVA_FLOAT, i, scratchpad.getAtIndex(JAVA_FLOAT, i) + 1);
        }
        scratchpad.fill((byte) -1);
      };
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  private Program chain(AtomicInteger closed) {
    try (var builder = new ProgramBuilder(0)) {
      int first = builder.temporary(SPEC.byteSize());
      int second = builder.temporary(SPEC.byteSize());
      int third = builder.temporary(SPEC.byteSize());
      return builder
          .step(new Increment(closed), Program.SRC, first)
          .step(new Fake(), first, second)
          .step(new Increment(closed), second, third)
          .step(new Fake(), third, Program.DST)
          .build();
    }
  }

  @Test
  void stepsShareAScratchpadAndAnArenaWithHelpers() {
    var closed = new AtomicInteger();
    var ledger = new Ledger("fake", EngineOptions.defaults().withThreads(2));
    Program program = chain(closed);
    assertThat(program.arenaByteSize()).isLessThan(program.naiveByteSize());
    try (var prepared = PreparedProgram.of(SPEC, SPEC, List.of(), explanation(), ledger, program);
        Arena arena = Arena.ofConfined()) {
      Tensor src = Tensor.allocate(SPEC, arena);
      src.fill(7);
      Tensor dst = Tensor.allocate(SPEC, arena);
      for (int round = 0; round < 3; round++) {
        dst.fill(Float.NaN);
        prepared.execute(src, dst);
        assertThat(dst.toFloatArray()).containsOnly(9);
      }
      assertThat(ledger.workingByteSize())
          .isBetween(
              program.arenaByteSize() + prepared.slotCount() * SPEC.byteSize(),
              prepared.slotCount() * (program.arenaByteSize() + SPEC.byteSize()));
    }
    assertThat(ledger.budget().helpedParts()).isPositive();
    assertThat(closed).hasValue(2);
    assertThat(ledger.workingByteSize()).isZero();
  }

  /** Copies, and notes where the memory lies that it is given. */
  private record Watched(Set<Long> scratchpads, Set<Long> results) implements Primitive {
    @Override
    public long scratchpadByteSize() {
      return 640;
    }

    @Override
    public long boundHeapByteSize() {
      return 20;
    }

    @Override
    public long constantsByteSize() {
      return 1000;
    }

    @Override
    public long heapConstantsByteSize() {
      return 300;
    }

    @Override
    public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
      assertThat(scratchpad.byteSize()).isEqualTo(640);
      scratchpads.add(scratchpad.address());
      return (src, dst, _) -> {
        results.add(dst.address());
        MemorySegment.copy(src, 0, dst, 0, SPEC.byteSize());
      };
    }
  }

  @Test
  void tellsTheMemoryThatCallersAndHelpersWereGiven() {
    Set<Long> scratchpads = ConcurrentHashMap.newKeySet();
    Set<Long> results = ConcurrentHashMap.newKeySet();
    var ledger = new Ledger("fake", EngineOptions.defaults().withThreads(2));
    Program program;
    try (var builder = new ProgramBuilder(0)) {
      int between = builder.temporary(SPEC.byteSize());
      program =
          builder
              .step(new Watched(scratchpads, results), Program.SRC, between)
              .step(new Fake(), between, Program.DST)
              .build();
    }
    var prepared = PreparedProgram.of(SPEC, SPEC, List.of(), explanation(), ledger, program);
    try (prepared;
        Arena arena = Arena.ofShared()) {
      copies(prepared, arena);
      assertThat(ledger.budget().helpedParts()).as("parts of helpers").isPositive();
      assertThat(results).as("arenas: none is a helper's").hasSize(1);
      for (int round = 0; round < 3; round++) {
        assertThat(prepared.memory())
            .isEqualTo(
                new ProgramBytes(
                    1000,
                    300,
                    results.size() * SPEC.byteSize(),
                    scratchpads.size() * 640L,
                    scratchpads.size() * 20L));
        ProgramBytes memory = prepared.memory();
        assertThat(ledger.workingByteSize()).isEqualTo(memory.arenas() + memory.scratchpads());
        assertThat(ledger.weightsByteSize()).isEqualTo(memory.constants());
        assertThat(prepared.byteSize())
            .isEqualTo(1300 + ledger.workingByteSize() + memory.heapScratchpads());
        copies(prepared, arena);
      }
    }
    assertThat(prepared.memory()).isEqualTo(ProgramBytes.NONE);
    assertThat(prepared.byteSize()).isZero();
  }

  @Test
  void whatGoesIntoAProgramBelongsToIt() {
    var closed = new AtomicInteger();
    var ledger = new Ledger("fake", EngineOptions.defaults().withThreads(1));
    var part = PreparedProgram.of(SPEC, SPEC, List.of(), explanation(), ledger, chain(closed));
    try (Arena arena = Arena.ofConfined()) {
      Tensor src = Tensor.allocate(SPEC, arena);
      Tensor dst = Tensor.allocate(SPEC, arena);
      try (var whole = whole(part, ledger, closed)) {
        assertThatThrownBy(() -> part.execute(src, dst))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("is closed");
        part.close();
        assertThat(closed).hasValue(0);
        whole.execute(src, dst);
        assertThat(dst.toFloatArray()).containsOnly(4);
      }
      assertThat(closed).hasValue(4);
      assertThatThrownBy(() -> whole(part, ledger, closed))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is closed");
    }
  }

  /** The part, then the same once more. */
  private PreparedProgram whole(PreparedProgram part, Ledger ledger, AtomicInteger closed) {
    try (var builder = new ProgramBuilder(0)) {
      int between = builder.temporary(SPEC.byteSize());
      PreparedProgram.inline(part, ledger, builder, Program.SRC, between);
      builder.program(chain(closed), between, Program.DST);
      return PreparedProgram.of(SPEC, SPEC, List.of(), explanation(), ledger, builder.build());
    }
  }
}
