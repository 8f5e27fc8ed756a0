package io.github.conv4j.onednn;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

/**
 * Keeps OpenMP at one thread for the calls that conv4j makes: its teams belong to threads, are
 * never freed, and end the process when they cannot be made. The setting of the calling thread is
 * put back afterwards, since other libraries may share the runtime.
 */
@SuppressWarnings("restricted")
final class OneThread {
  private static final MethodHandle GET_MAX_THREADS;
  private static final MethodHandle SET_NUM_THREADS;

  static {
    Optional<MemorySegment> get = Optional.empty();
    Optional<MemorySegment> set = Optional.empty();
    if (NativeLibrary.load() instanceof NativeLibrary.Loaded loaded) {
      get = loaded.openMp().getMaxThreads();
      set = loaded.openMp().setNumThreads();
    }
    // Critical: both do no more than touch a number of the calling thread.
    Linker.Option critical = Linker.Option.critical(false);
    boolean both = get.isPresent() && set.isPresent();
    GET_MAX_THREADS =
        both
            ? NativeAccess.downcall(get.get(), FunctionDescriptor.of(JAVA_INT), critical)
            : MethodHandles.constant(int.class, 1);
    SET_NUM_THREADS =
        both
            ? NativeAccess.downcall(set.get(), FunctionDescriptor.ofVoid(JAVA_INT), critical)
            : MethodHandles.empty(MethodType.methodType(void.class, int.class));
  }

  private OneThread() {}

  /** Sets the calling thread to one OpenMP thread; returns what {@link #exit} puts back. */
  static int enter() {
    try {
      int before = (int) GET_MAX_THREADS.invokeExact();
      if (before != 1) {
        SET_NUM_THREADS.invokeExact(1);
      }
      return before;
    } catch (Throwable e) {
      throw new AssertionError("a C function cannot throw", e);
    }
  }

  /** Puts back what {@link #enter} found. */
  static void exit(int before) {
    if (before == 1) {
      return;
    }
    try {
      SET_NUM_THREADS.invokeExact(before);
    } catch (Throwable e) {
      throw new AssertionError("a C function cannot throw", e);
    }
  }
}
