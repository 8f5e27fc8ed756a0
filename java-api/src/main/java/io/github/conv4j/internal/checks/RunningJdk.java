package io.github.conv4j.internal.checks;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Says once a process what is known to be wrong with the JDK that runs it. */
public final class RunningJdk {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");
  private static final RunningJdk THIS = new RunningJdk(Runtime.version());

  private final Runtime.Version version;
  private final AtomicBoolean warned = new AtomicBoolean();

  RunningJdk(Runtime.Version version) {
    this.version = version;
  }

  /** Logs one line, the first time, if this JDK has a known defect; for engines, as they start. */
  public static void warnOnce() {
    THIS.warn();
  }

  void warn() {
    String defect = defect();
    if (defect != null && warned.compareAndSet(false, true)) {
      LOG.log(Level.WARNING, "conv4j runs on JDK {0}, in which {1}", version, defect);
    }
  }

  /** conv4j pins no arrays, but shares the process with libraries that may. */
  private @Nullable String defect() {
    boolean mayMovePinnedArrays =
        version.feature() == 25 && version.interim() == 0 && version.update() < 3;
    return mayMovePinnedArrays
        ? "G1 may move arrays that native code has pinned (JDK-8377811): use JDK 25.0.3 or newer"
        : null;
  }
}
