package io.github.conv4j.internal.primitive;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where buffers lie in one arena, so that those which are needed at the same time do not overlap:
 * the largest first, each in the lowest gap that is free as long as it lives.
 *
 * @see <a href="https://arxiv.org/abs/2001.03288">Pisarchyk and Lee, Efficient Memory Management
 *     for Deep Neural Net Inference, greedy by size</a>
 */
public final class BufferPlan {
  /** Buffers begin at a multiple of a cache line. */
  public static final long ALIGNMENT_BYTES = 64;

  /**
   * A buffer.
   *
   * @param byteSize how large it is
   * @param first the step that writes it
   * @param last the last step that reads it
   */
  public record Buffer(long byteSize, int first, int last) {
    private boolean livesWith(Buffer other) {
      return first <= other.last && other.first <= last;
    }
  }

  /** Of no buffer at all. */
  static final BufferPlan NONE = new BufferPlan(List.of());

  private final long[] offsets;
  private final long byteSize;
  private final long naiveByteSize;
  private final long leastByteSize;

  /** Plans buffers in the order of the list. */
  public BufferPlan(List<Buffer> buffers) {
    offsets = new long[buffers.size()];
    List<Integer> placed = new ArrayList<>();
    List<Integer> largestFirst = new ArrayList<>();
    for (int i = 0; i < buffers.size(); i++) {
      largestFirst.add(i);
    }
    largestFirst.sort(Comparator.comparingLong(i -> -buffers.get(i).byteSize()));
    long end = 0;
    long sum = 0;
    for (int index : largestFirst) {
      Buffer buffer = buffers.get(index);
      List<Integer> neighbours = new ArrayList<>();
      for (int other : placed) {
        if (buffer.livesWith(buffers.get(other))) {
          neighbours.add(other);
        }
      }
      neighbours.sort(Comparator.comparingLong(other -> offsets[other]));
      long offset = 0;
      for (int other : neighbours) {
        if (offsets[other] - offset >= buffer.byteSize()) {
          break;
        }
        offset = Math.max(offset, aligned(offsets[other] + buffers.get(other).byteSize()));
      }
      offsets[index] = offset;
      placed.add(index);
      end = Math.max(end, Math.addExact(offset, buffer.byteSize()));
      sum = Math.addExact(sum, buffer.byteSize());
    }
    byteSize = end;
    naiveByteSize = sum;
    leastByteSize = leastByteSize(buffers);
  }

  private static long leastByteSize(List<Buffer> buffers) {
    long most = 0;
    for (Buffer each : buffers) {
      long live = 0;
      for (Buffer buffer : buffers) {
        boolean lives = buffer.first() <= each.first() && each.first() <= buffer.last();
        live += lives ? buffer.byteSize() : 0;
      }
      most = Math.max(most, live);
    }
    return most;
  }

  private static long aligned(long offset) {
    return Math.ceilDiv(offset, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  }

  /** Returns where a buffer begins. */
  public long offset(int buffer) {
    return offsets[buffer];
  }

  /** Returns how large the arena is. */
  public long byteSize() {
    return byteSize;
  }

  /** Returns what no plan can go below: the most that is needed at one time. */
  public long leastByteSize() {
    return leastByteSize;
  }

  /** Returns how large all buffers are together. */
  public long naiveByteSize() {
    return naiveByteSize;
  }
}
