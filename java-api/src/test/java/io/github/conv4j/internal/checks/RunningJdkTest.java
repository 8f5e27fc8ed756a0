package io.github.conv4j.internal.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.LogCapture;
import java.util.logging.Level;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunningJdkTest {
  @ParameterizedTest
  @ValueSource(strings = {"25", "25-ea+12", "25+36-LTS", "25.0.1+8", "25.0.2+10-LTS", "25.0.2.1"})
  void warnsOnceOfThoseThatMoveWhatIsPinned(String version) {
    var jdk = new RunningJdk(Runtime.Version.parse(version));
    try (LogCapture log = LogCapture.open()) {
      jdk.warn();
      jdk.warn();

      assertThat(log.lines(Level.WARNING))
          .singleElement()
          .asString()
          .contains("JDK " + version, "JDK-8377811", "25.0.3 or newer");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"25.0.3+9-LTS", "25.0.4", "25.0.10", "25.1", "26", "26.0.1", "27-ea+3"})
  void saysNothingOfOthers(String version) {
    try (LogCapture log = LogCapture.open()) {
      new RunningJdk(Runtime.Version.parse(version)).warn();

      assertThat(log.lines(Level.WARNING)).isEmpty();
    }
  }
}
