package io.github.conv4j.engine;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Warns once of a Java that is not asked for. */
final class JavaVersion {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");
  private static final AtomicBoolean WAS_CHECKED = new AtomicBoolean();

  private static final int FEATURE = 25;
  private static final int LEAST_UPDATE = 3;

  private JavaVersion() {}

  static void check() {
    if (!WAS_CHECKED.getAndSet(true)) {
      String warning = warningOf(Runtime.version());
      if (warning != null) {
        LOG.log(Level.WARNING, "{0}", warning);
      }
    }
  }

  /** Returns null where there is nothing to warn of. */
  static @Nullable String warningOf(Runtime.Version version) {
    boolean isOld =
        version.feature() == FEATURE && version.interim() == 0 && version.update() < LEAST_UPDATE;
    return isOld
        ? "Java %s lets garbage collector G1 move pinned arrays (JDK-8377811); use 25.0.3 or newer"
            .formatted(version)
        : null;
  }
}
