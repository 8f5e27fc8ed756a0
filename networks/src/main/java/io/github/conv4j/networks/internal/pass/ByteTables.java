package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.Definitions;
import io.github.conv4j.networks.internal.definition.ElementLimits;
import io.github.conv4j.networks.internal.definition.NodeCall;
import io.github.conv4j.networks.internal.definition.OperatorVersion;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Functions of single elements between integers of 8 bits become a table of 256 entries, which the
 * definitions compute: whatever is between, other quantizations among it.
 */
final class ByteTables implements Pass {
  private static final int ENTRIES = 256;
  private static final int MOST_NODES = 32;

  @Override
  public String name() {
    return "byte-tables";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      if (QuantizedOutputs.toBytes(draft, node) == null
          || draft.type(node.outputs().getFirst()).elementCount() == 0) {
        continue;
      }
      var functions = new Functions(draft, node);
      if (functions.isOfOneByte()) {
        draft.replace(List.of(node), functions.table());
        count++;
      }
    }
    return count;
  }

  /**
   * All that makes the bytes of one quantization, back to the bytes that it is made of. Bytes that
   * were quantized of one other tensor are those of a table by now.
   */
  private static final class Functions {
    private final Draft draft;
    private final Node last;

    /** In the order in which they are computed. */
    private final List<Node> nodes = new ArrayList<>();

    /** Those, and others that are not done yet: so deep do calls go at most. */
    private final List<Node> begun = new ArrayList<>();

    private @Nullable String root;
    private boolean others;

    Functions(Draft draft, Node last) {
      this.draft = draft;
      this.last = last;
      visit(last);
    }

    boolean isOfOneByte() {
      return root != null && !others;
    }

    private void visit(Node node) {
      if (others || begun.contains(node)) {
        return;
      }
      begun.add(node);
      others |= begun.size() > MOST_NODES;
      List<String> inputs = isTable(node) ? node.inputs().subList(0, 1) : node.inputs();
      for (int i = 0; i < inputs.size() && !others; i++) {
        if (i > 0 && hasConstants(node)) {
          others |= !inputs.get(i).isEmpty() && draft.constant(inputs.get(i)) == null;
        }
        if (!inputs.get(i).isEmpty()) {
          visit(node, inputs.get(i));
        }
      }
      nodes.add(node);
    }

    /**
     * Whether all but the first input belong to the function, and are not what it is applied to.
     */
    private static boolean hasConstants(Node node) {
      return node.operator().equals("Clip") || node.operator().equals("PRelu");
    }

    private void visit(Node reader, String value) {
      Constant constant = draft.constant(value);
      if (constant != null) {
        others |= constant.elementCount() != 1;
        return;
      }
      Node writer = draft.writer(value);
      if (writer != null && isFunction(writer)) {
        visit(writer);
      } else if (Dequantized.isByte(draft, value)
          && (isTable(reader) || Attributes.is(reader, "DequantizeLinear"))
          && isOfDims(value)) {
        others |= root != null && !root.equals(value);
        root = value;
      } else {
        others = true;
      }
    }

    private static boolean isTable(Node node) {
      return Fused.is(node) && node.operator().equals(Fused.TABLE);
    }

    private boolean isOfDims(String value) {
      return Arrays.equals(draft.type(value).dims(), draft.type(last.outputs().getFirst()).dims());
    }

    /** Whether a node computes each element of an element, as large as what is made in the end. */
    private boolean isFunction(Node node) {
      if (!isOfDims(node.outputs().getFirst()) || node.outputs().size() != 1) {
        return false;
      }
      if (isTable(node)) {
        return true;
      }
      return switch (Attributes.is(node, node.operator()) ? node.operator() : "") {
        case "Relu",
            "LeakyRelu",
            "PRelu",
            "Elu",
            "Selu",
            "Celu",
            "Sigmoid",
            "Tanh",
            "HardSigmoid",
            "HardSwish",
            "Gelu",
            "Mish",
            "Softplus",
            "Softsign",
            "ThresholdedRelu",
            "Clip",
            "Abs",
            "Neg",
            "Exp",
            "Log",
            "Sqrt",
            "Erf",
            "Floor",
            "Ceil",
            "Round",
            "Reciprocal",
            "Pow",
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Min",
            "Max",
            "Identity" ->
            draft.type(node.outputs().getFirst()).element() == ElementType.FLOAT;
        case "DequantizeLinear" -> Dequantized.tensor(draft, node.outputs().getFirst()) != null;
        default -> false;
      };
    }

    Node table() {
      String src = Objects.requireNonNull(root);
      Map<String, Values> known = new HashMap<>();
      long[] all = new long[ENTRIES];
      boolean signed = draft.type(src).element() == ElementType.INT8;
      Arrays.setAll(all, i -> signed ? (byte) i : i);
      known.put(src, Values.of(new TensorType(draft.type(src).element(), ENTRIES), all));
      for (Node node : nodes) {
        known.put(node.outputs().getFirst(), compute(node, known));
      }
      Constant entries = Objects.requireNonNull(known.get(last.outputs().getFirst())).toConstant();
      return Fused.node(
          last.name(),
          Fused.TABLE,
          List.of(src, draft.add(entries)),
          last.outputs().getFirst(),
          Map.of());
    }

    private Values compute(Node node, Map<String, Values> known) {
      if (isTable(node)) {
        return lookedUp(node, Objects.requireNonNull(known.get(node.inputs().getFirst())));
      }
      List<@Nullable TensorType> types = new ArrayList<>();
      List<@Nullable Values> values = new ArrayList<>();
      for (String input : node.inputs()) {
        Constant constant = input.isEmpty() ? null : draft.constant(input);
        Values value = constant == null ? known.get(input) : single(constant);
        types.add(value == null ? null : value.type());
        values.add(value);
      }
      OperatorVersion version = Definitions.find(node, draft.opset());
      var call = new NodeCall(node, draft.opset(), types, values::get, ElementLimits.DEFAULT);
      return version.compute(call, version.infer(call)).getFirst().rounded();
    }

    /** Without the dims that it had beside a tensor. */
    private static Values single(Constant constant) {
      return Values.of(new Constant(constant.type(), new long[0], constant.data()));
    }

    private Values lookedUp(Node node, Values indices) {
      Values table = Values.of(Objects.requireNonNull(draft.constant(node.inputs().get(1))));
      long[] found = new long[ENTRIES];
      long[] at = indices.integers();
      Arrays.setAll(found, i -> table.integers()[(int) at[i] & 0xff]);
      return Values.of(table.type(), found);
    }
  }
}
