package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Objects;
import java.util.Optional;

/**
 * The functions of the OpenMP runtime that oneDNN itself uses.
 *
 * <p>They must come from the very runtime that oneDNN is linked with: a second runtime in the same
 * process would have its own number of threads. Empty when oneDNN was built without OpenMP.
 *
 * @param getMaxThreads {@code int omp_get_max_threads(void)}
 * @param setNumThreads {@code void omp_set_num_threads(int)}
 */
record OpenMp(Optional<MemorySegment> getMaxThreads, Optional<MemorySegment> setNumThreads) {
  OpenMp {
    Objects.requireNonNull(getMaxThreads, "getMaxThreads");
    Objects.requireNonNull(setNumThreads, "setNumThreads");
  }

  /** Looks through {@code library}, a lookup that also finds symbols of what it is linked with. */
  static OpenMp of(SymbolLookup library) {
    return new OpenMp(library.find("omp_get_max_threads"), library.find("omp_set_num_threads"));
  }
}
