package io.github.conv4j.onednn;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Memory that native code has freed, which the GNU C library keeps for the process. */
final class FreedMemory {
  private FreedMemory() {}

  /** Gives it back to the operating system, where the C library can. */
  static void giveBack() {
    Optional<MemorySegment> trim = Linker.nativeLinker().defaultLookup().find("malloc_trim");
    if (trim.isEmpty()) {
      return;
    }
    MethodHandle handle =
        NativeAccess.downcall(trim.get(), FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    try {
      int _ = (int) handle.invokeExact(0L);
    } catch (Throwable e) {
      throw new AssertionError("a C function cannot throw", e);
    }
  }
}
