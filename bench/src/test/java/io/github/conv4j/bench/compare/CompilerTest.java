package io.github.conv4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CompilerTest {
  @Test
  void emptyQueuesAreQuiet() {
    assertThat(
            Compiler.isBusy(
                """
                Current compiles:

                C1 compile queue:
                Empty

                C2 compile queue:
                Empty

                """))
        .isFalse();
  }

  @Test
  void aMethodIsWork() {
    assertThat(
            Compiler.isBusy(
                """
                Current compiles:
                C2 CompilerThread0  1413   !   4       Some::method (530 bytes)

                C1 compile queue:
                Empty
                """))
        .isTrue();
  }

  @Test
  void askingWorksOrIsQuiet() {
    var compiler = new Compiler();
    for (int i = 0; i < 100 && compiler.isBusy(); i++) {
      Thread.onSpinWait();
    }
  }
}
