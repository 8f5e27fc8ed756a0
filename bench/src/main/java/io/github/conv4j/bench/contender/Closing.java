package io.github.conv4j.bench.contender;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Closes several things, all of them even where one throws. */
public final class Closing {
  private Closing() {}

  /** Runs each in order, then throws what the first of them threw, with the others suppressed. */
  public static void all(Stream<Runnable> closes) {
    Throwable[] first = new Throwable[1];
    closes.forEach(
        close -> {
          try {
            close.run();
          } catch (RuntimeException | Error e) {
            first[0] = joined(first[0], e);
          }
        });
    switch (first[0]) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> {}
    }
  }

  /** Runs each after something failed: what they throw is suppressed by that. */
  public static void after(Throwable failure, Stream<Runnable> closes) {
    try {
      all(closes);
    } catch (RuntimeException | Error e) {
      joined(failure, e);
    }
  }

  private static Throwable joined(@Nullable Throwable first, Throwable later) {
    if (first == null || first == later) {
      return later;
    }
    first.addSuppressed(later);
    return first;
  }
}
