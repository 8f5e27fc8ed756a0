package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.wire.Excerpt;
import io.github.conv4j.networks.internal.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One ValueInfoProto: the name, the type and the dimensions of an input or output. */
final class ValueInfoReader {
  private static final int NAME = 1;
  private static final int TYPE = 2;

  private static final int TENSOR_TYPE = 1;
  private static final int SEQUENCE_TYPE = 4;
  private static final int MAP_TYPE = 5;
  private static final int SPARSE_TENSOR_TYPE = 8;
  private static final int OPTIONAL_TYPE = 9;

  private static final int ELEMENT_TYPE = 1;
  private static final int SHAPE = 2;

  private static final int DIM = 1;
  private static final int DIM_VALUE = 1;
  private static final int DIM_PARAM = 2;

  /** The information, its lists and readers, and what remembers the name. */
  private static final int HEAP_OF_VALUE = 640;

  private static final int HEAP_OF_DIM = 96;

  private final String role;
  private final long start;
  private String name = "";
  private @Nullable ElementType type;
  private @Nullable List<Dim> dims;

  private ValueInfoReader(String role, long start) {
    this.role = role;
    this.start = start;
  }

  /**
   * Reads one.
   *
   * @param role for messages: input or output
   */
  static ValueInfo read(WireReader in, String role) {
    in.allowance().takeHeap(HEAP_OF_VALUE, in.at());
    var reader = new ValueInfoReader(role, in.at());
    // Twice: messages about the type name the value.
    while (in.next()) {
      if (in.field() == NAME) {
        reader.name = in.text(Limits.NAME_BYTES);
      }
    }
    if (reader.name.isEmpty()) {
      throw new InvalidModelException("the %s at byte %d has no name".formatted(role, in.at()));
    }
    in.rewind();
    while (in.next()) {
      if (in.field() == TYPE) {
        reader.readType(in.message());
      }
    }
    return new ValueInfo(reader.name, reader.type, reader.dims);
  }

  private void readType(WireReader in) {
    while (in.next()) {
      switch (in.field()) {
        case TENSOR_TYPE -> readTensorType(in.message());
        case SEQUENCE_TYPE -> throw unsupported("a sequence");
        case MAP_TYPE -> throw unsupported("a map");
        case SPARSE_TENSOR_TYPE -> throw unsupported("a sparse tensor");
        case OPTIONAL_TYPE -> throw unsupported("optional");
        default -> {}
      }
    }
  }

  private void readTensorType(WireReader in) {
    while (in.next()) {
      switch (in.field()) {
        case ELEMENT_TYPE -> type = elementType(in.int32());
        case SHAPE -> dims = readShape(in.message());
        default -> {}
      }
    }
  }

  private @Nullable ElementType elementType(int dataType) {
    if (dataType == 0) {
      return null;
    }
    ElementType known = ElementTypes.of(dataType);
    if (known != null) {
      return known;
    }
    String foreign = ElementTypes.nameOfUnknown(dataType);
    if (foreign == null) {
      throw new InvalidModelException(
          "%s has element type %d, which ONNX does not define".formatted(this, dataType));
    }
    throw unsupported("a tensor of " + foreign);
  }

  private List<Dim> readShape(WireReader in) {
    List<Dim> shape = new ArrayList<>();
    while (in.next()) {
      if (in.field() == DIM) {
        if (shape.size() == Limits.RANK) {
          throw new InvalidModelException(
              "%s has more than %d dimensions".formatted(this, Limits.RANK));
        }
        in.allowance().takeHeap(HEAP_OF_DIM, in.at());
        shape.add(readDim(in.message(), shape.size()));
      }
    }
    return shape;
  }

  /** Exporters write what they do not know as -1, as a question mark, or not at all. */
  private Dim readDim(WireReader in, int index) {
    Dim dim = new Dim.Unknown();
    while (in.next()) {
      switch (in.field()) {
        case DIM_VALUE -> {
          long size = in.int64();
          if (size < -1) {
            throw new InvalidModelException(
                "%s has dimension %d of size %d".formatted(this, index, size));
          }
          dim = size == -1 ? new Dim.Unknown() : new Dim.Fixed(size);
        }
        case DIM_PARAM -> {
          String symbol = in.text(Limits.NAME_BYTES);
          boolean isNamed = !symbol.isEmpty() && !symbol.equals("?");
          dim = isNamed ? new Dim.Symbol(symbol) : new Dim.Unknown();
        }
        default -> {}
      }
    }
    return dim;
  }

  private UnsupportedOperatorException unsupported(String what) {
    return new UnsupportedOperatorException(
        what, "%s is %s, but conv4j runs networks of plain tensors".formatted(this, what));
  }

  /** As messages name it. */
  @Override
  public String toString() {
    return "%s %s at byte %d".formatted(role, Excerpt.of(name), start);
  }
}
