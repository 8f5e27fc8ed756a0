package io.github.conv4j.internal.vector.base;

import java.lang.foreign.MemorySegment;

/**
 * One way to compute a convolution, chosen in prepare. Immutable after that.
 *
 * @param <S> the working memory of one thread
 */
public interface Plan<S extends Scratch> {
  /** Returns the name for {@code explain}, without the kernels'. */
  String name();

  /** Returns the bytes of packed weights and bias. */
  long weightsByteSize();

  /** Returns the post-ops that the plan applies where it stores. */
  default Epilogue epilogue() {
    return Epilogue.NONE;
  }

  /** Returns the bytes outside the Java heap that each {@link Scratch} is given. */
  default long scratchpadByteSize() {
    return 0;
  }

  /** Returns the working memory that one thread needs. */
  S newScratch();

  /** Returns how many parts the work has; parts may run in any order and at the same time. */
  int partCount();

  /** Computes one part of dst. */
  void runPart(int part, S scratch, MemorySegment src, MemorySegment dst);
}
