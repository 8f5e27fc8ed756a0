package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.internal.wire.ByteWindow;
import io.github.conv4j.networks.internal.wire.Excerpt;
import io.github.conv4j.networks.internal.wire.WireReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One TensorProto. First everything about the values is read, then compared: nothing is allocated
 * for values that are not there.
 */
final class TensorReader {
  private static final int DIMS = 1;
  private static final int DATA_TYPE = 2;
  private static final int SEGMENT = 3;
  private static final int NAME = 8;
  private static final int RAW_DATA = 9;
  private static final int EXTERNAL_DATA = 13;
  private static final int DATA_LOCATION = 14;

  private static final int EXTERNAL = 1;

  /** The constant with its dims, a slice or what is allocated for values, and this reader. */
  private static final int HEAP_OF_TENSOR = 1024;

  private final WireReader in;
  private final Supplier<String> where;
  private final long start;

  private final long[] dims = new long[Limits.RANK];
  private int rank;
  private int dataType;
  private int location;
  private String name = "";
  private @Nullable MemorySegment raw;
  private int typedField;
  private long typedCount;

  /**
   * Reads all but the values.
   *
   * @param owner what the tensor belongs to if it has no name
   */
  TensorReader(WireReader in, Supplier<String> owner) {
    this.in = in;
    this.start = in.at();
    this.where = () -> name.isEmpty() ? owner.get() : "tensor " + Excerpt.of(name);
    in.allowance().takeHeap(HEAP_OF_TENSOR, in.at());
    while (in.next()) {
      readField();
    }
  }

  private void readField() {
    switch (in.field()) {
      case DIMS -> in.integers(this::addDim);
      case DATA_TYPE -> dataType = in.int32();
      case NAME -> name = in.text(Limits.NAME_BYTES);
      case DATA_LOCATION -> location = in.int32();
      case SEGMENT -> throw refused("is one segment of a tensor, but only whole ones are read");
      case RAW_DATA -> {
        if (raw != null) {
          throw refused("has raw_data twice");
        }
        raw = in.bytes();
      }
      case TypedData.FLOAT_DATA,
          TypedData.INT32_DATA,
          TypedData.INT64_DATA,
          TypedData.DOUBLE_DATA,
          TypedData.UINT64_DATA ->
          addTyped();
      default -> {}
    }
  }

  private void addDim(long dim) {
    if (rank == Limits.RANK) {
      throw refused("has more than %d dimensions".formatted(Limits.RANK));
    }
    if (dim < 0) {
      throw refused("has dimension %d of size %d".formatted(rank, dim));
    }
    dims[rank++] = dim;
  }

  private void addTyped() {
    long count = TypedData.count(in);
    if (count == 0) {
      return;
    }
    if (typedField != 0 && typedField != in.field()) {
      throw refused(
          "has values in its fields %d and %d, but one of them is expected"
              .formatted(typedField, in.field()));
    }
    typedField = in.field();
    typedCount += count;
  }

  /** Returns the tensor's name; may be empty. */
  String name() {
    return name;
  }

  /** Returns the tensor with its values. */
  StoredTensor read(ModelMemory memory) {
    ElementType type = ElementTypes.of(dataType);
    if (type == null) {
      String foreign = ElementTypes.nameOfUnknown(dataType);
      if (foreign == null) {
        throw refused("has data type %d, which ONNX does not define".formatted(dataType));
      }
      return new StoredTensor.Foreign(foreign);
    }
    long[] shape = Arrays.copyOf(dims, rank);
    long count = elementCount(shape);
    long byteSize = multiply(count, type.byteSize(), shape);
    MemorySegment data =
        isExternal()
            ? memory
                .external()
                .slice(ExternalReference.read(in, EXTERNAL_DATA, where), byteSize, where)
            : values(type, shape, count, byteSize, memory.arena());
    if (type == ElementType.BOOL) {
      checkBooleans(data);
    }
    return new StoredTensor.Known(new Constant(type, shape, data));
  }

  private boolean isExternal() {
    if (location != 0 && location != EXTERNAL) {
      throw refused("has data location %d, but 0 or 1 is expected".formatted(location));
    }
    if (location == EXTERNAL && (raw != null || typedField != 0)) {
      throw refused("has values in the model and in external data, but one is expected");
    }
    return location == EXTERNAL;
  }

  private MemorySegment values(
      ElementType type, long[] shape, long count, long byteSize, Arena arena) {
    MemorySegment bytes = raw == null ? MemorySegment.NULL : raw;
    if (typedField == 0) {
      if (bytes.byteSize() != byteSize) {
        throw refused(
            "takes %d bytes as %s%s, but %d are there"
                .formatted(byteSize, type, Arrays.toString(shape), bytes.byteSize()));
      }
      return bytes;
    }
    if (bytes.byteSize() != 0) {
      throw refused(
          "has values in raw_data and in its field %d, but one is expected".formatted(typedField));
    }
    if (typedField != TypedData.fieldOf(type)) {
      throw refused(
          "has values in its field %d, but those of %s are in field %d"
              .formatted(typedField, type, TypedData.fieldOf(type)));
    }
    if (typedCount != count) {
      throw refused(
          "has %d elements as %s%s, but %d are there"
              .formatted(count, type, Arrays.toString(shape), typedCount));
    }
    return TypedData.read(in, type, count, arena, where);
  }

  private void checkBooleans(MemorySegment data) {
    in.allowance().takeHeap(Math.min(data.byteSize(), ByteWindow.LENGTH), start);
    var bytes = new ByteWindow(data);
    for (long i = 0; i < data.byteSize(); i++) {
      byte value = bytes.get(i);
      if ((value & 0xFE) != 0) {
        throw refused(
            "has the value %d as element %d, but elements of BOOL are 0 or 1"
                .formatted(value & 0xFF, i));
      }
    }
  }

  private long elementCount(long[] shape) {
    for (long dim : shape) {
      if (dim == 0) {
        return 0;
      }
    }
    long count = 1;
    for (long dim : shape) {
      count = multiply(count, dim, shape);
    }
    return count;
  }

  private long multiply(long a, long b, long[] shape) {
    try {
      return Math.multiplyExact(a, b);
    } catch (ArithmeticException e) {
      throw refused(
          "has the dimensions %s, whose bytes 64 bits cannot count"
              .formatted(Arrays.toString(shape)));
    }
  }

  private InvalidModelException refused(String why) {
    return new InvalidModelException("%s at byte %d %s".formatted(where.get(), start, why));
  }
}
