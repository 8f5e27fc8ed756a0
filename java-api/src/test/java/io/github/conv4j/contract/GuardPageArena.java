package io.github.conv4j.contract;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Memory between two pages that may not be touched: an allocation ends exactly where the second one
 * starts, or begins exactly where the first one ends. Reading or writing one byte too far kills the
 * process, so use it in a {@link ChildJvm}.
 *
 * <p>Alignment is honoured up to one f32 element only, on purpose: a tensor may lie anywhere, and
 * more would hide overruns of a few elements. On Windows there are no guard pages but bytes before
 * and after that {@link #close} looks at: too far a write is found, too far a read is NOT.
 */
public final class GuardPageArena implements Arena {
  /** Which end of an allocation touches its guard page. */
  public enum Edge {
    /** The first byte: finds what runs out in front. */
    START,
    /** The last byte: finds what runs past the end. */
    END
  }

  private static final int ELEMENT_BYTES = Float.BYTES;
  private static final byte CANARY = (byte) 0xA5;
  private static final String OS = System.getProperty("os.name").toLowerCase(Locale.ROOT);
  private static final boolean HAS_GUARD_PAGES = !OS.contains("windows");

  private record Mapping(MemorySegment whole, long begin, long end) {}

  private final Arena inner = Arena.ofConfined();
  private final Edge edge;
  private final List<Mapping> mappings = new ArrayList<>();

  private GuardPageArena(Edge edge) {
    this.edge = edge;
  }

  /** Opens an arena for the thread that calls. */
  public static GuardPageArena open(Edge edge) {
    if (!HAS_GUARD_PAGES) {
      System.err.println(
          "GuardPageArena: NO GUARD PAGES on this system, too far a read stays unseen");
    }
    return new GuardPageArena(edge);
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    if (byteSize < 0) {
      throw new IllegalArgumentException("byteSize must be at least 0 but is " + byteSize);
    }
    long page = HAS_GUARD_PAGES ? Memory.PAGE_BYTES : 4096;
    long room = Math.ceilDiv(Math.max(byteSize, 1), page) * page;
    long wholeSize = Math.addExact(room, 2 * page);
    MemorySegment whole;
    if (HAS_GUARD_PAGES) {
      whole = Memory.map(wholeSize, inner);
      Memory.protect(whole.asSlice(0, page));
      Memory.protect(whole.asSlice(page + room, page));
    } else {
      whole = inner.allocate(wholeSize, 64).fill(CANARY);
    }
    long gap = (room - byteSize) / ELEMENT_BYTES * ELEMENT_BYTES;
    long begin = page + (edge == Edge.END ? gap : 0);
    mappings.add(new Mapping(whole, begin, begin + byteSize));
    return whole.asSlice(begin, byteSize).fill((byte) 0);
  }

  @Override
  public MemorySegment.Scope scope() {
    return inner.scope();
  }

  @Override
  public void close() {
    if (!HAS_GUARD_PAGES) {
      mappings.forEach(GuardPageArena::requireCanaries);
    }
    inner.close();
    if (HAS_GUARD_PAGES) {
      mappings.forEach(mapping -> Memory.unmap(mapping.whole()));
    }
  }

  private static void requireCanaries(Mapping mapping) {
    for (long i = 0; i < mapping.whole().byteSize(); i++) {
      boolean outside = i < mapping.begin() || i >= mapping.end();
      if (outside && mapping.whole().get(JAVA_BYTE, i) != CANARY) {
        throw new AssertionError(
            "byte %d was written, outside of %d to %d"
                .formatted(i, mapping.begin(), mapping.end()));
      }
    }
  }

  /** POSIX memory mapping. */
  @SuppressWarnings("restricted")
  private static final class Memory {
    private static final int PROT_NONE = 0;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS = OS.contains("mac") ? 0x1000 : 0x20;

    private static final MethodHandle MMAP =
        find(
            "mmap",
            FunctionDescriptor.of(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MPROTECT =
        find("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MUNMAP =
        find("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private static final long PAGE_BYTES = pageBytes();

    private static MethodHandle find(String name, FunctionDescriptor descriptor) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
    }

    private static long pageBytes() {
      try {
        return (int) find("getpagesize", FunctionDescriptor.of(JAVA_INT)).invokeExact();
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    static MemorySegment map(long byteSize, Arena arena) {
      try {
        MemorySegment address =
            (MemorySegment)
                MMAP.invokeExact(
                    MemorySegment.NULL,
                    byteSize,
                    PROT_READ_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS,
                    -1,
                    0L);
        if (address.address() == -1) {
          throw new OutOfMemoryError("cannot map " + byteSize + " bytes");
        }
        return address.reinterpret(byteSize, arena, null);
      } catch (Throwable e) {
        throw rethrown(e);
      }
    }

    static void protect(MemorySegment pages) {
      try {
        require((int) MPROTECT.invokeExact(pages, pages.byteSize(), PROT_NONE), "mprotect");
      } catch (Throwable e) {
        throw rethrown(e);
      }
    }

    static void unmap(MemorySegment closed) {
      try {
        MemorySegment address = MemorySegment.ofAddress(closed.address());
        require((int) MUNMAP.invokeExact(address, closed.byteSize()), "munmap");
      } catch (Throwable e) {
        throw rethrown(e);
      }
    }

    private static void require(int status, String call) {
      if (status != 0) {
        throw new AssertionError(call + " failed");
      }
    }

    private static AssertionError rethrown(Throwable e) {
      if (e instanceof Error error) {
        throw error;
      }
      return new AssertionError(e);
    }
  }
}
