package io.github.conv4j.internal.primitive;

import java.lang.foreign.MemorySegment;

/**
 * A primitive without constants and scratchpad, which one thread runs.
 *
 * @param body what is done in each run
 */
public record SinglePass(Body body) implements Primitive, BoundPrimitive {
  /** Reads src and writes dst. */
  @FunctionalInterface
  public interface Body {
    /** Does it once. */
    void run(MemorySegment src, MemorySegment dst);
  }

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    return this;
  }

  @Override
  public void runAlone(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    body.run(src, dst);
  }

  @Override
  public void close() {}
}
