package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a Constant node holds. In some files all weights are in such nodes.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Constant.html">Constant</a>
 */
final class ConstantNode {
  private ConstantNode() {}

  static boolean is(NodeHeader node) {
    return node.isOnnx("Constant");
  }

  /** Returns the one tensor of the node. */
  static StoredTensor read(NodeReader node, ModelMemory memory) {
    List<StoredTensor> found = new ArrayList<>();
    node.attributes(attribute -> found.add(read(attribute, memory)));
    if (found.size() != 1) {
      throw new InvalidModelException(
          "%s has %d attributes, but one with its value is expected"
              .formatted(node.header(), found.size()));
    }
    return found.getFirst();
  }

  private static StoredTensor read(AttributeReader attribute, ModelMemory memory) {
    return switch (attribute.name()) {
      case "value" -> attribute.tensor(memory);
      case "value_string", "value_strings" -> new StoredTensor.Foreign("STRING");
      case "sparse_value" -> new StoredTensor.Foreign("sparse values");
      case "value_int", "value_ints", "value_float", "value_floats" ->
          new StoredTensor.Known(constant(attribute, memory));
      default ->
          throw new InvalidModelException(
              "%s is none that a Constant of ONNX has".formatted(attribute));
    };
  }

  private static Constant constant(AttributeReader attribute, ModelMemory memory) {
    Attribute value = attribute.read(memory);
    String name = attribute.name();
    if (value instanceof Attribute.Int(long number) && name.equals("value_int")) {
      return Constant.of(new long[] {number});
    }
    if (value instanceof Attribute.Real(float number) && name.equals("value_float")) {
      return Constant.of(new float[] {number});
    }
    if (value instanceof Attribute.Ints(List<Long> numbers) && name.equals("value_ints")) {
      long[] array = numbers.stream().mapToLong(Long::longValue).toArray();
      return Constant.of(array, array.length);
    }
    if (value instanceof Attribute.Reals(List<Float> numbers) && name.equals("value_floats")) {
      float[] array = new float[numbers.size()];
      for (int i = 0; i < array.length; i++) {
        array[i] = numbers.get(i);
      }
      return Constant.of(array, array.length);
    }
    throw new InvalidModelException("%s has a value of another type".formatted(attribute));
  }
}
