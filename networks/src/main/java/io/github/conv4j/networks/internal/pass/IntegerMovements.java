package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What only moves elements, or takes the largest of some, does so with integers: concatenations are
 * quantized before rather than behind, and what was dequantized before is dequantized behind. What
 * is dequantized and quantized alike stays as it is.
 */
final class IntegerMovements implements Pass {
  /** A concatenation that more than so many quantize is not repeated for each of them. */
  private static final int MOST_READERS = 4;

  @Override
  public String name() {
    return "integer-movements";
  }

  @Override
  public int apply(Draft draft) {
    if (draft.nodes().size() > Draft.MOST_NODES) {
      return 0;
    }
    int count = 0;
    for (Node node : draft.nodes().reversed()) {
      count += draft.has(node) && quantizeBefore(draft, node) ? 1 : 0;
    }
    for (Node node : draft.nodes()) {
      // As it is now: it may read another value since the one before it is gone.
      Node moved = draft.writer(node.outputs().getFirst());
      if (moved != null) {
        count += dequantizeBehind(draft, moved) || isBack(draft, moved) ? 1 : 0;
      }
    }
    return count;
  }

  /** Each part of a concatenation is quantized; who reads the floats still gets them. */
  private static boolean quantizeBefore(Draft draft, Node quantization) {
    Scaling scaling = QuantizedOutputs.toBytes(draft, quantization);
    Node concat = draft.writer(quantization.inputs().getFirst());
    if (scaling == null
        || concat == null
        || !Attributes.is(concat, "Concat")
        || draft.readers(concat.outputs().getFirst()).size() > MOST_READERS) {
      return false;
    }
    String output = quantization.outputs().getFirst();
    ElementType element = draft.type(output).element();
    List<Node> made = new ArrayList<>();
    List<String> parts = new ArrayList<>();
    for (String input : concat.inputs()) {
      if (draft.constant(input) != null || draft.type(input).elementCount() == 0) {
        return false;
      }
      String part = draft.newName();
      draft.setType(part, draft.type(input).of(element));
      parts.add(part);
      made.add(like(quantization, firstReplaced(quantization, input), List.of(part)));
    }
    made.add(like(concat, parts, quantization.outputs()));
    draft.replace(quantization, made);
    return true;
  }

  private static List<String> firstReplaced(Node node, String input) {
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(0, input);
    return inputs;
  }

  private static Node like(Node node, List<String> inputs, List<String> outputs) {
    return new Node(
        node.name(), node.domain(), node.operator(), inputs, outputs, node.attributes());
  }

  private static boolean dequantizeBehind(Draft draft, Node node) {
    int data = movedInputs(draft, node);
    Node dequantization = data == 0 ? null : draft.writer(node.inputs().getFirst());
    if (dequantization == null) {
      return false;
    }
    List<String> inputs = new ArrayList<>(node.inputs());
    Dequantized first = Dequantized.tensor(draft, inputs.getFirst());
    for (int i = 0; i < data; i++) {
      Dequantized each = Dequantized.tensor(draft, inputs.get(i));
      if (first == null || each == null || !isAlike(draft, first, each)) {
        return false;
      }
      inputs.set(i, each.integers());
    }
    ElementType element = draft.type(inputs.getFirst()).element();
    List<Node> made = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    for (String output : node.outputs()) {
      String integers = draft.newName();
      TensorType type = draft.type(output);
      draft.setType(integers, type.of(element));
      outputs.add(integers);
      made.add(like(dequantization, firstReplaced(dequantization, integers), List.of(output)));
    }
    made.addFirst(like(node, inputs, outputs));
    draft.replace(node, made);
    return true;
  }

  private static boolean isAlike(Draft draft, Dequantized one, Dequantized other) {
    return draft.type(one.integers()).element() == draft.type(other.integers()).element()
        && one.scaling().scale(0) == other.scaling().scale(0)
        && one.scaling().zeroPoint(0) == other.scaling().zeroPoint(0);
  }

  /** Returns how many of the first inputs of a node are moved and nothing else; else 0. */
  private static int movedInputs(Draft draft, Node node) {
    for (String output : node.outputs()) {
      if (output.isEmpty() || draft.type(output).elementCount() == 0) {
        return 0;
      }
    }
    boolean moves =
        switch (Attributes.is(node, node.operator()) ? node.operator() : "") {
          case "Reshape",
              "Flatten",
              "Squeeze",
              "Unsqueeze",
              "Transpose",
              "Slice",
              "Split",
              "Tile",
              "Expand",
              "DepthToSpace",
              "SpaceToDepth",
              "Concat" ->
              true;
          case "Identity" -> true;
          case "MaxPool" -> node.outputs().size() == 1 && touchesElements(node);
          case "Resize", "Upsample" -> repeats(draft, node);
          default -> false;
        };
    return moves ? node.operator().equals("Concat") ? node.inputs().size() : 1 : 0;
  }

  /** Whether each element becomes the same number of neighbours. */
  private static boolean repeats(Draft draft, Node node) {
    return Dequantized.tensor(draft, node.inputs().getFirst()) != null
        && Repetition.of(draft, node) != null;
  }

  /** Whether no window lies in padding alone, whose maximum only floats can hold. */
  private static boolean touchesElements(Node node) {
    int axes = Attributes.integers(node, "kernel_shape", 0, 0).length;
    long[] kernel = Attributes.integers(node, "kernel_shape", axes, 1);
    long[] pads = Attributes.integers(node, "pads", 2 * axes, 0);
    for (int i = 0; i < axes; i++) {
      if (Math.max(pads[i], pads[axes + i]) >= kernel[i]) {
        return false;
      }
    }
    return Attributes.integer(node, "ceil_mode", 0) == 0
        && Arrays.stream(Attributes.integers(node, "dilations", axes, 1)).allMatch(d -> d == 1);
  }

  /** Takes out a quantization of what was dequantized in the same way. */
  private static boolean isBack(Draft draft, Node node) {
    String output = node.outputs().getFirst();
    Scaling scaling = QuantizedOutputs.toBytes(draft, node);
    if (scaling == null) {
      return false;
    }
    Dequantized before = Dequantized.tensor(draft, node.inputs().getFirst());
    if (before == null || !isAlike(draft, before, new Dequantized(output, scaling))) {
      return false;
    }
    if (draft.isOutput(output)) {
      List<String> integers = List.of(before.integers());
      draft.replace(
          List.of(node), new Node(node.name(), "", "Identity", integers, node.outputs(), Map.of()));
    } else {
      draft.bypass(node, output, before.integers());
    }
    return true;
  }
}
