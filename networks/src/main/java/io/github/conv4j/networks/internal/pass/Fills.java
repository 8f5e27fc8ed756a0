package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes constants of large tensors that are one value everywhere: too large to be folded as other
 * values are, but weights are nothing to a convolution unless they are known. Those of one value
 * share the bytes of the largest.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ConstantOfShape.html">ConstantOfShape</a>
 */
final class Fills implements Pass {
  /** All of them together, in elements; a few bytes of a file can describe gigabytes. */
  private static final long MOST_ELEMENTS = 1L << 29;

  private record Fill(Node node, TensorType type, MemorySegment value) {
    String output() {
      return node.outputs().getFirst();
    }
  }

  /** What tells the bytes of a fill apart. */
  private record Pattern(ElementType element, long bits) {}

  @Override
  public String name() {
    return "fills";
  }

  @Override
  public int apply(Draft draft) {
    List<Fill> fills = new ArrayList<>();
    for (Node node : draft.nodes()) {
      String output = node.outputs().getFirst();
      if (Attributes.is(node, "ConstantOfShape")
          && draft.constant(output) == null
          && draft.type(output).elementCount() > 0
          && !draft.isOutput(output)) {
        fills.add(new Fill(node, draft.type(output), value(node)));
      }
    }
    fills.sort(Comparator.comparingLong((Fill fill) -> fill.type().elementCount()).reversed());
    Map<Pattern, MemorySegment> largest = new HashMap<>();
    long elements = 0;
    int count = 0;
    for (Fill fill : fills) {
      elements += fill.type().elementCount();
      if (elements > MOST_ELEMENTS) {
        break;
      }
      MemorySegment bytes =
          largest.computeIfAbsent(
              new Pattern(fill.type().element(), bits(fill.value())), _ -> filled(fill));
      long byteSize = fill.type().elementCount() * fill.type().element().byteSize();
      draft.setConstant(
          fill.output(),
          new Constant(fill.type().element(), fill.type().dims(), bytes.asSlice(0, byteSize)));
      count++;
    }
    return count;
  }

  private static MemorySegment value(Node node) {
    return node.attributes().get("value") instanceof Attribute.Tensor tensor
        ? tensor.value().data()
        : MemorySegment.ofArray(new byte[ElementType.FLOAT.byteSize()]);
  }

  private static long bits(MemorySegment value) {
    long bits = 0;
    for (long i = 0; i < value.byteSize(); i++) {
      bits = bits << Byte.SIZE | (value.get(ValueLayout.JAVA_BYTE, i) & 0xFF);
    }
    return bits;
  }

  /** Doubles what is filled until all is. */
  private static MemorySegment filled(Fill fill) {
    long width = fill.value().byteSize();
    var all = MemorySegment.ofArray(new byte[Math.toIntExact(fill.type().elementCount() * width)]);
    if (bits(fill.value()) == 0) {
      return all;
    }
    all.copyFrom(fill.value());
    for (long done = width; done < all.byteSize(); done *= 2) {
      long more = Math.min(done, all.byteSize() - done);
      MemorySegment.copy(all, 0, all, done, more);
    }
    return all;
  }
}
