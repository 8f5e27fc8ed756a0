package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.pass.Attributes;
import io.github.conv4j.networks.internal.pass.Fused;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses what computes a node. */
final class NodeLowering {
  private NodeLowering() {}

  static void lower(Lowering to, Node node) {
    if (Fused.hasWeights(node)) {
      ConvolutionLowering.lower(to, node);
      return;
    }
    if (Fused.is(node)) {
      fused(to, node);
      return;
    }
    if (!Attributes.is(node, node.operator()) || !lowered(to, node)) {
      definition(to, node);
    }
  }

  private static void fused(Lowering to, Node node) {
    switch (node.operator()) {
      case Fused.LAYER_NORMALIZATION -> RowLowering.layerNormalization(to, node);
      case Fused.TABLE -> QuantizedLowering.table(to, node);
      case Fused.MEAN -> QuantizedLowering.mean(to, node);
      case Fused.JOIN -> ResizeLowering.join(to, node);
      default -> PointwiseLowering.chain(to, node);
    }
  }

  private static boolean lowered(Lowering to, Node node) {
    return switch (node.operator()) {
      case "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity" -> reshape(to, node);
      case "Dropout" -> node.outputs().size() == 1 && reshape(to, node);
      case "Transpose" -> transpose(to, node);
      case "Concat" -> MovementLowering.concat(to, node);
      case "Split" -> MovementLowering.split(to, node);
      case "Slice" -> MovementLowering.slice(to, node);
      case "Expand" -> MovementLowering.expand(to, node);
      case "Tile" -> MovementLowering.tile(to, node);
      case "Pad" -> MovementLowering.pad(to, node) || ResizeLowering.pad(to, node);
      case "DepthToSpace", "SpaceToDepth" -> MovementLowering.blocks(to, node);
      case "MaxPool", "AveragePool" -> ReductionLowering.pooling(to, node);
      case "GlobalAveragePool", "GlobalMaxPool" -> ReductionLowering.global(to, node);
      case "ReduceSum",
          "ReduceMean",
          "ReduceMax",
          "ReduceMin",
          "ReduceProd",
          "ReduceL1",
          "ReduceL2",
          "ReduceSumSquare",
          "ReduceLogSum",
          "ReduceLogSumExp" ->
          ReductionLowering.reduce(to, node);
      case "Resize", "Upsample" -> ResizeLowering.lower(to, node);
      case "Softmax", "LogSoftmax" -> RowLowering.softmax(to, node);
      case "MatMul" -> RowLowering.product(to, node);
      case "LSTM", "GRU" -> RecurrentLowering.lower(to, node);
      case "InstanceNormalization" -> NormalizationLowering.instance(to, node);
      case "GroupNormalization" -> NormalizationLowering.group(to, node);
      case "LRN" -> NormalizationLowering.localResponse(to, node);
      case "ArgMax", "ArgMin" -> SelectionLowering.extremum(to, node);
      case "TopK" -> SelectionLowering.top(to, node);
      case "Gather" -> SelectionLowering.gather(to, node);
      case "Where" -> SelectionLowering.where(to, node);
      case "QuantizeLinear" -> QuantizedLowering.quantize(to, node);
      case "DequantizeLinear" -> QuantizedLowering.dequantize(to, node);
      case "Cast", "CastLike" -> PointwiseLowering.cast(to, node);
      default -> PointwiseLowering.unary(to, node) || PointwiseLowering.binary(to, node);
    };
  }

  /** The same bytes with other dims, where the order of axes allows it. */
  private static boolean reshape(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    Place place = to.place(src);
    long[] from = to.dims(src);
    long[] into = to.dims(dst);
    Order order = place.order().reshaped(from, into);
    if (order != null) {
      to.alias(dst, new Place(place.value(), order));
      return true;
    }
    Order together = place.order().together(from, into);
    Order seen = together.reshaped(from, into);
    if (seen == null) {
      together = Order.rowMajor(from.length);
      seen = Order.rowMajor(into.length);
    }
    to.alias(dst, new Place(to.read(src, together), seen));
    return true;
  }

  private static boolean transpose(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    int rank = to.rank(src);
    long[] given = Attributes.integers(node, "perm");
    int[] permutation = new int[rank];
    for (int i = 0; i < rank; i++) {
      permutation[i] = given == null ? rank - 1 - i : MovementLowering.axis(given[i], rank);
    }
    Place place = to.place(src);
    to.alias(
        node.outputs().getFirst(), new Place(place.value(), place.order().transposed(permutation)));
    return true;
  }

  /** What has no faster form: row-major, by its definition. */
  private static void definition(Lowering to, Node node) {
    List<@Nullable TensorType> types = to.inputTypes(node);
    List<@Nullable Values> constants = to.constants(node);
    List<Integer> numbers = new ArrayList<>();
    for (String input : node.inputs()) {
      if (!input.isEmpty() && to.draft().constant(input) == null) {
        numbers.add(to.read(input, Order.rowMajor(to.rank(input))));
      }
    }
    for (String output : node.outputs()) {
      if (!output.isEmpty()) {
        numbers.add(to.write(output, Order.rowMajor(to.rank(output))));
      }
    }
    int reads =
        numbers.size() - (int) node.outputs().stream().filter(name -> !name.isEmpty()).count();
    int src = numbers.get(0);
    int dst = numbers.get(reads);
    List<Integer> operands = new ArrayList<>();
    for (int i = 1; i < numbers.size(); i++) {
      if (i != reads) {
        operands.add(numbers.get(i));
      }
    }
    to.step(
        node,
        new DefinitionPrimitive(node, to.draft().opset(), types, constants),
        "java:definition",
        src,
        dst,
        operands.stream().mapToInt(Integer::intValue).toArray());
  }
}
