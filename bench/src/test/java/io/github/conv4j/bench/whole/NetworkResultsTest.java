package io.github.conv4j.bench.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkResultsTest {
  private static final NetworkResults MADE_UP = MadeUpNetworks.results();

  @Test
  void comparesWithOnnxRuntimeWhereItTookPart() {
    assertThat(MADE_UP.base()).isEqualTo("onnxruntime");
    assertThat(MADE_UP.ratio("det", "onednn")).contains(2.0);
    assertThat(MADE_UP.ratio("det", "onnxruntime")).contains(1.0);
    assertThat(MADE_UP.ratio("cls", "vector")).isEmpty();
    NetworkResults.Gain gain = MADE_UP.gain("onednn").orElseThrow();
    assertThat(gain.geometricMean()).isCloseTo(Math.sqrt(2 * 0.5), Offset.offset(1e-12));
    assertThat(gain.least()).isEqualTo(0.5);
    assertThat(gain.networks()).isEqualTo(2);
    assertThat(MADE_UP.gain("vector").map(NetworkResults.Gain::networks)).contains(1);
  }

  @Test
  void comparesWithTheFirstElsewhere() {
    NetworkResults ours =
        new NetworkResults(
            MADE_UP.schema(),
            "",
            1,
            1,
            MADE_UP.machine(),
            MADE_UP.contenders().subList(0, 2),
            MADE_UP.results());

    assertThat(ours.base()).isEqualTo("onednn");
    assertThat(ours.ratio("det", "vector")).contains(0.5);
  }

  @Test
  void survivesBeingWritten(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("networks.json"), MADE_UP.toJson());

    assertThat(Files.readString(file)).contains("null").doesNotContain("NaN");
    assertThat(NetworkResults.isIn(file)).isTrue();
    assertThat(NetworkResults.read(file)).isEqualTo(MADE_UP);
  }

  @Test
  void refusesSomethingElse(@TempDir Path folder) throws IOException {
    for (String text : List.of("", "[", "{}", "{\"schema\":\"conv4j-networks/1\"}")) {
      Path file = Files.writeString(folder.resolve("other.json"), text);
      assertThatThrownBy(() -> NetworkResults.read(file))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("these are no results of");
    }
    assertThat(MADE_UP.timed("det", "nobody")).isEqualTo(Optional.empty());
  }
}
