package io.github.conv4j.internal.shadow;

import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Room for the copy of one call; callers fill it without waiting, one thread empties it. */
final class SampleBuffer {
  private static final int FREE = 0;

  /** One thread writes it: a caller its tensors, or the thread that compares another size. */
  private static final int TAKEN = 1;

  private static final int FULL = 2;
  private static final int CLOSED = 3;

  private final AtomicInteger state = new AtomicInteger(FREE);

  // Written while TAKEN, read by whoever has seen a later state.
  private @Nullable Arena arena;
  private MemorySegment bytes = MemorySegment.NULL;
  private @Nullable Subject subject;

  /**
   * Copies a call, if the buffer is free and large enough.
   *
   * @return whether it did
   */
  boolean fill(Subject of, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    if (state.get() != FREE || !state.compareAndSet(FREE, TAKEN)) {
      return false;
    }
    boolean done = false;
    try {
      if (bytes.byteSize() < of.sampleByteSize()) {
        return false;
      }
      long at = put(src, of.request().src().byteSize(), 0);
      at = put(dst, of.request().dst().byteSize(), at);
      for (int i = 0; i < operands.length; i++) {
        at = put(operands[i], of.operands().get(i).byteSize(), at);
      }
      of.hold();
      subject = of;
      done = true;
      return true;
    } finally {
      state.set(done ? FULL : FREE);
    }
  }

  private long put(MemorySegment from, long byteSize, long at) {
    MemorySegment.copy(from, 0, bytes, at, byteSize);
    return aligned(at + byteSize);
  }

  private static long aligned(long offset) {
    return (offset + Tensor.ALIGNMENT_BYTES - 1) & -Tensor.ALIGNMENT_BYTES;
  }

  boolean isFull() {
    return state.get() == FULL;
  }

  /** Whose call a full buffer holds. */
  Subject subject() {
    if (subject == null) {
      throw new IllegalStateException("the buffer is not full");
    }
    return subject;
  }

  /** The tensors of the call in a full buffer: src, dst, then operands. */
  List<Tensor> tensors() {
    Subject of = subject();
    List<TensorSpec> specs = new ArrayList<>();
    specs.add(of.request().src());
    specs.add(of.request().dst());
    specs.addAll(of.operands());
    List<Tensor> tensors = new ArrayList<>();
    long at = 0;
    for (TensorSpec spec : specs) {
      tensors.add(Tensor.wrap(spec, bytes.asSlice(at, spec.byteSize())));
      at = aligned(at + spec.byteSize());
    }
    return tensors;
  }

  /** Makes a full buffer free. */
  void empty() {
    Subject of = subject();
    subject = null;
    state.set(FREE);
    of.release();
  }

  /**
   * Makes a free buffer so large, unless it is; its pages are touched, so that callers need not.
   *
   * @throws OutOfMemoryError if there is no memory for that
   */
  void grow(long byteSize) {
    if (state.get() != FREE || !state.compareAndSet(FREE, TAKEN)) {
      return;
    }
    try {
      if (bytes.byteSize() < byteSize) {
        free();
        Arena larger = Arena.ofShared();
        arena = larger;
        bytes = larger.allocate(byteSize, Tensor.ALIGNMENT_BYTES);
      }
    } finally {
      state.set(FREE);
    }
  }

  private void free() {
    Arena old = arena;
    arena = null;
    bytes = MemorySegment.NULL;
    if (old != null) {
      old.close();
    }
  }

  /** Frees the memory; false where a caller is just filling it, to be tried again. */
  boolean close() {
    if (state.get() == FULL) {
      empty();
    }
    if (state.compareAndSet(FREE, CLOSED)) {
      free();
    }
    return state.get() == CLOSED;
  }
}
