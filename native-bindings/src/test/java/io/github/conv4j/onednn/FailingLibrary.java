package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Predicate;

/** A library some of whose calls are not made but fail. */
final class FailingLibrary {
  /** {@code dnnl_out_of_memory}. */
  private static final int OUT_OF_MEMORY = 1;

  private FailingLibrary() {}

  /**
   * Returns a library whose calls go to another one.
   *
   * @param fails asked before each call of a function of oneDNN whether it fails instead
   */
  static DnnlLibrary of(DnnlLibrary library, Predicate<Method> fails) {
    return (DnnlLibrary)
        Proxy.newProxyInstance(
            DnnlLibrary.class.getClassLoader(),
            new Class<?>[] {DnnlLibrary.class},
            (_, method, arguments) -> {
              if (!method.getName().startsWith("omp") && fails.test(method)) {
                return failure(method.getReturnType());
              }
              try {
                return method.invoke(library, arguments);
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
            });
  }

  private static Object failure(Class<?> type) {
    if (type == int.class) {
      return OUT_OF_MEMORY;
    }
    return type == long.class ? (Object) 0L : MemorySegment.NULL;
  }
}
