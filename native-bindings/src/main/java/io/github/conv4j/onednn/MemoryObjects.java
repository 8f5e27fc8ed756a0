package io.github.conv4j.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Makes oneDNN's memory objects, all with one place for what it answers, and has them owned. */
final class MemoryObjects {
  private final Handles owner;
  private final MemorySegment answer;

  /**
   * Makes none yet.
   *
   * @param owner of all that are made
   * @param arena stays open as long as they are made
   */
  MemoryObjects(Handles owner, Arena arena) {
    this.owner = owner;
    this.answer = arena.allocate(ADDRESS);
  }

  /** Returns one over bytes, which must outlive it; over NULL, one whose bytes are set later. */
  MemorySegment over(MemorySegment desc, MemorySegment bytes) {
    return owner.own(
        Dnnl.createMemory(desc, NativeEngine.handle(), bytes, answer), Destroyer.MEMORY);
  }

  /** Returns one that owns bytes of its own, not initialised. */
  MemorySegment owning(MemorySegment desc) {
    return owner.own(
        Dnnl.createOwningMemory(desc, NativeEngine.handle(), answer), Destroyer.MEMORY);
  }

  /** The bytes of one that owns them. */
  MemorySegment bytes(MemorySegment memory, long byteSize) {
    return Dnnl.bytes(memory, byteSize, answer);
  }
}
