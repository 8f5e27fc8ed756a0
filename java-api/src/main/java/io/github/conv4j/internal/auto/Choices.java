package io.github.conv4j.internal.auto;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The choices that an engine knows: those of its file, which a person may have edited and which
 * therefore come first, and those that any engine of this process has made.
 */
final class Choices {
  private static final int MOST_REMEMBERED = 10_000;
  private static final Map<ChoiceKey, Choice> OF_THIS_PROCESS =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ChoiceKey, Choice> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  private final @Nullable ChoicesFile file;

  Choices(Optional<Path> path) {
    this.file = path.map(ChoicesFile::new).orElse(null);
  }

  /**
   * A choice that need not be measured again.
   *
   * @param source where it comes from, for people
   */
  record Known(Choice choice, String source) {}

  /**
   * Returns what is known.
   *
   * @param usable whether the chosen implementation exists here; asked once for each choice
   */
  @Nullable Known find(ChoiceKey key, Predicate<Choice> usable) {
    Choice own;
    synchronized (OF_THIS_PROCESS) {
      own = OF_THIS_PROCESS.get(key);
    }
    if (file != null) {
      Choice stored = file.find(key);
      if (stored != null && usable.test(stored)) {
        return new Known(stored, "from file " + file.path());
      }
    }
    if (own == null || !usable.test(own)) {
      return null;
    }
    if (file != null) {
      file.save(key, own);
    }
    return new Known(own, "measured earlier in this process");
  }

  /** Keeps a choice for this process and, where there is a file, for others. */
  void remember(ChoiceKey key, Choice choice) {
    synchronized (OF_THIS_PROCESS) {
      OF_THIS_PROCESS.put(key, choice);
    }
    if (file != null) {
      file.save(key, choice);
    }
  }

  /** For tests: makes this process as ignorant as a new one. */
  static void forgetThisProcess() {
    synchronized (OF_THIS_PROCESS) {
      OF_THIS_PROCESS.clear();
    }
  }
}
