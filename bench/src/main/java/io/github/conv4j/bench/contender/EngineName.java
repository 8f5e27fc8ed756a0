package io.github.conv4j.bench.contender;

import io.github.conv4j.FpmathMode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How people name an engine with what is chosen for it: {@code onednn}, {@code vector@2}, {@code
 * auto@2:relaxed}, {@code onednn:bf16}.
 *
 * @param engine its own name
 * @param threads of a call; 0 for those of the task
 * @param relaxed whether its accuracy is relaxed
 * @param fpmathMode of the convolutions of networks
 */
public record EngineName(String engine, int threads, boolean relaxed, FpmathMode fpmathMode) {
  /** What follows a name whose accuracy is relaxed. */
  public static final String RELAXED = ":relaxed";

  /** What follows the name of one that may multiply f32 as bf16. */
  public static final String BF16 = ":bf16";

  private static final Pattern FORM =
      Pattern.compile("([^@:]+)(?:@([1-9]\\d{0,3}))?(:relaxed)?(:bf16)?");

  /** An engine that rounds nothing. */
  public EngineName(String engine, int threads, boolean relaxed) {
    this(engine, threads, relaxed, FpmathMode.STRICT);
  }

  /** Reads a name; empty if it has another form. */
  public static Optional<EngineName> parse(String name) {
    Matcher parts = FORM.matcher(name);
    return parts.matches()
        ? Optional.of(
            new EngineName(
                parts.group(1),
                parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2)),
                parts.group(3) != null,
                parts.group(4) != null ? FpmathMode.BF16 : FpmathMode.STRICT))
        : Optional.empty();
  }

  /** Returns the same with relaxed accuracy, or strict. */
  public EngineName withRelaxed(boolean choice) {
    return new EngineName(engine, threads, choice, fpmathMode);
  }

  /** Returns the same with that many threads; 0 for those of the task. */
  public EngineName withThreads(int count) {
    return new EngineName(engine, count, relaxed, fpmathMode);
  }

  /** Returns the same with another fpmath mode. */
  public EngineName withFpmathMode(FpmathMode mode) {
    return new EngineName(engine, threads, relaxed, mode);
  }

  /** Tells whether f32 may be multiplied as bf16. */
  public boolean isBf16() {
    return fpmathMode == FpmathMode.BF16;
  }

  @Override
  public String toString() {
    return engine
        + (threads == 0 ? "" : "@" + threads)
        + (relaxed ? RELAXED : "")
        + (isBf16() ? BF16 : "");
  }
}
