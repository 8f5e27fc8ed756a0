package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.events.Events;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.LedgerOwner;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.definition.ElementLimits;
import io.github.conv4j.networks.internal.definition.Inference;
import io.github.conv4j.networks.internal.definition.Inferrer;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.pass.Draft;
import io.github.conv4j.networks.internal.pass.Passes;
import io.github.conv4j.networks.internal.permission.Permissions;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Prepares a graph for inputs of known types. */
public final class NetworkPreparation {
  private NetworkPreparation() {}

  /**
   * Prepares.
   *
   * @param channelsLast the inputs and outputs that the caller has with channels last
   * @param leftOut names of passes
   * @param permissions of convolutions and products
   * @param mostBytes of one run
   * @throws IllegalArgumentException if a run takes more
   */
  public static LoweredNetwork prepare(
      Graph graph,
      Engine engine,
      Map<String, TensorType> inputs,
      Set<String> channelsLast,
      Set<String> leftOut,
      Permissions permissions,
      long mostBytes) {
    if (graph.inputs().isEmpty()) {
      throw new UnsupportedOperatorException(
          "graph without inputs", "the graph has no input: there is nothing to run");
    }
    Inference inferred = Inferrer.infer(graph, inputs, ElementLimits.DEFAULT);
    inferred
        .unknown()
        .forEach(
            (value, why) -> {
              throw new UnsupportedOperatorException(
                  "dynamic shapes",
                  "the shape of \"%s\" is known only while the network runs: %s"
                      .formatted(value, why));
            });
    var draft = new Draft(graph, inferred.types());
    inferred
        .known()
        .forEach(
            (value, known) -> {
              if (draft.constant(value) == null) {
                draft.setConstant(value, known.toConstant());
              }
            });
    draft.removeUnread();
    Map<String, Integer> passes = Passes.apply(draft, leftOut);
    Ledger ledger =
        engine instanceof LedgerOwner owner
            ? owner.ledger()
            : new Ledger(engine.name(), engine.options());

    List<String> givenNames = graph.inputs().stream().map(ValueInfo::name).toList();
    List<String> wantedNames = graph.outputs().stream().map(ValueInfo::name).toList();
    Map<String, Place> given = new LinkedHashMap<>();
    Map<String, Place> wanted = new LinkedHashMap<>();
    Map<String, TensorType> givenTypes = new LinkedHashMap<>();
    Map<String, TensorType> wantedTypes = new LinkedHashMap<>();
    List<TensorSpec> operands = new ArrayList<>();
    for (String name : givenNames) {
      int value = given.isEmpty() ? Program.SRC : Program.FIRST_OPERAND + operands.size();
      if (!given.isEmpty()) {
        operands.add(bytes(draft.type(name)));
      }
      given.put(name, new Place(value, order(draft.type(name), channelsLast.contains(name))));
      givenTypes.put(name, draft.type(name));
    }
    for (String name : wantedNames) {
      int value = wanted.isEmpty() ? Program.DST : Program.FIRST_OPERAND + operands.size();
      if (!wanted.isEmpty()) {
        operands.add(bytes(draft.type(name)));
      }
      wanted.put(name, new Place(value, order(draft.type(name), channelsLast.contains(name))));
      wantedTypes.put(name, draft.type(name));
    }
    Events.Preparation event = Events.preparation();
    try (var program = new ProgramBuilder(operands.size());
        var lowering = new Lowering(draft, engine, permissions, ledger, program, given, wanted)) {
      lowering.run();
      Program built = program.build();
      requireFits(built, inputs, wantedTypes, mostBytes);
      var explanation =
          Explanation.of(engine.name(), "network " + graph.name(), List.of())
              .withWarnings(lowering.warnings())
              .withBuffers(built.arenaByteSize(), built.naiveByteSize());
      PreparedProgram prepared =
          PreparedProgram.of(
              bytes(draft.type(givenNames.getFirst())),
              bytes(draft.type(wantedNames.getFirst())),
              operands,
              explanation,
              ledger,
              built);
      if (event != null) {
        event.finish(
            engine.name(),
            explanation.problem(),
            lowering.steps().size() + " steps",
            built.constantsByteSize() + built.heapConstantsByteSize());
      }
      return new LoweredNetwork(
          prepared,
          givenTypes,
          wantedTypes,
          lowering.steps(),
          passes,
          built.constantsByteSize() + built.heapConstantsByteSize(),
          built.leastByteSize(),
          lowering.reorders(),
          lowering.warnings());
    }
  }

  /** Before its memory is taken; closes what does not fit. */
  private static void requireFits(
      Program built,
      Map<String, TensorType> inputs,
      Map<String, TensorType> outputs,
      long mostBytes) {
    long bytes = Math.addExact(built.arenaByteSize(), built.scratchpadByteSize());
    for (TensorType output : outputs.values()) {
      bytes = Math.addExact(bytes, output.elementCount() * output.element().byteSize());
    }
    if (bytes > mostBytes) {
      built.close();
      throw new IllegalArgumentException(
          "a run with inputs %s takes %,d bytes, more than %,d: use smaller inputs, or allow more (withMostBytes)"
              .formatted(inputs, bytes, mostBytes));
    }
  }

  private static Order order(TensorType type, boolean channelsLast) {
    return channelsLast ? Order.channelsLast(type.rank()) : Order.rowMajor(type.rank());
  }

  /** Whatever a tensor holds, at the border only its bytes count. */
  public static TensorSpec bytes(TensorType type) {
    long byteSize = type.elementCount() * type.element().byteSize();
    if (byteSize == 0) {
      throw new UnsupportedOperatorException(
          "empty tensor", "inputs and outputs without elements cannot be run: " + type);
    }
    return TensorSpec.of(DataType.U8, Layout.NCW, Shape.of(1, 1, byteSize));
  }
}
