package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.List;
import java.util.Map;

/**
 * A network that is ready to run.
 *
 * @param prepared takes the first input as src, the first output as dst, then all other inputs and
 *     all other outputs as operands
 * @param inputs their types
 * @param outputs their types
 * @param steps what runs, in order
 * @param passes how often each pass applied
 * @param weightsByteSize what kernels keep of weights
 * @param leastByteSize what no arena can go below
 * @param reorders how many copies into another order there are
 * @param warnings of engines
 */
public record LoweredNetwork(
    PreparedProgram prepared,
    Map<String, TensorType> inputs,
    Map<String, TensorType> outputs,
    List<LoweredStep> steps,
    Map<String, Integer> passes,
    long weightsByteSize,
    long leastByteSize,
    int reorders,
    List<String> warnings) {}
