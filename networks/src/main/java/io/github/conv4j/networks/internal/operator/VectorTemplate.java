package io.github.conv4j.networks.internal.operator;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Copies of a class, each around a function of its own. The JIT compiler sees the function as a
 * constant and inlines it: one loop that is called with many functions would box each vector.
 */
final class VectorTemplate {
  private VectorTemplate() {}

  /**
   * Returns an instance of a copy.
   *
   * @param template a class of this package that calls {@link #constant} and nothing else refers to
   * @param type what the template implements
   */
  static <T> T instance(Class<? extends T> template, Class<T> type, Object constant) {
    try {
      MethodHandles.Lookup copy =
          MethodHandles.lookup()
              .defineHiddenClassWithClassData(classFile(template), constant, true);
      return type.cast(
          copy.findConstructor(copy.lookupClass(), MethodType.methodType(void.class)).invoke());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the constant of the copy that asks. */
  static <T> T constant(MethodHandles.Lookup copy, Class<T> type) {
    try {
      return MethodHandles.classData(copy, ConstantDescs.DEFAULT_NAME, type);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] classFile(Class<?> template) {
    String file = template.getSimpleName() + ".class";
    try (InputStream in = template.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the jar of conv4j-networks lacks " + file);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
