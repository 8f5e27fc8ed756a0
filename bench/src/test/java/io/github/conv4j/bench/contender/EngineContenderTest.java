package io.github.conv4j.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EngineContenderTest {
  @Test
  void theThreadsOfTheNameGoBeforeThoseOfTheTask() {
    try (var own = new EngineContender("vector@2");
        var theirs = new EngineContender("vector")) {
      assertThat(own.threads(1)).isEqualTo(2);
      assertThat(theirs.threads(3)).isEqualTo(3);
      assertThat(own.version()).endsWith(", strict, 2 threads");
      assertThat(theirs.version()).endsWith(", strict");
    }
  }
}
