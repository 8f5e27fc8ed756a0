package io.github.conv4j.networks;

import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.comparison.Comparison;
import io.github.conv4j.networks.internal.comparison.Observed;
import io.github.conv4j.networks.internal.lower.LoweredStep;
import io.github.conv4j.networks.internal.lower.StepResult;
import io.github.conv4j.networks.report.NetworkStep;
import io.github.conv4j.networks.report.NetworkVerdict;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Holds an engine's run of a network against the reference: every tensor that a step of the
 * prepared network writes, not only the outputs.
 *
 * <p>The prepared network runs as it always does, with its plan of memory; each result is copied
 * right after its step. Then the reference computes the graph node by node in double precision.
 * Where it comes to a tensor that the engine has computed too, it compares, and goes on with the
 * engine's numbers: so every bound covers one fused step and not all that came before, and the
 * first tensor that is out of its bound is the one that went wrong.
 *
 * <p>What is permitted follows from the operators between two such tensors. Sums of products may be
 * off by {@code gamma(n)} times the sum of the products' magnitudes, {@code n} being their number
 * and {@code gamma(n) = n*u / (1 - n*u)} with {@code u = 2^-24}, see {@link
 * io.github.conv4j.problem.ErrorBound}; errors are followed through the functions of single
 * elements by what these make of them, with some roundings of their own; copies pass them on. For
 * operators of other kinds, normalizations for example, they are estimated: by how much results
 * move when inputs move by some roundings. Results that are integers or truth values must be equal,
 * unless what they are computed of was fused away. An engine of {@link Accuracy#RELAXED} may be
 * further off, by what that promises; with {@link NetworkOptions#withFpmathMode} each product by
 * what rounding both its numbers to bf16 moves.
 *
 * <p><b>Memory.</b> Keeps a copy of every tensor while it compares. <b>Threads.</b> Any number may
 * use one. <b>Errors.</b> See {@link #verify}.
 */
public final class NetworkVerifier {
  private final Network network;
  private final Engine engine;
  private final NetworkOptions options;

  /**
   * Chooses what is verified.
   *
   * @throws IllegalArgumentException if options ask for channels last, which the reference does not
   *     know
   */
  public NetworkVerifier(Network network, Engine engine, NetworkOptions options) {
    this.network = Objects.requireNonNull(network, "network");
    this.engine = Objects.requireNonNull(engine, "engine");
    this.options = options;
    if (!options.channelsLast().isEmpty()) {
      throw new IllegalArgumentException(
          "a network is verified with its inputs and outputs in row-major order, not with %s in"
                  .formatted(options.channelsLast())
              + " channels last");
    }
  }

  /**
   * Runs both and compares.
   *
   * @param inputs of the graph, by name
   * @param visited is told of each node that the reference has computed
   * @throws IllegalArgumentException if an input is missing, or is not what the graph says
   * @throws InvalidModelException if a node is malformed
   * @throws UnsupportedOperatorException if conv4j does not run a node
   */
  public NetworkVerdict verify(Map<String, Constant> inputs, Consumer<Node> visited) {
    Map<String, long[]> dims = new LinkedHashMap<>();
    inputs.forEach((name, constant) -> dims.put(name, constant.dims()));
    try (Arena arena = Arena.ofShared();
        PreparedNetwork prepared = network.prepare(engine, dims, options)) {
      boolean relaxed = engine.options().accuracy() == Accuracy.RELAXED;
      var comparison = new Comparison(network.graph(), relaxed, options.permissions(), visited);
      return comparison.run(inputs, run(prepared, inputs, arena));
    }
  }

  /** Runs the engine; returns all that its steps write, in order. */
  private static List<Observed> run(
      PreparedNetwork prepared, Map<String, Constant> inputs, Arena arena) {
    NetworkCall call = prepared.call();
    for (String name : prepared.inputs()) {
      Constant input = inputs.get(name);
      if (input == null) {
        throw new IllegalArgumentException(
            "input \"%s\" is missing; given are %s".formatted(name, inputs.keySet()));
      }
      MemorySegment data = arena.allocate(Math.max(1, input.data().byteSize()), 64);
      call.input(name, data.copyFrom(input.data()));
    }
    for (String name : prepared.outputs()) {
      call.output(name, arena.allocate(prepared.type(name).byteSize(), 64));
    }
    List<LoweredStep> steps = prepared.network().steps();
    List<NetworkStep> told = prepared.steps();
    List<Observed> observed = new ArrayList<>();
    call.observe(
        (number, values) -> {
          for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).end() == number + 1) {
              for (StepResult result : steps.get(i).results()) {
                observed.add(new Observed(result.name(), told.get(i), result.copy(values, arena)));
              }
            }
          }
        });
    return observed;
  }
}
