package io.github.conv4j.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.conv4j.onednn.generated.dnnl_version_t;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Every restricted call of this module, apart from those that jextract generated.
 *
 * <p>Free of policy: which library, which version and what to do about a failure is decided
 * elsewhere.
 */
@SuppressWarnings("restricted")
final class NativeAccess {

  /** Longer than any version text or path that is read here; the text ends at its zero byte. */
  private static final long LONGEST_TEXT = 4096;

  private NativeAccess() {}

  /**
   * Opens a library without making its symbols visible to the bindings.
   *
   * <p>It is never closed: unloading code that may have registered exit handlers is not safe.
   *
   * @throws IllegalArgumentException if it cannot be opened
   */
  static SymbolLookup open(Path library) {
    return SymbolLookup.libraryLookup(library, Arena.global());
  }

  /**
   * Opens a library that the operating system finds by its name.
   *
   * @throws IllegalArgumentException if it cannot be found or opened
   */
  static SymbolLookup open(String name) {
    return SymbolLookup.libraryLookup(name, Arena.global());
  }

  /**
   * Loads a library into the class loader of the bindings, where they look for symbols.
   *
   * @throws UnsatisfiedLinkError if it cannot be loaded
   */
  static void load(Path library) {
    System.load(library.toString());
  }

  /** What the bindings find under {@code name}: their lookup asks this class loader first. */
  static Optional<MemorySegment> visibleToBindings(String name) {
    return SymbolLookup.loaderLookup().find(name);
  }

  /** A handle that calls {@code symbol}. */
  static MethodHandle downcall(
      MemorySegment symbol, FunctionDescriptor descriptor, Linker.Option... options) {
    return Linker.nativeLinker().downcallHandle(symbol, descriptor, options);
  }

  /** What {@code dnnl_version()} of an opened library returns; empty if it has no such function. */
  static Optional<OneDnnVersion> version(SymbolLookup library) {
    return library
        .find("dnnl_version")
        .map(
            symbol -> {
              MemorySegment version = address(symbol).reinterpret(dnnl_version_t.sizeof());
              return new OneDnnVersion(
                  dnnl_version_t.major(version),
                  dnnl_version_t.minor(version),
                  dnnl_version_t.patch(version));
            });
  }

  /** The file that contains {@code symbol}, where the C library can tell. */
  static Optional<Path> fileOf(MemorySegment symbol) {
    Optional<MemorySegment> dladdr = systemFunction("dladdr");
    if (dladdr.isEmpty()) {
      return Optional.empty();
    }
    // The first field of Dl_info is the file name.
    StructLayout info = MemoryLayout.structLayout(ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    MethodHandle function =
        downcall(dladdr.get(), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(info);
      int found = (int) function.invokeExact(symbol, result);
      return found == 0
          ? Optional.empty()
          : Optional.of(Path.of(text(result.get(ADDRESS, 0))).toAbsolutePath());
    } catch (Throwable e) {
      throw new AssertionError("dladdr is a C function and cannot throw", e);
    }
  }

  /** The version of the GNU C library; empty on another C library, such as musl. */
  static Optional<String> glibcVersion() {
    return systemFunction("gnu_get_libc_version").map(symbol -> text(address(symbol)));
  }

  /** The number of the user on whose behalf files are opened; empty where there is none. */
  static OptionalInt userId() {
    Optional<MemorySegment> geteuid = systemFunction("geteuid");
    if (geteuid.isEmpty()) {
      return OptionalInt.empty();
    }
    MethodHandle function = downcall(geteuid.get(), FunctionDescriptor.of(JAVA_INT));
    try {
      return OptionalInt.of((int) function.invokeExact());
    } catch (Throwable e) {
      throw new AssertionError("geteuid is a C function and cannot throw", e);
    }
  }

  private static Optional<MemorySegment> systemFunction(String name) {
    return Linker.nativeLinker().defaultLookup().find(name);
  }

  /** Calls a function without parameters that returns a pointer. */
  private static MemorySegment address(MemorySegment symbol) {
    MethodHandle function = downcall(symbol, FunctionDescriptor.of(ADDRESS));
    try {
      return (MemorySegment) function.invokeExact();
    } catch (Throwable e) {
      throw new AssertionError("C functions cannot throw", e);
    }
  }

  private static String text(MemorySegment start) {
    return start.equals(MemorySegment.NULL) ? "" : start.reinterpret(LONGEST_TEXT).getString(0);
  }

  /**
   * The bytes of a segment without its confinement to a thread. Whoever uses this sees to it that
   * the segment outlives it.
   */
  static MemorySegment unconfined(MemorySegment segment) {
    return MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize());
  }
}
