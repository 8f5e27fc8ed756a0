package io.github.conv4j.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.conv4j.onednn.generated.dnnl_version_t;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Every restricted call of this module, apart from those that jextract generated.
 *
 * <p>Free of policy: which library, which version and what to do about a failure is decided
 * elsewhere.
 *
 * <p>Functions are called through three method handles for nearly all of them, since each new
 * signature costs a process 15 to 40 ms, and oneDNN has twenty. Arguments are passed as words of 64
 * bits, also where C declares an {@code int}: every calling convention of the platforms that conv4j
 * is published for gives each of the first arguments a register, and each of the others 8 bytes on
 * the stack (on macOS as far as they are pointers, as here); lets a callee look at no more than the
 * bits of its parameter's type, and at no more arguments than it has; and returns integers and
 * pointers in the same register. Not for functions with variable arguments; of those with
 * floating-point ones there is one, which has a handle of its own.
 */
@SuppressWarnings("restricted")
final class NativeAccess {

  /** Longer than any version text or path that is read here; the text ends at its zero byte. */
  private static final long LONGEST_TEXT = 4096;

  /** As many as the longest parameter list of a bound function has. */
  private static final int MOST_ARGUMENTS = 13;

  /** Asked for once, since the JVM looks each time whether the caller may; immutable. */
  private static @Nullable MemorySegment addressSpace;

  private NativeAccess() {}

  /** For all functions that take up to {@link #MOST_ARGUMENTS} words. */
  private static final class Words {
    static final MethodHandle CALL =
        Linker.nativeLinker()
            .downcallHandle(
                FunctionDescriptor.of(
                    JAVA_LONG,
                    Collections.nCopies(MOST_ARGUMENTS, JAVA_LONG)
                        .toArray(new MemoryLayout[MOST_ARGUMENTS])));
  }

  /** For functions that run long: the linker holds the arenas of segments open meanwhile. */
  private static final class Holding {
    static final MethodHandle CALL =
        Linker.nativeLinker()
            .downcallHandle(
                FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS));
  }

  /** As {@link Holding}, for calls with operands of post-ops; linked where there are some. */
  private static final class HoldingOperands {
    static final MethodHandle CALL =
        Linker.nativeLinker()
            .downcallHandle(
                FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS,
                    ADDRESS, ADDRESS, ADDRESS));
  }

  /** For functions of two words and two floats. */
  private static final class Floats {
    static final MethodHandle CALL =
        Linker.nativeLinker()
            .downcallHandle(
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_FLOAT, JAVA_FLOAT));
  }

  /** For functions of a word, a float and two words. */
  private static final class OneFloat {
    static final MethodHandle CALL =
        Linker.nativeLinker()
            .downcallHandle(
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_FLOAT, JAVA_LONG, JAVA_LONG));
  }

  /** For functions that do next to nothing: critical, so that the call costs next to nothing. */
  private static final class Brief {
    static final MethodHandle CALL =
        Linker.nativeLinker()
            .downcallHandle(
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG), Linker.Option.critical(false));
  }

  /**
   * Makes the JVM say now whether this module may make restricted calls.
   *
   * @throws IllegalCallerException if it may not
   */
  static void requireAllowed() {
    MemorySegment _ = MemorySegment.NULL.reinterpret(0);
  }

  /**
   * Links, on a thread of its own, what every process needs: some 60 ms, while the library is being
   * opened. Whoever needs one of them sooner waits for it, or links it.
   */
  static void linkAhead() {
    Thread.ofPlatform()
        .daemon()
        .inheritInheritableThreadLocals(false)
        .name("conv4j-link")
        .start(NativeAccess::link);
  }

  private static void link() {
    try {
      Objects.requireNonNull(Words.CALL);
      Objects.requireNonNull(Brief.CALL);
      Objects.requireNonNull(Floats.CALL);
      Objects.requireNonNull(Holding.CALL);
    } catch (LinkageError _) {
      // Whoever calls a function is told.
    }
  }

  /**
   * Opens a library.
   *
   * <p>Its symbols belong to who asks for them, not to a class loader, so that any number of class
   * loaders can open one file. It is never closed: unloading code that may have registered exit
   * handlers is not safe.
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
   * Why a library that {@link #open} refuses cannot be opened: its exception does not say, that of
   * a load, which fails as well, does.
   */
  static Optional<String> refusal(Path library) {
    try {
      System.load(library.toString());
      return Optional.empty();
    } catch (UnsatisfiedLinkError e) {
      return Optional.ofNullable(e.getMessage());
    }
  }

  /** Calls a function of one argument, or of none. */
  static long call(MemorySegment function, long first) {
    return call(function, first, 0, 0);
  }

  /** Calls a function of up to three arguments. */
  static long call(MemorySegment function, long first, long second, long third) {
    return call(function, first, second, third, 0, 0, 0);
  }

  /** Calls a function of up to six arguments. */
  static long call(
      MemorySegment function,
      long first,
      long second,
      long third,
      long fourth,
      long fifth,
      long sixth) {
    return call(function, first, second, third, fourth, fifth, sixth, 0, 0, 0, 0, 0, 0, 0);
  }

  /**
   * Calls a function; returns the register of its result, of which an {@code int} is the lower
   * half.
   */
  static long call(
      MemorySegment function,
      long first,
      long second,
      long third,
      long fourth,
      long fifth,
      long sixth,
      long seventh,
      long eighth,
      long ninth,
      long tenth,
      long eleventh,
      long twelfth,
      long thirteenth) {
    try {
      return (long)
          Words.CALL.invokeExact(
              function,
              first,
              second,
              third,
              fourth,
              fifth,
              sixth,
              seventh,
              eighth,
              ninth,
              tenth,
              eleventh,
              twelfth,
              thirteenth);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Calls a function of three words and a pointer while the arenas of that and of two more segments
   * are held open; an address argument is what makes the linker do so.
   */
  static long callHolding(
      MemorySegment function,
      long first,
      long second,
      long third,
      MemorySegment fourth,
      MemorySegment held,
      MemorySegment alsoHeld) {
    try {
      return (long)
          Holding.CALL.invokeExact(function, first, second, third, fourth, held, alsoHeld);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** As {@link #callHolding}, while the arenas of four more segments are held open. */
  static long callHoldingOperands(
      MemorySegment function,
      long first,
      long second,
      long third,
      MemorySegment fourth,
      MemorySegment held,
      MemorySegment alsoHeld,
      MemorySegment operand0,
      MemorySegment operand1,
      MemorySegment operand2,
      MemorySegment operand3) {
    try {
      return (long)
          HoldingOperands.CALL.invokeExact(
              function, first, second, third, fourth, held, alsoHeld, operand0, operand1, operand2,
              operand3);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Calls a function of two words and two floats. */
  static long callWithFloats(
      MemorySegment function, long first, long second, float third, float fourth) {
    try {
      return (long) Floats.CALL.invokeExact(function, first, second, third, fourth);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Calls a function of a word, a float and two words. */
  static long callWithFloat(
      MemorySegment function, long first, float second, long third, long fourth) {
    try {
      return (long) OneFloat.CALL.invokeExact(function, first, second, third, fourth);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Calls a function of at most one argument that does no more than touch a number: the JVM cannot
   * stop for garbage collection meanwhile.
   */
  static long callBriefly(MemorySegment function, long argument) {
    try {
      return (long) Brief.CALL.invokeExact(function, argument);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static AssertionError unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    if (e instanceof RuntimeException exception) {
      throw exception;
    }
    return new AssertionError("a C function cannot throw", e);
  }

  /** What {@code dnnl_version()} of an opened library returns; empty if it has no such function. */
  static Optional<OneDnnVersion> version(SymbolLookup library) {
    return library
        .find("dnnl_version")
        .map(
            symbol -> {
              MemorySegment version =
                  MemorySegment.ofAddress(call(symbol, 0)).reinterpret(dnnl_version_t.sizeof());
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
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(info);
      int found = (int) call(dladdr.get(), symbol.address(), result.address(), 0);
      return found == 0
          ? Optional.empty()
          : Optional.of(Path.of(text(result.get(ADDRESS, 0))).toAbsolutePath());
    } catch (InvalidPathException e) {
      // Bytes that this JVM's encoding of file names has no characters for.
      return Optional.empty();
    }
  }

  /** The version of the GNU C library; empty on another C library, such as musl. */
  static Optional<String> glibcVersion() {
    return systemFunction("gnu_get_libc_version")
        .map(symbol -> text(MemorySegment.ofAddress(call(symbol, 0))));
  }

  /** The number of the user on whose behalf files are opened; empty where there is none. */
  static OptionalInt userId() {
    Optional<MemorySegment> geteuid = systemFunction("geteuid");
    return geteuid.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) call(geteuid.get(), 0));
  }

  /** A function of the C library; empty where that has none of this name. */
  static Optional<MemorySegment> systemFunction(String name) {
    return Linker.nativeLinker().defaultLookup().find(name);
  }

  private static String text(MemorySegment start) {
    return start.equals(MemorySegment.NULL) ? "" : start.reinterpret(LONGEST_TEXT).getString(0);
  }

  /**
   * The bytes of a segment without its confinement to a thread. Whoever uses this sees to it that
   * the segment outlives it.
   */
  static MemorySegment unconfined(MemorySegment segment) {
    return bytes(segment.address(), segment.byteSize());
  }

  /** Bytes of native memory. Whoever uses them sees to it that they are there. */
  static MemorySegment bytes(long address, long byteSize) {
    MemorySegment all = addressSpace;
    if (all == null) {
      all = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
      addressSpace = all;
    }
    return all.asSlice(address, byteSize);
  }
}
