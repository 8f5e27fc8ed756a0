package io.github.conv4j.internal.prepared;

/**
 * What a prepared program holds at one moment.
 *
 * @param constants packed weights and other constants outside the Java heap
 * @param heapConstants the same on the heap
 * @param arenas values between steps, for each of the threads that call
 * @param scratchpads outside the Java heap, for each thread that calls or helps
 * @param heapScratchpads the same on the heap
 */
public record ProgramBytes(
    long constants, long heapConstants, long arenas, long scratchpads, long heapScratchpads) {
  /** What holds nothing. */
  public static final ProgramBytes NONE = new ProgramBytes(0, 0, 0, 0, 0);
}
