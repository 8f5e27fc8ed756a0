package io.github.conv4j.engine;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** Providers that misbehave, and a class loader that makes a thread see them. */
final class TestProviders {
  private TestProviders() {}

  /** The best of all, if it could start. */
  public static final class Absent implements EngineProvider {
    @Override
    public String name() {
      return "absent";
    }

    @Override
    public int priority() {
      return 1_000;
    }

    @Override
    public Availability availability() {
      return new Availability.Unavailable("the chip is missing", "put one in");
    }

    @Override
    public Engine open(EngineOptions options) {
      throw new AssertionError("opened although it cannot start");
    }
  }

  /** Cannot even be created. */
  public static final class Exploding implements EngineProvider {
    /** Throws. */
    public Exploding() {
      throw new IllegalStateException("boom");
    }

    @Override
    public String name() {
      return "exploding";
    }

    @Override
    public int priority() {
      return 3_000;
    }

    @Override
    public Availability availability() {
      return new Availability.Available("1", "never reached");
    }

    @Override
    public Engine open(EngineOptions options) {
      throw new AssertionError("never reached");
    }
  }

  /** Would be the best of all, but fails when it is asked for its name. */
  public static final class WithoutName extends Broken {
    @Override
    public String name() {
      throw new NoClassDefFoundError("a class of the name");
    }
  }

  /** Would be the best of all, but has no name. */
  public static final class NullName extends Broken {
    @Override
    @SuppressWarnings("NullAway") // the matter
    public String name() {
      return null;
    }
  }

  /** Would be the best of all, but fails when it is asked for its priority. */
  public static final class WithoutPriority extends Broken {
    @Override
    public int priority() {
      throw new IllegalStateException("no priority today");
    }
  }

  /** Would be the best of all, but fails when it is asked whether it can start. */
  public static final class WithoutAvailability extends Broken {
    @Override
    public Availability availability() {
      throw new ExceptionInInitializerError("no answer today");
    }
  }

  /** Would be the best of all. */
  abstract static class Broken implements EngineProvider {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public int priority() {
      return 2_000;
    }

    @Override
    public Availability availability() {
      return new Availability.Available("1", "never reached");
    }

    @Override
    public Engine open(EngineOptions options) {
      throw new AssertionError("never reached");
    }
  }

  /** Runs an action on a thread whose context class loader finds more providers. */
  static void with(Path folder, Runnable action, String... classNames) {
    try {
      Path services = folder.resolve("META-INF/services");
      Files.createDirectories(services);
      Files.write(services.resolve(EngineProvider.class.getName()), Arrays.asList(classNames));
      try (var loader = loader(folder)) {
        with(loader, action);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs an action on a thread with a context class loader. */
  static void with(ClassLoader loader, Runnable action) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      action.run();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Puts a class file that no JVM of today reads into the folder. */
  static void writeClassOfTheFuture(Path folder, String name) throws IOException {
    byte[] bytes;
    try (var stream = TestProviders.class.getResourceAsStream("TestProviders.class")) {
      bytes = Objects.requireNonNull(stream).readAllBytes();
    }
    bytes[6] = 0x7f;
    Files.write(folder.resolve(name + ".class"), bytes);
  }

  private static URLClassLoader loader(Path folder) throws MalformedURLException {
    return new URLClassLoader(
        new URL[] {folder.toUri().toURL()}, EngineProvider.class.getClassLoader());
  }
}
