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
  void thisJvmAnswers() {
    assertThat(new Compiler().queues()).hasValueSatisfying(CompilerTest::isAListOfQueues);
  }

  private static void isAListOfQueues(String text) {
    assertThat(text).contains("C1 compile queue:", "C2 compile queue:");
  }

  @Test
  void whoDoesNotAnswerIsQuiet() {
    assertThat(new Compiler("com.sun.management:type=NobodyOfThatName").isBusy()).isFalse();
  }
}
