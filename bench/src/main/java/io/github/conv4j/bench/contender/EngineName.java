package io.github.conv4j.bench.contender;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How people name an engine with what is chosen for it: {@code onednn}, {@code vector@2}, {@code
 * auto@2:relaxed}.
 *
 * @param engine its own name
 * @param threads of a call; 0 for those of the task
 * @param relaxed whether its accuracy is relaxed
 */
public record EngineName(String engine, int threads, boolean relaxed) {
  /** What follows a name whose accuracy is relaxed. */
  public static final String RELAXED = ":relaxed";

  private static final Pattern FORM = Pattern.compile("([^@:]+)(?:@([1-9]\\d{0,3}))?(:relaxed)?");

  /** Reads a name; empty if it has another form. */
  public static Optional<EngineName> parse(String name) {
    Matcher parts = FORM.matcher(name);
    return parts.matches()
        ? Optional.of(
            new EngineName(
                parts.group(1),
                parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2)),
                parts.group(3) != null))
        : Optional.empty();
  }

  /** Returns the same with relaxed accuracy, or strict. */
  public EngineName withRelaxed(boolean choice) {
    return new EngineName(engine, threads, choice);
  }

  /** Returns the same with that many threads; 0 for those of the task. */
  public EngineName withThreads(int count) {
    return new EngineName(engine, count, relaxed);
  }

  @Override
  public String toString() {
    return engine + (threads == 0 ? "" : "@" + threads) + (relaxed ? RELAXED : "");
  }
}
