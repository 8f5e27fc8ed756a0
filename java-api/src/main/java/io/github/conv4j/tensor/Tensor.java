package io.github.conv4j.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.Buffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * A view over off-heap memory that knows its {@link TensorSpec}.
 *
 * <p><b>Memory.</b> A tensor never owns bytes and has nothing to close: the {@link Arena} behind
 * the segment does. Using a tensor after its arena was closed throws {@link IllegalStateException}.
 * Memory from other libraries is wrapped without a copy.
 *
 * <p><b>Threads.</b> A tensor is immutable, its elements are not: like an array they need the
 * caller's own ordering between writers and readers. The arena's thread confinement applies.
 *
 * <p><b>Errors.</b> Factories throw {@link IllegalArgumentException} for segments that are on the
 * heap, too small or misaligned, and name both sides.
 */
public final class Tensor {
  /** The alignment of {@link #allocate}, in bytes: one cache line and the widest vector. */
  public static final long ALIGNMENT_BYTES = 64;

  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  private final TensorSpec spec;
  private final MemorySegment segment;
  private final long address;
  private final long byteSize;
  private final boolean readOnly;

  private Tensor(TensorSpec spec, MemorySegment segment) {
    this.spec = Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(segment, "segment");
    if (spec.isAny()) {
      throw new IllegalArgumentException(
          spec + " has no memory layout; use the spec that the prepared convolution reports");
    }
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          "tensor %s needs off-heap memory but the segment is on the heap; allocate it from an"
                  .formatted(spec)
              + " Arena and copy, or use Tensor.ofFloats");
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("the segment for tensor " + spec + " is already closed");
    }
    this.byteSize = spec.byteSize();
    if (segment.byteSize() < byteSize) {
      throw new IllegalArgumentException(
          "tensor %s needs %d bytes but the segment has %d"
              .formatted(spec, byteSize, segment.byteSize()));
    }
    this.address = segment.address();
    if (address == 0) {
      throw new IllegalArgumentException("tensor %s cannot lie at address 0".formatted(spec));
    }
    int elementByteSize = spec.dataType().byteSize();
    if (address % elementByteSize != 0) {
      throw new IllegalArgumentException(
          "tensor %s needs an address that is a multiple of %d bytes but got 0x%x"
              .formatted(spec, elementByteSize, address));
    }
    this.segment = segment.asSlice(0, byteSize);
    this.readOnly = segment.isReadOnly();
  }

  /** Allocates a zero-filled tensor, aligned to {@value #ALIGNMENT_BYTES} bytes. */
  public static Tensor allocate(TensorSpec spec, Arena arena) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(arena, "arena");
    if (spec.isAny()) {
      throw new IllegalArgumentException(
          spec + " has no memory layout; use the spec that the prepared convolution reports");
    }
    SegmentAllocator allocator = arena;
    return new Tensor(spec, allocator.allocate(spec.byteSize(), ALIGNMENT_BYTES));
  }

  /** Returns a view over any off-heap segment that is large enough and aligned to the element. */
  public static Tensor wrap(TensorSpec spec, MemorySegment segment) {
    return new Tensor(spec, segment);
  }

  /**
   * Returns a view over the bytes between position and limit of a direct buffer, without a copy.
   *
   * @throws IllegalArgumentException if the buffer is not direct, or is not in native byte order
   *     and the element has more than one byte
   */
  public static Tensor wrap(TensorSpec spec, Buffer buffer) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(buffer, "buffer");
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException(
          "tensor %s needs a direct buffer but got %s".formatted(spec, buffer));
    }
    ByteOrder order = orderOf(buffer);
    if (spec.dataType().byteSize() > 1 && order != ByteOrder.nativeOrder()) {
      throw new IllegalArgumentException(
          "tensor %s needs %s byte order but the buffer is %s"
              .formatted(spec, ByteOrder.nativeOrder(), order));
    }
    return new Tensor(spec, MemorySegment.ofBuffer(buffer));
  }

  /** A byte buffer's order is about its getters only; its bytes are taken as they are. */
  private static ByteOrder orderOf(Buffer buffer) {
    return switch (buffer) {
      case CharBuffer chars -> chars.order();
      case DoubleBuffer doubles -> doubles.order();
      case FloatBuffer floats -> floats.order();
      case IntBuffer ints -> ints.order();
      case LongBuffer longs -> longs.order();
      case ShortBuffer shorts -> shorts.order();
      default -> ByteOrder.nativeOrder();
    };
  }

  /**
   * Allocates a tensor and fills it with {@code values} as {@link #copyFrom(float[])} does.
   *
   * @throws IllegalArgumentException if the spec is not f32 or the number of values is wrong
   */
  public static Tensor ofFloats(TensorSpec spec, float[] values, Arena arena) {
    Tensor tensor = allocate(spec, arena);
    tensor.copyFrom(values);
    return tensor;
  }

  /** Returns what this tensor is. */
  public TensorSpec spec() {
    return spec;
  }

  /** Returns the memory, exactly {@link TensorSpec#byteSize()} bytes. */
  public MemorySegment segment() {
    return segment;
  }

  /** Returns the address of the first byte. */
  public long address() {
    return address;
  }

  /** Tells whether the memory refuses writes, so that this tensor cannot be a dst. */
  public boolean isReadOnly() {
    return readOnly;
  }

  /** Tells whether this tensor and another share at least one byte between their first and last. */
  public boolean overlaps(Tensor other) {
    return address < other.address + other.byteSize && other.address < address + byteSize;
  }

  /** Returns one f32 element by its logical index. */
  public float getFloat(long... index) {
    requireF32();
    return segment.getAtIndex(F32, spec.elementOffset(index));
  }

  /** Sets one f32 element by its logical index. */
  public void setFloat(float value, long... index) {
    requireF32();
    segment.setAtIndex(F32, spec.elementOffset(index), value);
  }

  /** Sets every byte that the tensor spans to the bits of {@code value}, padding included. */
  public void fill(float value) {
    requireF32();
    for (long i = 0, n = byteSize / Float.BYTES; i < n; i++) {
      segment.setAtIndex(F32, i, value);
    }
  }

  /**
   * Copies values in, given in row-major order of the logical shape ({@code n, c, h, w}) whatever
   * the layout of this tensor is.
   *
   * @throws IllegalArgumentException if the spec is not f32 or the number of values is not the
   *     number of elements
   */
  public void copyFrom(float[] values) {
    Objects.requireNonNull(values, "values");
    requireF32();
    requireElementCount(values.length);
    if (isRowMajor()) {
      MemorySegment.copy(values, 0, segment, F32, 0, values.length);
      return;
    }
    ElementWalk.overRows(
        spec,
        (row, offset, stride, count) -> {
          for (int i = 0; i < count; i++) {
            segment.setAtIndex(F32, offset + i * stride, values[row + i]);
          }
        });
  }

  /** Returns the values in row-major order of the logical shape, whatever the layout is. */
  public float[] toFloatArray() {
    if (spec.shape().elementCount() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "tensor %s has more elements than an array can hold".formatted(spec));
    }
    float[] values = new float[(int) spec.shape().elementCount()];
    copyTo(values);
    return values;
  }

  /**
   * Copies the values out, in row-major order of the logical shape, whatever the layout is.
   *
   * @throws IllegalArgumentException if the spec is not f32 or the array's length is not the number
   *     of elements
   */
  public void copyTo(float[] values) {
    Objects.requireNonNull(values, "values");
    requireF32();
    requireElementCount(values.length);
    if (isRowMajor()) {
      MemorySegment.copy(segment, F32, 0, values, 0, values.length);
      return;
    }
    ElementWalk.overRows(
        spec,
        (row, offset, stride, count) -> {
          for (int i = 0; i < count; i++) {
            values[row + i] = segment.getAtIndex(F32, offset + i * stride);
          }
        });
  }

  /**
   * Copies every element into {@code dst}, which may have another layout: an explicit reorder.
   *
   * @throws IllegalArgumentException if shape or type differ, {@code dst} is read-only, or the two
   *     overlap
   */
  public void reorderTo(Tensor dst) {
    Objects.requireNonNull(dst, "dst");
    if (spec.dataType() != dst.spec.dataType() || !spec.shape().equals(dst.spec.shape())) {
      throw new IllegalArgumentException(
          "cannot reorder %s into %s: type and shape must be equal".formatted(spec, dst.spec));
    }
    requireF32();
    if (dst.readOnly) {
      throw new IllegalArgumentException("dst %s is read-only".formatted(dst.spec));
    }
    if (overlaps(dst)) {
      throw new IllegalArgumentException(
          "src %s and dst %s overlap in memory".formatted(spec, dst.spec));
    }
    if (spec.equals(dst.spec) && !(spec.layout() instanceof Layout.Strided)) {
      MemorySegment.copy(segment, 0, dst.segment, 0, byteSize);
      return;
    }
    ElementWalk.overRowPairs(
        spec,
        dst.spec,
        (from, fromStride, to, toStride, count) -> {
          for (int i = 0; i < count; i++) {
            dst.segment.setAtIndex(
                F32, to + i * toStride, segment.getAtIndex(F32, from + i * fromStride));
          }
        });
  }

  private boolean isRowMajor() {
    return switch (spec.layout()) {
      case Layout.Plain plain -> !plain.isChannelsLast();
      case Layout.Strided _ -> Arrays.equals(spec.strides(), RowMajor.strides(spec.shape()));
      case Layout.Any _, Layout.Blocked _ -> false;
    };
  }

  private void requireF32() {
    if (spec.dataType() != DataType.F32) {
      throw new IllegalArgumentException(
          "floats need an f32 tensor but this one is " + spec.dataType());
    }
  }

  private void requireElementCount(int length) {
    if (length != spec.shape().elementCount()) {
      throw new IllegalArgumentException(
          "shape %s has %d elements but the array has %d"
              .formatted(spec.shape(), spec.shape().elementCount(), length));
    }
  }

  /** Returns the spec and the address, never the values. */
  @Override
  public String toString() {
    return "Tensor[%s at 0x%x]".formatted(spec, address);
  }
}
