package io.github.conv4j.bench.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
  @Test
  void longWorkTellsOnceAMinuteHowFarItIs() {
    var bytes = new ByteArrayOutputStream();
    var seconds = new AtomicLong(1000);
    var lines =
        new ProgressLines(
            "verify",
            4,
            new PrintStream(bytes, true, UTF_8),
            () -> TimeUnit.SECONDS.toNanos(seconds.get()));
    seconds.addAndGet(59);
    lines.step();
    assertThat(bytes.toString(UTF_8)).isEmpty();
    seconds.addAndGet(62);
    lines.step();
    lines.expect(10);
    seconds.addAndGet(59);
    lines.step();
    seconds.addAndGet(1);
    lines.step();
    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "conv4j: verify, 2 of 4 after 2 min", "conv4j: verify, 4 of 10 after 3 min");
  }

  @Test
  void whatIsDoneTellsNothing() {
    var bytes = new ByteArrayOutputStream();
    var seconds = new AtomicLong();
    var lines =
        new ProgressLines(
            "read",
            1,
            new PrintStream(bytes, true, UTF_8),
            () -> TimeUnit.SECONDS.toNanos(seconds.get()));
    seconds.addAndGet(1000);
    lines.step();
    assertThat(bytes.toString(UTF_8)).isEmpty();
  }
}
