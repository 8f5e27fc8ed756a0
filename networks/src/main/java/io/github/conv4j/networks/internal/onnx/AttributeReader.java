package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.internal.wire.Excerpt;
import io.github.conv4j.networks.internal.wire.WireReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One AttributeProto. Old writers do not tell the type, and writers of proto3 leave out zeros and
 * empty lists: type or value is enough, but where both are there they must agree.
 */
final class AttributeReader {
  private static final int NAME = 1;
  private static final int TYPE = 20;
  private static final int FUNCTION_ATTRIBUTE = 21;

  /** An attribute with its value, this reader, and the places in the maps of the node. */
  private static final int HEAP_OF_ATTRIBUTE = 320;

  /** A boxed number in a list that has grown, and in its copy. */
  private static final int HEAP_OF_ELEMENT = 40;

  private static final int HEAP_OF_SLICE = 64;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final WireReader in;
  private final NodeHeader node;
  private final String name;
  private final AttributeType type;

  /** Reads the name and the type. */
  AttributeReader(WireReader in, NodeHeader node) {
    this.in = in;
    this.node = node;
    long start = in.at();
    in.allowance().takeHeap(HEAP_OF_ATTRIBUTE, start);
    String name = "";
    int number = 0;
    AttributeType found = null;
    while (in.next()) {
      switch (in.field()) {
        case NAME -> name = in.text(Limits.NAME_BYTES);
        case TYPE -> number = in.int32();
        case FUNCTION_ATTRIBUTE ->
            throw new InvalidModelException(
                "%s takes an attribute at byte %d from a function, but is in none"
                    .formatted(node, start));
        default -> {
          AttributeType value = AttributeType.ofField(in.field());
          if (value != null && found != null && value != found) {
            throw new InvalidModelException(
                "%s has an attribute at byte %d with values of the types %s and %s, but one is expected"
                    .formatted(node, start, found, value));
          }
          found = value == null ? found : value;
        }
      }
    }
    if (name.isEmpty()) {
      throw new InvalidModelException(
          "%s has an attribute at byte %d without a name".formatted(node, start));
    }
    this.name = name;
    this.type = type(number, found);
  }

  private AttributeType type(int number, @Nullable AttributeType found) {
    AttributeType told = number == 0 ? found : AttributeType.of(number);
    if (told == null) {
      throw new InvalidModelException(
          "%s is of type %d, which ONNX does not define, and has no value".formatted(this, number));
    }
    if (found != null && found != told) {
      throw new InvalidModelException("%s is of type %s but has %s".formatted(this, told, found));
    }
    return told;
  }

  String name() {
    return name;
  }

  /** Returns the value of an attribute that a node keeps. */
  Attribute read(ModelMemory memory) {
    return switch (type) {
      case FLOAT -> new Attribute.Real(last(0f, WireReader::float32));
      case INT -> new Attribute.Int(last(0L, WireReader::int64));
      case STRING -> new Attribute.Text(last("", in -> in.text(Limits.TEXT_BYTES)));
      case FLOATS -> new Attribute.Reals(floats());
      case INTS -> new Attribute.Ints(ints());
      case STRINGS -> new Attribute.Texts(texts());
      case TENSOR ->
          switch (tensor(memory)) {
            case StoredTensor.Known known -> new Attribute.Tensor(known.constant());
            case StoredTensor.Foreign foreign ->
                throw unsupported("is a tensor of %s".formatted(foreign.type()));
          };
      case GRAPH, GRAPHS, TENSORS, SPARSE_TENSOR, SPARSE_TENSORS, TYPE_PROTO, TYPE_PROTOS ->
          throw unsupported("is of type " + type);
    };
  }

  /**
   * Returns the tensor of an attribute.
   *
   * @throws InvalidModelException if it is none
   */
  StoredTensor tensor(ModelMemory memory) {
    WireReader tensor = null;
    in.rewind();
    while (in.next()) {
      if (in.field() == AttributeType.TENSOR.field()) {
        tensor = in.message();
      }
    }
    if (tensor == null) {
      throw new InvalidModelException("%s has no tensor".formatted(this));
    }
    return new TensorReader(tensor, this::toString).read(memory);
  }

  /** As in protobuf: where a field that should come once comes twice, the last one counts. */
  private <T> T last(T absent, Function<WireReader, T> value) {
    T last = absent;
    in.rewind();
    while (in.next()) {
      if (in.field() == type.field()) {
        last = value.apply(in);
      }
    }
    return last;
  }

  private List<Long> ints() {
    List<Long> values = new ArrayList<>();
    LongConsumer sink = values::add;
    in.rewind();
    while (in.next()) {
      if (in.field() == type.field()) {
        in.allowance().takeHeap(HEAP_OF_ELEMENT * in.integerCount(), in.at());
        in.integers(sink);
      }
    }
    return values;
  }

  private List<Float> floats() {
    List<Float> values = new ArrayList<>();
    in.rewind();
    while (in.next()) {
      if (in.field() == type.field()) {
        long count = in.fixedByteSize(Float.BYTES) / Float.BYTES;
        in.allowance().takeHeap(HEAP_OF_ELEMENT * count + HEAP_OF_SLICE, in.at());
        MemorySegment floats = in.fixed(Float.BYTES);
        for (long i = 0; i < count; i++) {
          values.add(floats.get(FLOAT, i * Float.BYTES));
        }
      }
    }
    return values;
  }

  private List<String> texts() {
    List<String> values = new ArrayList<>();
    in.rewind();
    while (in.next()) {
      if (in.field() == type.field()) {
        in.allowance().takeHeap(HEAP_OF_ELEMENT, in.at());
        values.add(in.text(Limits.TEXT_BYTES));
      }
    }
    return values;
  }

  private UnsupportedOperatorException unsupported(String why) {
    return new UnsupportedOperatorException(
        node.qualifiedOperator(), "%s %s, which conv4j does not run".formatted(this, why));
  }

  /** As messages name it. */
  @Override
  public String toString() {
    return "attribute %s of %s".formatted(Excerpt.of(name), node);
  }
}
