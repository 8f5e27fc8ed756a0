package io.github.conv4j.networks;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.lower.LoweredNetwork;
import io.github.conv4j.networks.internal.lower.LoweredStep;
import io.github.conv4j.networks.report.NetworkStep;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network made ready for inputs of one shape: folded, fused, laid out, its memory planned.
 *
 * <p><b>Memory.</b> Owns packed weights, and for each concurrent caller one arena for everything
 * between inputs and outputs, until {@link #close}. <b>Threads.</b> Any number may call at once,
 * platform or virtual, each through a {@link #call} of its own; callers beyond the threads of the
 * engine wait in fair order. <b>Errors.</b> See {@link NetworkCall#execute}.
 */
public final class PreparedNetwork implements AutoCloseable {
  private final LoweredNetwork network;

  PreparedNetwork(LoweredNetwork network) {
    this.network = network;
  }

  /**
   * What an input or output holds.
   *
   * <p><b>Memory.</b> Copies the list. <b>Threads.</b> Immutable. <b>Errors.</b> A null is refused
   * with {@link NullPointerException}.
   *
   * @param element the type of each element
   * @param dims the sizes, in the order of the graph
   */
  public record Type(ElementType element, List<Long> dims) {
    /** Copies the list. */
    public Type {
      Objects.requireNonNull(element, "element");
      dims = List.copyOf(dims);
    }

    /** Returns how many bytes it takes. */
    public long byteSize() {
      long count = element.byteSize();
      for (long dim : dims) {
        count *= dim;
      }
      return count;
    }

    @Override
    public String toString() {
      return element + dims.toString();
    }

    private static Type of(TensorType type) {
      return new Type(type.element(), Arrays.stream(type.dims()).boxed().toList());
    }
  }

  /** Returns the names of inputs, in the graph's order. */
  public List<String> inputs() {
    return List.copyOf(network.inputs().keySet());
  }

  /** Returns the names of outputs, in the graph's order. */
  public List<String> outputs() {
    return List.copyOf(network.outputs().keySet());
  }

  /**
   * Returns what an input or output holds.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public Type type(String name) {
    Objects.requireNonNull(name, "name");
    TensorType type = network.inputs().get(name);
    if (type == null) {
      type = network.outputs().get(name);
    }
    if (type == null) {
      throw new IllegalArgumentException(
          "there is no input or output \"%s\"; inputs are %s, outputs %s"
              .formatted(name, inputs(), outputs()));
    }
    return Type.of(type);
  }

  /** Returns a call to bind tensors to, for one thread at a time. */
  public NetworkCall call() {
    return new NetworkCall(this);
  }

  /** Returns how many times values are copied into another order inside a run. */
  public int reorders() {
    return network.reorders();
  }

  /** Returns how often each pass changed the graph. */
  public Map<String, Integer> passes() {
    return network.passes();
  }

  /** Returns the bytes of the arena of a concurrent caller. */
  public long arenaByteSize() {
    return network.prepared().explain().buffersByteSize();
  }

  /** Returns the bytes of the values that are needed at one time, at most: no arena is smaller. */
  public long leastByteSize() {
    return network.leastByteSize();
  }

  /** Returns the bytes that this arena would have if no two values shared any. */
  public long naiveByteSize() {
    return network.prepared().explain().naiveBuffersByteSize();
  }

  /** Returns what runs, in order. */
  public List<NetworkStep> steps() {
    return network.steps().stream()
        .map(
            step ->
                new NetworkStep(step.node(), step.implementation(), step.detail(), step.problem()))
        .toList();
  }

  /** Returns what an engine warns of: implementations that are slow, for example. */
  public List<String> warnings() {
    return network.warnings().stream().distinct().toList();
  }

  /** Returns the bytes of packed weights and other constants, on the Java heap and off it. */
  public long weightsByteSize() {
    return network.weightsByteSize();
  }

  /** Returns what this holds now, by what it is for; nothing once it is closed. */
  public NetworkMemory memory() {
    return NetworkMemory.of(network.prepared().memory());
  }

  /**
   * Returns the bytes that this holds now, on the Java heap and off it: {@link #weightsByteSize},
   * and an arena and scratchpads for each of as many callers and helpers as there were at once of
   * late. Not counted is compiled code, which the engine keeps within a limit of its own. {@link
   * #memory} tells the parts.
   */
  public long byteSize() {
    return network.prepared().byteSize();
  }

  /**
   * Runs the network and measures each step. Runs that are not measured cost nothing more for it.
   *
   * @param call of this network, with everything bound; its outputs are written
   * @param rounds how often; the median counts
   * @throws IllegalArgumentException if the call is of another network, or rounds is not positive
   * @throws IllegalStateException as {@link NetworkCall#execute} does
   */
  public NetworkProfile profile(NetworkCall call, int rounds) {
    if (call.network() != this) {
      throw new IllegalArgumentException("the call is of another network: " + call.network());
    }
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds must be at least 1 but is " + rounds);
    }
    return new NetworkProfile(steps(), StepTimer.measure(network.steps(), call, rounds));
  }

  /** Returns what runs, a line a step, then the memory. */
  public String explain() {
    var text = new StringBuilder();
    int number = 0;
    for (LoweredStep step : network.steps()) {
      text.append(
          "%4d  %-34s %-40s %s%n"
              .formatted(++number, step.node(), step.implementation(), step.detail()));
    }
    text.append(
        "%d steps, %d reorders, arena %,d bytes (%,d needed at one time, %,d without sharing)%n"
            .formatted(number, reorders(), arenaByteSize(), leastByteSize(), naiveByteSize()));
    NetworkMemory memory = memory();
    text.append(
        "memory now: weights %,d bytes (%,d on the heap), arenas %,d, scratchpads %,d (%,d on the heap)%n"
            .formatted(
                memory.weightsBytes() + memory.weightsHeapBytes(),
                memory.weightsHeapBytes(),
                memory.arenaBytes(),
                memory.scratchpadBytes() + memory.scratchpadHeapBytes(),
                memory.scratchpadHeapBytes()));
    text.append("passes: ").append(network.passes()).append(System.lineSeparator());
    network.warnings().stream()
        .distinct()
        .forEach(warning -> text.append("warning: ").append(warning).append('\n'));
    return text.toString();
  }

  PreparedProgram prepared() {
    return network.prepared();
  }

  LoweredNetwork network() {
    return network;
  }

  /** Frees what this owns after the calls in flight have returned. Further calls do nothing. */
  @Override
  public void close() {
    network.prepared().close();
  }

  @Override
  public String toString() {
    Explanation explanation = network.prepared().explain();
    return explanation.engine() + " " + explanation.problem();
  }
}
