package io.github.conv4j.onednn;

import io.github.conv4j.onednn.generated.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * oneDNN with an error in some of its implementations, once it is switched on: one number of what
 * they write is wrong. Only primitives that were made through it have it.
 */
final class PlantedLibrary {
  private final DnnlLibrary library;
  private final DnnlLibrary planted;

  /** The names of the implementations of primitives that live, by address. */
  private final Map<Long, String> primitives = new ConcurrentHashMap<>();

  private volatile String wrong = "";

  PlantedLibrary(DnnlLibrary library) {
    this.library = library;
    this.planted =
        (DnnlLibrary)
            Proxy.newProxyInstance(
                DnnlLibrary.class.getClassLoader(),
                new Class<?>[] {DnnlLibrary.class},
                (_, method, arguments) -> call(method, arguments));
  }

  DnnlLibrary library() {
    return planted;
  }

  /** Makes an implementation wrong from now on, and no other. */
  void plant(String implementation) {
    wrong = implementation;
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    Object result;
    try {
      result = method.invoke(library, arguments);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
    switch (method.getName()) {
      case "primitiveCreate" -> {
        MemorySegment out = (MemorySegment) arguments[0];
        primitives.put(
            out.get(ValueLayout.ADDRESS, 0).address(), name((MemorySegment) arguments[1]));
      }
      case "primitiveExecute", "primitiveExecuteHolding" -> {
        String name = primitives.get(((MemorySegment) arguments[0]).address());
        if (wrong.equals(name)) {
          MemorySegment dst = (MemorySegment) arguments[5];
          float value = dst.getAtIndex(ValueLayout.JAVA_FLOAT, 0);
          dst.setAtIndex(ValueLayout.JAVA_FLOAT, 0, value + 1);
        }
      }
      default -> {}
    }
    return result;
  }

  private String name(MemorySegment primitiveDesc) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      int status =
          library.primitiveDescQuery(primitiveDesc, dnnl_h.dnnl_query_impl_info_str(), 0, out);
      return status != 0
          ? ""
          : out.get(ValueLayout.ADDRESS, 0).reinterpret(Integer.MAX_VALUE).getString(0);
    }
  }
}
