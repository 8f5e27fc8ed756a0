package io.github.conv4j.internal.compose;

import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.MemorySegment;

/** A pass over tensors in blocks, which helpers may share. */
abstract class BlockPass implements Primitive {
  private final BlockNest nest;
  private final int partCount;

  /**
   * Plans a pass.
   *
   * @param mostParts into how many parts it is cut where it has so many blocks
   */
  BlockPass(BlockNest nest, int mostParts) {
    this.nest = nest;
    this.partCount = (int) Math.min(mostParts, nest.blockCount());
  }

  /** One thread's working memory, and what it does with a block. */
  abstract static class Worker implements BlockNest.Body {
    /** Takes the tensors of a run. */
    abstract void place(MemorySegment src, MemorySegment dst, MemorySegment[] operands);

    /** Forgets them. */
    abstract void forget();
  }

  abstract Worker newWorker();

  final BlockNest nest() {
    return nest;
  }

  @Override
  public final int partCount() {
    return partCount;
  }

  @Override
  public final BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    return new Bound(newWorker(), new BlockNest.Cursor(nest));
  }

  private final class Bound implements BoundPrimitive {
    private final Worker worker;
    private final BlockNest.Cursor cursor;

    Bound(Worker worker, BlockNest.Cursor cursor) {
      this.worker = worker;
      this.cursor = cursor;
    }

    @Override
    public void runAlone(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      run(0, nest.blockCount(), src, dst, operands);
    }

    @Override
    public void runPart(int part, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      long blocks = nest.blockCount();
      run(blocks * part / partCount, blocks * (part + 1) / partCount, src, dst, operands);
    }

    private void run(
        long first, long past, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      worker.place(src, dst, operands);
      try {
        nest.run(first, past, cursor, worker);
      } finally {
        worker.forget();
      }
    }
  }
}
