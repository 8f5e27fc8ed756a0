package io.github.conv4j.internal.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.contract.LogCapture;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PropertiesTest {
  private static final String NAME = "conv4j.test.number";

  @AfterEach
  void forget() {
    System.clearProperty(NAME);
  }

  @Test
  void readsNumbers() {
    assertThat(Properties.number(NAME, 7, 0, 9)).isEqualTo(7);
    System.setProperty(NAME, "  ");
    assertThat(Properties.number(NAME, 7, 0, 9)).isEqualTo(7);
    System.setProperty(NAME, " 9 ");
    assertThat(Properties.number(NAME, 7, 0, 9)).isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "10", "-1", "1.5", "0x3", "99999999999999999999"})
  void namesPropertyValueAndWhatIsExpected(String value) {
    System.setProperty(NAME, value);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Properties.number(NAME, 7, 0, 9))
        .withMessage(
            "system property %s must be a whole number from 0 to 9 but is '%s'", NAME, value);
    try (var log = LogCapture.open()) {
      assertThat(Properties.numberOrWarning(NAME, 7, 0, 9)).isEqualTo(7);
      assertThat(log.lines(Level.WARNING))
          .singleElement()
          .asString()
          .contains(NAME, value, "from 0 to 9", "7 is used");
    }
  }

  @Test
  void readsOneOfAFewNumbers() {
    assertThat(Properties.oneOfOrWarning(NAME, 0, 16, 32)).isZero();
    System.setProperty(NAME, "32");
    assertThat(Properties.oneOfOrWarning(NAME, 0, 16, 32)).isEqualTo(32);
    System.setProperty(NAME, "24");
    try (var log = LogCapture.open()) {
      assertThat(Properties.oneOfOrWarning(NAME, 0, 16, 32)).isZero();
      assertThat(log.lines(Level.WARNING))
          .singleElement()
          .asString()
          .contains(NAME, "24", "one of [16, 32]");
    }
  }
}
