package io.github.conv4j.examples.ocr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AlphabetTest {
  private final Alphabet alphabet = Alphabet.of(List.of("a", "b"));

  @Test
  void joinsRepeatedCharactersUnlessNothingStandsBetween() {
    Alphabet.Reading reading = alphabet.decode(likely(1, 1, 0, 1, 2, 2, 3, 0, 3, 2));

    assertThat(reading.text()).isEqualTo("aab  b");
    assertThat(reading.confidence()).isCloseTo(0.7, within(1e-6));
  }

  @Test
  void readsNothing() {
    assertThat(alphabet.decode(likely(0, 0, 0))).isEqualTo(new Alphabet.Reading("", 0));
  }

  private float[] likely(int... classes) {
    float[] likely = new float[classes.length * alphabet.size()];
    for (int step = 0; step < classes.length; step++) {
      for (int i = 0; i < alphabet.size(); i++) {
        likely[step * alphabet.size() + i] = i == classes[step] ? 0.7f : 0.1f;
      }
    }
    return likely;
  }
}
