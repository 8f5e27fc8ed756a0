package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.LogCapture;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineProvider;
import io.github.conv4j.engine.EngineStatus;
import io.github.conv4j.engine.Engines;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A thread whose context class loader has classes of conv4j of its own, as in a server. */
class AnotherCopyTest {
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();

  @AfterEach
  void putBack() {
    Thread.currentThread().setContextClassLoader(before);
  }

  @Test
  void itsEnginesAreLeftAloneInSilence() throws Exception {
    try (URLClassLoader other = copy();
        LogCapture log = LogCapture.open()) {
      Class<?> theirs = other.loadClass(EngineProvider.class.getName());
      assertThat(theirs).isNotSameAs(EngineProvider.class);
      Thread.currentThread().setContextClassLoader(other);

      assertThat(Engines.survey())
          .extracting(EngineStatus::name)
          .contains("onednn", "vector", "reference");
      try (Engine engine = Engines.named("onednn")) {
        assertThat(engine.name()).isEqualTo("onednn");
      }

      assertThat(log.lines(Level.INFO)).isEmpty();
      assertThat(log.lines(Level.WARNING)).isEmpty();
    }
  }

  private static URLClassLoader copy() throws IOException {
    return new URLClassLoader(
        new URL[] {
          EngineProvider.class.getProtectionDomain().getCodeSource().getLocation(),
          OnednnProvider.class.getProtectionDomain().getCodeSource().getLocation()
        },
        ClassLoader.getPlatformClassLoader());
  }
}
