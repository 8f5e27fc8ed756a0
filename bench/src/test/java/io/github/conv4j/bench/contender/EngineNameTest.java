package io.github.conv4j.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.FpmathMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineNameTest {
  @Test
  void readsThreadsAndAccuracy() {
    assertThat(EngineName.parse("onednn")).contains(new EngineName("onednn", 0, false));
    assertThat(EngineName.parse("vector@2")).contains(new EngineName("vector", 2, false));
    assertThat(EngineName.parse("auto:relaxed")).contains(new EngineName("auto", 0, true));
    assertThat(EngineName.parse("auto@16:relaxed")).contains(new EngineName("auto", 16, true));
    assertThat(EngineName.parse("onednn@2:bf16"))
        .contains(new EngineName("onednn", 2, false, FpmathMode.BF16));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"onednn", "vector@2", "auto:relaxed", "auto@16:relaxed", "auto:relaxed:bf16"})
  void writesWhatItReads(String name) {
    assertThat(EngineName.parse(name)).map(EngineName::toString).contains(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@2",
        "onednn@",
        "onednn@0",
        "onednn@x",
        "auto:relaxed@2",
        "auto:",
        "auto:bf16:relaxed"
      })
  void refusesOtherForms(String name) {
    assertThat(EngineName.parse(name)).isEmpty();
  }
}
