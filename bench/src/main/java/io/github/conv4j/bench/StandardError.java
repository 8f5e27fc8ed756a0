package io.github.conv4j.bench;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;

/**
 * The standard error that {@code ./conv4j} was given. What the JVM itself prints goes through a
 * filter there, which takes out the line that the Vector API is an incubator module; the program
 * writes past it, so that nothing is late or lost when it ends.
 */
final class StandardError {
  /** The number of the file descriptor that {@code ./conv4j} keeps it under. */
  private static final String PROPERTY = "conv4j.stderr";

  private StandardError() {}

  /** Where it cannot be had, all goes through the filter. */
  static void useGiven() {
    Integer number = Integer.getInteger(PROPERTY);
    if (number == null) {
      return;
    }
    try {
      Constructor<FileDescriptor> ofNumber = FileDescriptor.class.getDeclaredConstructor(int.class);
      ofNumber.setAccessible(true);
      var given = new FileOutputStream(ofNumber.newInstance(number));
      System.setErr(new PrintStream(given, true, System.err.charset()));
    } catch (ReflectiveOperationException | RuntimeException e) {
      System.err.println("conv4j: standard error stays behind the launcher's filter: " + e);
    }
  }
}
