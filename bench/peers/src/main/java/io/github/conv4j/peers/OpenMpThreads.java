package io.github.conv4j.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * How many threads oneDNN takes when the current thread calls it: a setting of OpenMP, which
 * JavaCPP's classes do not offer.
 */
final class OpenMpThreads {
  private static final @Nullable MethodHandle SET = find();

  private OpenMpThreads() {}

  /** Looks where JavaCPP's library does: several copies of OpenMP may be in the process. */
  @SuppressWarnings("restricted")
  private static @Nullable MethodHandle find() {
    Path library = Path.of(Loader.load(dnnl.class));
    return SymbolLookup.libraryLookup(library, Arena.global())
        .find("omp_set_num_threads")
        .map(
            address ->
                Linker.nativeLinker()
                    .downcallHandle(address, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)))
        .orElse(null);
  }

  /** Sets the number for calls from the current thread. */
  static void set(int threads) {
    if (SET != null) {
      try {
        SET.invokeExact(threads);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
