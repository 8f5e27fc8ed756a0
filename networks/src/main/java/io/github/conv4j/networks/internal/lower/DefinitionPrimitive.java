package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.Definitions;
import io.github.conv4j.networks.internal.definition.ElementLimits;
import io.github.conv4j.networks.internal.definition.NodeCall;
import io.github.conv4j.networks.internal.definition.OperatorVersion;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A node computed by its definition, in double precision: for what has no faster form. Allocates on
 * the heap in each run.
 */
final class DefinitionPrimitive implements Primitive {
  private final Node node;
  private final int opset;
  private final OperatorVersion definition;
  private final List<@Nullable TensorType> types;
  private final List<@Nullable Values> constants;

  /** Among src and operands, which one each input is; -1 for a constant or an absent one. */
  private final int[] sources;

  private final List<TensorType> results;

  /**
   * Takes a node.
   *
   * @param types of its inputs, null where absent
   * @param constants null where not constant
   */
  DefinitionPrimitive(
      Node node, int opset, List<@Nullable TensorType> types, List<@Nullable Values> constants) {
    this.node = node;
    this.opset = opset;
    this.definition = Definitions.find(node, opset);
    this.types = types;
    this.constants = constants;
    this.sources = new int[types.size()];
    int count = 0;
    for (int i = 0; i < sources.length; i++) {
      sources[i] = types.get(i) == null || constants.get(i) != null ? -1 : count++;
    }
    this.results = definition.infer(new NodeCall(node, opset, types, constants::get, limits()));
  }

  private static ElementLimits limits() {
    return ElementLimits.DEFAULT;
  }

  @Override
  public long heapConstantsByteSize() {
    return constants.stream()
        .filter(Objects::nonNull)
        .mapToLong(values -> values.type().elementCount() * Double.BYTES)
        .sum();
  }

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    return this::run;
  }

  /** Sources are src and the first operands, results dst and the last operands. */
  private void run(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    List<@Nullable Values> inputs = new ArrayList<>();
    int read = 0;
    for (int i = 0; i < sources.length; i++) {
      if (sources[i] < 0) {
        inputs.add(constants.get(i));
        continue;
      }
      MemorySegment segment = sources[i] == 0 ? src : operands[sources[i] - 1];
      read = Math.max(read, sources[i]);
      TensorType type = types.get(i);
      if (type != null) {
        inputs.add(
            Values.of(
                new Constant(
                    type.element(),
                    type.dims(),
                    segment.asSlice(0, type.elementCount() * type.element().byteSize()))));
      }
    }
    var call = new NodeCall(node, opset, types, inputs::get, limits());
    List<Values> values = definition.compute(call, results);
    int written = 0;
    for (int i = 0; i < values.size() && i < node.outputs().size(); i++) {
      if (node.outputs().get(i).isEmpty()) {
        continue;
      }
      MemorySegment to = written == 0 ? dst : operands[read + written - 1];
      MemorySegment bytes = values.get(i).toConstant().data();
      MemorySegment.copy(bytes, 0, to, 0, bytes.byteSize());
      written++;
    }
  }
}
