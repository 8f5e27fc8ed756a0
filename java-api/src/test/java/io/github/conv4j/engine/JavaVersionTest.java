package io.github.conv4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JavaVersionTest {
  @ParameterizedTest
  @ValueSource(strings = {"25", "25.0.1+8", "25.0.2+10-LTS"})
  void olderUpdatesAreWarnedOf(String version) {
    assertThat(JavaVersion.warningOf(Runtime.Version.parse(version)))
        .contains(version, "JDK-8377811", "25.0.3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"25.0.3+9-LTS", "25.0.10", "26", "27.0.1"})
  void othersAreNot(String version) {
    assertThat(JavaVersion.warningOf(Runtime.Version.parse(version))).isNull();
  }
}
