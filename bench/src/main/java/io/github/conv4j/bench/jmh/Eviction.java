package io.github.conv4j.bench.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Pushes tensors, packed weights and scratch memory out of the caches before each call, by writing
 * to more memory than the last-level cache holds.
 *
 * <p>What to know when reading the figures: machine code and page tables leave the caches, too; a
 * processor that cloud neighbours share may keep more than its size says; and JMH takes the time of
 * each single call, which adds some 50 ns, so this is nothing for problems of a microsecond.
 */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // set up by JMH
public class Eviction {
  private static final int LINE_BYTES = 64;

  /** Choose at least twice the last-level cache. */
  @Param("128")
  public int evictMebibytes;

  private final Arena arena = Arena.ofShared();
  private MemorySegment memory;
  private byte round;

  /** Allocates. */
  @Setup(Level.Trial)
  public void allocate() {
    memory = arena.allocate((long) evictMebibytes << 20, LINE_BYTES);
  }

  /** Writes to every cache line. */
  @Setup(Level.Invocation)
  public void evict() {
    round++;
    for (long i = 0, n = memory.byteSize(); i < n; i += LINE_BYTES) {
      memory.set(ValueLayout.JAVA_BYTE, i, round);
    }
  }

  /** Frees. */
  @TearDown(Level.Trial)
  public void free() {
    arena.close();
  }
}
