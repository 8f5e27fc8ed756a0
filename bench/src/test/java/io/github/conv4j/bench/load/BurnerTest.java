package io.github.conv4j.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BurnerTest {
  @Test
  void burnsUntilItIsClosed() {
    List<Thread> threads;
    try (var burner = new Burner(2)) {
      threads = burner.threads();
      assertThat(threads).hasSize(2).allMatch(Thread::isAlive);
    }
    assertThat(threads).noneMatch(Thread::isAlive);
  }
}
