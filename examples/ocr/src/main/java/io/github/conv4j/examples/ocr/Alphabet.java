package io.github.conv4j.examples.ocr;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a recognizer's classes stand for: nothing, the characters of a file, a space. */
final class Alphabet {
  private static final int NOTHING = 0;

  private final List<String> characters;

  private Alphabet(List<String> characters) {
    this.characters = characters;
  }

  static Alphabet read(Path file) {
    try {
      return of(Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Alphabet of(List<String> characters) {
    List<String> all = new ArrayList<>();
    all.add("");
    all.addAll(characters);
    all.add(" ");
    return new Alphabet(all);
  }

  int size() {
    return characters.size();
  }

  /**
   * A text and how sure it is.
   *
   * @param confidence from 0 to 1, the mean of its characters
   */
  record Reading(String text, double confidence) {}

  /**
   * Decodes the likeliest class of each step: repeated ones are one, unless nothing stands between.
   *
   * @param likely of each step, the likelihood of each class
   * @see <a href="https://www.cs.toronto.edu/~graves/icml_2006.pdf">Graves et al.: Connectionist
   *     Temporal Classification</a>
   */
  Reading decode(float[] likely) {
    var text = new StringBuilder();
    double sum = 0;
    int count = 0;
    int previous = NOTHING;
    for (int step = 0; step < likely.length / size(); step++) {
      int best = best(likely, step * size());
      if (best != NOTHING && best != previous) {
        text.append(characters.get(best));
        sum += likely[step * size() + best];
        count++;
      }
      previous = best;
    }
    return new Reading(text.toString(), count == 0 ? 0 : sum / count);
  }

  private int best(float[] likely, int begin) {
    int best = 0;
    for (int i = 1; i < size(); i++) {
      best = likely[begin + i] > likely[begin + best] ? i : best;
    }
    return best;
  }
}
