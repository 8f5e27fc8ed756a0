package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.operator.ByteElementwise;
import io.github.conv4j.networks.internal.operator.ByteMean;
import io.github.conv4j.networks.internal.operator.ByteScale;
import io.github.conv4j.networks.internal.operator.ByteTable;
import io.github.conv4j.networks.internal.operator.Colours;
import io.github.conv4j.networks.internal.operator.Pointwise;
import io.github.conv4j.networks.internal.operator.QuantizedColours;
import io.github.conv4j.networks.internal.operator.Quantizing;
import io.github.conv4j.networks.internal.pass.Fused;
import io.github.conv4j.networks.internal.pass.Scaling;
import io.github.conv4j.tensor.Quantization;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Floats to integers of 8 bits and back, in whatever order they lie. */
final class QuantizedLowering {
  private static final String IMPLEMENTATION = "java:quantization";

  private QuantizedLowering() {}

  static boolean quantize(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    Scaling scaling = Scaling.of(to.draft(), node);
    if (scaling == null || to.type(src).element() != ElementType.FLOAT || !isByte(to, dst)) {
      return false;
    }
    Around around = around(to, src, scaling);
    if (around == null) {
      return false;
    }
    List<ByteScale> scales = scales(scaling, to, dst);
    Order order = Order.channelsLast(to.rank(src));
    boolean isPutInOrder = scaling.isSingle() && isForConvolutions(to, dst);
    if (isPutInOrder && arePlanes(to, src)) {
      long[] dims = to.dims(src);
      var primitive =
          new QuantizedColours(dims[0], dims[2] * dims[3], scales.getFirst(), to.threads());
      to.step(node, primitive, IMPLEMENTATION, to.place(src).value(), to.write(dst, order));
      return true;
    }
    var primitive = Quantizing.quantize(around.outer(), scales, around.inner(), to.threads());
    if (isPutInOrder) {
      // Floats are put in order faster than bytes.
      int from = to.read(src, order);
      to.step(node, primitive, IMPLEMENTATION, from, to.write(dst, order));
    } else {
      add(to, node, primitive);
    }
    return true;
  }

  /** Whether an image in colours lies plane by plane. */
  private static boolean arePlanes(Lowering to, String image) {
    long[] dims = to.dims(image);
    return dims[1] == Colours.COUNT
        && to.place(image).order().isSame(Order.rowMajor(dims.length), dims);
  }

  private static boolean isForConvolutions(Lowering to, String value) {
    return to.rank(value) == 4
        && !to.draft().isOutput(value)
        && to.draft().readers(value).stream()
            .allMatch(reader -> Fused.is(reader) && reader.operator().equals(Fused.CONV));
  }

  static boolean dequantize(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    Scaling scaling = Scaling.of(to.draft(), node);
    if (scaling == null || to.type(node.outputs().getFirst()).element() != ElementType.FLOAT) {
      return false;
    }
    Around around = around(to, src, scaling);
    if (around == null) {
      return false;
    }
    if (isByte(to, src)) {
      List<ByteScale> scales = scales(scaling, to, src);
      add(to, node, Quantizing.dequantize(around.outer(), scales, around.inner(), to.threads()));
      return true;
    }
    boolean sums = to.type(src).element() == ElementType.INT32 && scaling.hasNoZeroPoints();
    if (sums) {
      add(
          to,
          node,
          Quantizing.dequantizeSums(
              around.outer(), scaling.scales(), around.inner(), to.threads()));
    }
    return sums;
  }

  /** The mean of each channel, over all spatial axes. */
  static void mean(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    long[] dims = to.dims(src);
    Order order = Order.channelsLast(dims.length);
    int from = to.read(src, order);
    int result = to.write(dst, order);
    Quantization ofDst = Fused.quantization(node);
    var primitive =
        new ByteMean(
            dims[0],
            to.type(src).elementCount() / (dims[0] * dims[1]),
            dims[1],
            scale(to, src, Fused.scale(node, 0), Fused.zeroPoint(node, 0)).orElseThrow(),
            scale(to, dst, ofDst.dstScale(), ofDst.dstZeroPoint()),
            to.threads());
    to.step(node, primitive, "java:reduction", from, result);
  }

  static void table(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String entries = node.inputs().get(1);
    Constant constant = Objects.requireNonNull(to.draft().constant(entries), entries);
    byte[] table = constant.data().toArray(ValueLayout.JAVA_BYTE);
    Place place = to.place(src);
    int result = to.write(node.outputs().getFirst(), place.order());
    var primitive = new ByteTable(table, to.type(src).elementCount(), to.threads());
    to.step(node, primitive, "java:table", place.value(), result);
  }

  /** Returns a chain of functions of which some tensors are integers. */
  static ByteElementwise elementwise(
      Lowering to, Node node, long elementCount, long channels, List<Pointwise> functions) {
    Quantization ofDst = Fused.quantization(node);
    List<Optional<ByteScale>> inputs =
        IntStream.range(0, node.inputs().size())
            .mapToObj(
                i ->
                    scale(to, node.inputs().get(i), Fused.scale(node, i), Fused.zeroPoint(node, i)))
            .toList();
    return new ByteElementwise(
        elementCount,
        channels,
        functions,
        inputs.getFirst(),
        scale(to, node.outputs().getFirst(), ofDst.dstScale(), ofDst.dstZeroPoint()),
        inputs.subList(1, inputs.size()),
        to.mayFuseRequantization(),
        to.threads());
  }

  private static Optional<ByteScale> scale(Lowering to, String value, float scale, int zeroPoint) {
    boolean signed = to.type(value).element() == ElementType.INT8;
    return isByte(to, value)
        ? Optional.of(new ByteScale(signed, scale, zeroPoint))
        : Optional.empty();
  }

  static boolean isByte(Lowering to, String value) {
    ElementType element = to.type(value).element();
    return element == ElementType.UINT8 || element == ElementType.INT8;
  }

  /** Returns the sizes around the axis of scales, or null where they do not fit. */
  private static @Nullable Around around(Lowering to, String src, Scaling scaling) {
    long[] dims = to.dims(src);
    long count = to.type(src).elementCount();
    if (count == 0) {
      return null;
    }
    return scaling.isSingle()
        ? new Around(1, 1, count)
        : Around.of(to.place(src).order(), dims, scaling.axis());
  }

  private static List<ByteScale> scales(Scaling scaling, Lowering to, String integers) {
    boolean signed = to.type(integers).element() == ElementType.INT8;
    return IntStream.range(0, scaling.count())
        .mapToObj(i -> new ByteScale(signed, scaling.scale(i), scaling.zeroPoint(i)))
        .toList();
  }

  private static void add(Lowering to, Node node, Quantizing primitive) {
    Place place = to.place(node.inputs().getFirst());
    int result = to.write(node.outputs().getFirst(), place.order());
    to.step(node, primitive, IMPLEMENTATION, place.value(), result);
  }
}
