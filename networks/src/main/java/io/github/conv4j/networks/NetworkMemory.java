package io.github.conv4j.networks;

import io.github.conv4j.internal.prepared.ProgramBytes;

/**
 * What a prepared network, or a cache of some, holds at one moment, by what it is for. What an
 * engine holds besides is told by {@link io.github.conv4j.engine.Engine#memory}: compiled code, and
 * weights and working memory of all that it has prepared, these here included.
 *
 * <p><b>Memory.</b> Plain numbers. <b>Threads.</b> Immutable. <b>Errors.</b> None.
 *
 * @param weightsBytes packed weights and other constants outside the Java heap
 * @param weightsHeapBytes the same on the heap: of engine {@code vector}, and tables of operators
 * @param arenaBytes values between inputs and outputs, in one arena for each of as many callers as
 *     there were at once of late
 * @param scratchpadBytes of kernels outside the Java heap, for each of as many callers and helpers
 *     as there were at once of late
 * @param scratchpadHeapBytes the same on the heap
 */
public record NetworkMemory(
    long weightsBytes,
    long weightsHeapBytes,
    long arenaBytes,
    long scratchpadBytes,
    long scratchpadHeapBytes) {
  /** What holds nothing. */
  public static final NetworkMemory NONE = new NetworkMemory(0, 0, 0, 0, 0);

  static NetworkMemory of(ProgramBytes bytes) {
    return new NetworkMemory(
        bytes.constants(),
        bytes.heapConstants(),
        bytes.arenas(),
        bytes.scratchpads(),
        bytes.heapScratchpads());
  }

  NetworkMemory plus(NetworkMemory other) {
    return new NetworkMemory(
        weightsBytes + other.weightsBytes,
        weightsHeapBytes + other.weightsHeapBytes,
        arenaBytes + other.arenaBytes,
        scratchpadBytes + other.scratchpadBytes,
        scratchpadHeapBytes + other.scratchpadHeapBytes);
  }

  /** Returns all of it. */
  public long byteSize() {
    return weightsBytes + weightsHeapBytes + arenaBytes + scratchpadBytes + scratchpadHeapBytes;
  }
}
