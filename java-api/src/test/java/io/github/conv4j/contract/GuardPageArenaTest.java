package io.github.conv4j.contract;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GuardPageArenaTest {
  @ParameterizedTest
  @EnumSource(GuardPageArena.Edge.class)
  void everyByteInsideIsUsable(GuardPageArena.Edge edge) {
    try (GuardPageArena arena = GuardPageArena.open(edge)) {
      for (long size : new long[] {1, 4, 100, 4096, 4100, 100_000}) {
        MemorySegment segment = arena.allocate(size, 64);

        assertThat(segment.byteSize()).isEqualTo(size);
        assertThat(segment.address() % 4).isZero();
        assertThat(segment.get(JAVA_BYTE, 0)).isZero();
        segment.fill((byte) 1);
      }
    }
  }

  @Test
  void closesWhatItAllocated() {
    MemorySegment segment;
    try (GuardPageArena arena = GuardPageArena.open(GuardPageArena.Edge.END)) {
      segment = arena.allocate(10);
    }
    assertThat(segment.scope().isAlive()).isFalse();
  }

  @ParameterizedTest
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no guard pages, only canaries")
  @CsvSource({"END, 400", "START, -1"})
  void oneByteTooFarEndsTheProcess(String edge, String offset) {
    ChildJvm.Outcome outcome = ChildJvm.run(Overreader.class, List.of(), edge, offset);

    assertThat(outcome.output()).contains("inside is fine");
    assertThat(outcome.output()).doesNotContain("survived");
    assertThat(outcome.exitCode()).isNotZero();
  }

  @Test
  void aChildThatEndsWellIsReportedSo() {
    ChildJvm.Outcome outcome = ChildJvm.run(Overreader.class, List.of(), "END", "399");

    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(outcome.tail(1)).isEqualTo("survived");
  }

  /** Reads one byte of 400, perhaps one that is not there. */
  static final class Overreader {
    private Overreader() {}

    @SuppressWarnings("restricted")
    public static void main(String[] arguments) {
      try (var arena = GuardPageArena.open(GuardPageArena.Edge.valueOf(arguments[0]))) {
        MemorySegment segment = arena.allocate(400);
        int sum = segment.get(JAVA_BYTE, 0) + segment.get(JAVA_BYTE, 399);
        System.out.println("inside is fine");
        System.out.flush();
        long offset = Long.parseLong(arguments[1]);
        MemorySegment unchecked = MemorySegment.ofAddress(segment.address() + offset);
        sum += unchecked.reinterpret(1).get(JAVA_BYTE, 0);
        System.out.println(sum == 0 ? "survived" : "survived with " + sum);
      }
    }
  }
}
