package io.github.conv4j.networks.internal.wire;

import io.github.conv4j.networks.InvalidModelException;

/**
 * What reading one file may take. It is asked before anything is allocated, so that a file of a few
 * bytes cannot ask for many: two bytes that describe an empty node would become a hundred.
 */
public final class Allowance {
  /**
   * Some five thousand nodes with their attributes: a node is a hundred bytes of a file and three
   * thousand of the heap, and a model whose weights are generated is nearly all nodes.
   */
  private static final long HEAP_OF_ANY_FILE = 16L << 20;

  /** What weights in other files add at most: twenty thousand nodes more. */
  private static final long MOST_HEAP_OF_OTHERS = 64L << 20;

  /** With the copy of a file that is given as an array: four. */
  private static final int HEAP_PER_FILE_BYTE = 3;

  /** Each takes its time, also where it is skipped. Packed numbers are one field together. */
  private static final int MOST_FIELDS = 4_000_000;

  private long heap;
  private long heapLeft;
  private long othersLeft = MOST_HEAP_OF_OTHERS;
  private int fieldsLeft = MOST_FIELDS;

  /** Opens the allowance of a file. */
  public Allowance(long fileByteSize) {
    this.heap = HEAP_OF_ANY_FILE + HEAP_PER_FILE_BYTE * fileByteSize;
    this.heapLeft = heap;
  }

  /** Adds a file that the first one has its weights in: together they are the model. */
  public void addFile(long fileByteSize) {
    long more = Math.min(othersLeft, HEAP_PER_FILE_BYTE * Math.min(fileByteSize, othersLeft));
    othersLeft -= more;
    heap += more;
    heapLeft += more;
  }

  /**
   * Takes bytes of the heap.
   *
   * @param at where in the file they are asked for
   * @throws InvalidModelException if so much is not left
   */
  public void takeHeap(long byteSize, long at) {
    if (byteSize > heapLeft) {
      throw new InvalidModelException(
          "what is described up to byte %d needs more than the %d bytes of heap that a model of this size may take"
              .formatted(at, heap));
    }
    heapLeft -= byteSize;
  }

  void takeField(long at) {
    if (fieldsLeft == 0) {
      throw new InvalidModelException(
          "byte %d begins one field more than the %d that a file may have"
              .formatted(at, MOST_FIELDS));
    }
    fieldsLeft--;
  }
}
