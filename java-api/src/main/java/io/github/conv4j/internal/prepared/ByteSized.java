package io.github.conv4j.internal.prepared;

/** What tells how much memory it holds, for those who ask an engine. */
public interface ByteSized {
  /** Returns the bytes outside the Java heap that are held as long as this is open. */
  long byteSize();

  /** Returns the bytes of something that may tell them, or 0. */
  static long of(Object holder) {
    return holder instanceof ByteSized sized ? sized.byteSize() : 0;
  }
}
