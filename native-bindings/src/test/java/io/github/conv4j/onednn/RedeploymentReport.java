package io.github.conv4j.onednn;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.management.ObjectName;

/**
 * Main class of a process like an application server: eight class loaders with a copy of conv4j
 * each that live together, then some that follow each other. Prints a line for each.
 */
final class RedeploymentReport {
  private static final int TOGETHER = 8;
  private static final int REDEPLOYMENTS =
      Integer.getInteger(ClassLoadersTest.REDEPLOYMENTS_PROPERTY);

  private static final long PAGE_BYTES = 4096;

  private RedeploymentReport() {}

  public static void main(String[] args) throws Exception {
    together();
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < REDEPLOYMENTS; i++) {
      loaders.add(redeploy(i));
      collect(i < REDEPLOYMENTS - ClassLoadersTest.SETTLED_COUNT ? 1 : 3);
      long alive = loaders.stream().filter(loader -> loader.get() != null).count();
      System.out.printf("resident %d %d, %d alive%n", i, residentBytes(), alive);
    }
  }

  private static void together() throws Exception {
    List<URLClassLoader> loaders = new ArrayList<>();
    for (int i = 0; i < TOGETHER; i++) {
      URLClassLoader loader = loader();
      loaders.add(loader);
      System.out.println("together " + i + " " + run(loader));
    }
    for (int i = 0; i < TOGETHER; i++) {
      URLClassLoader next = loaders.get((i + 1) % TOGETHER);
      System.out.println("again " + run(loaders.get(i), next));
    }
    for (URLClassLoader loader : loaders) {
      loader.close();
    }
  }

  private static WeakReference<ClassLoader> redeploy(int index) throws Exception {
    try (URLClassLoader loader = loader()) {
      System.out.println("redeployed " + index + " " + run(loader));
      return new WeakReference<>(loader);
    }
  }

  /** A loader that shares nothing but the JDK with this class's. */
  private static URLClassLoader loader() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }

  /** As an application server does: the loader of the application is the thread's, too. */
  private static String run(ClassLoader loader) throws Exception {
    return run(loader, loader);
  }

  private static String run(ClassLoader loader, ClassLoader context) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(context);
    try {
      Supplier<?> program =
          (Supplier<?>)
              loader.loadClass(RedeployedProgram.class.getName()).getConstructor().newInstance();
      return String.valueOf(program.get());
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /**
   * Threads of conv4j end within moments after the last engine is closed, not at once. What the C
   * library keeps after {@code free}, up to 10 MB after a compilation of the JVM, is not held by
   * anyone and goes back to the system first.
   */
  private static void collect(int times) throws Exception {
    for (int i = 0; i < times; i++) {
      Thread.sleep(50);
      System.gc();
    }
    ManagementFactory.getPlatformMBeanServer()
        .invoke(
            new ObjectName("com.sun.management:type=DiagnosticCommand"),
            "systemTrimNativeHeap",
            null,
            null);
  }

  private static long residentBytes() throws Exception {
    String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
    return Long.parseLong(pages[1]) * PAGE_BYTES;
  }
}
