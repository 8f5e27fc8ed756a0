package io.github.conv4j.engine;

/**
 * The memory outside the Java heap that an engine holds now, as far as it counts. Immutable.
 *
 * <p><b>Memory.</b> Nothing is held. <b>Threads.</b> Immutable. <b>Errors.</b> None.
 *
 * @param compiledBytes generated code and what belongs to it, kept for the next prepare of the same
 *     problem or used by something prepared; shared by all engines of the same name in the process
 * @param compiledInUseBytes the part of {@code compiledBytes} that something prepared uses
 * @param weightsBytes packed weights and biases of what this engine has prepared; 0 for engine
 *     {@code vector}, which keeps them on the heap
 * @param workingBytes scratchpads and intermediate tensors of what this engine has prepared, for as
 *     many threads as have them now
 */
public record EngineMemory(
    long compiledBytes, long compiledInUseBytes, long weightsBytes, long workingBytes) {
  /** Nothing that is counted. */
  public static final EngineMemory NONE = new EngineMemory(0, 0, 0, 0);
}
