package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A library that knows which native objects live, and one of whose calls fails. A destroy that
 * fails destroys all the same, so that what lives in the end was forgotten.
 */
final class CountedLibrary {
  /** {@code dnnl_out_of_memory}. */
  private static final int OUT_OF_MEMORY = 1;

  private final DnnlLibrary library;
  private final DnnlLibrary counted;
  private final AtomicLong calls = new AtomicLong();
  private final Map<Long, String> live = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
  private volatile long failing = Long.MAX_VALUE;

  CountedLibrary(DnnlLibrary library) {
    this.library = library;
    this.counted =
        (DnnlLibrary)
            Proxy.newProxyInstance(
                DnnlLibrary.class.getClassLoader(),
                new Class<?>[] {DnnlLibrary.class},
                (_, method, arguments) -> call(method, arguments));
  }

  DnnlLibrary library() {
    return counted;
  }

  /** Lets the call of this number, counted from now and from 1, fail. */
  void failAt(long number) {
    calls.set(0);
    failing = number;
  }

  /** Lets no call fail from now on; returns how many there were since {@link #failAt}. */
  long failNoMore() {
    failing = Long.MAX_VALUE;
    return calls.get();
  }

  /** Returns the native objects that live now, by who made them. */
  Map<Long, String> live() {
    return Map.copyOf(live);
  }

  /** Returns what was destroyed without living. */
  String violations() {
    return String.join("\n", violations);
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    String name = method.getName();
    boolean cannotFail =
        name.startsWith("omp")
            || name.equals("memoryDescGetSize")
            || name.equals("getEffectiveCpuIsa");
    boolean fails = !cannotFail && calls.incrementAndGet() == failing;
    if (name.endsWith("Destroy")) {
      long address = ((MemorySegment) arguments[0]).address();
      if (live.remove(address) == null) {
        violations.add(name + " of what does not live");
        return OUT_OF_MEMORY;
      }
    } else if (fails) {
      return method.getReturnType() == int.class ? (Object) OUT_OF_MEMORY : MemorySegment.NULL;
    }
    Object result;
    try {
      result = method.invoke(library, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    boolean creates = name.contains("Create") && !name.equals("engineCreate");
    if (creates && (int) result == 0) {
      live.put(((MemorySegment) arguments[0]).get(ValueLayout.ADDRESS, 0).address(), name);
    }
    return fails ? OUT_OF_MEMORY : result;
  }
}
