package io.github.conv4j.tensor;

import io.github.conv4j.internal.events.Events;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.Buffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Objects;

/**
 * A view over off-heap memory that knows its {@link TensorSpec}: the element at an index lies
 * {@link TensorSpec#elementOffset} elements behind {@link #address}.
 *
 * <p>Values go in and out in bulk, in row-major order of the logical shape whatever the layout is:
 * {@link #copyFrom} and {@link #copyTo} with arrays, buffers and segments, {@link #reorderTo} with
 * tensors of another layout, {@link Conversions} with tensors of another type. {@link #slice} and
 * {@link #image} are views of a part.
 *
 * <p><b>Memory.</b> A tensor never owns bytes and has nothing to close: the {@link Arena} behind
 * the segment does. Using a tensor after its arena was closed throws {@link IllegalStateException}.
 * Memory from other libraries is wrapped without a copy, and must stay valid until the calls that
 * use it have returned: where its owner frees it behind Java's back, or shortens a file that is
 * mapped, nothing notices, and the JVM may crash. A tensor may have more than 2<sup>31</sup>
 * elements; arrays and buffers cannot hold those, segments and reorders can, and engines say in
 * {@code support} up to where they compute.
 *
 * <p><b>Threads.</b> A tensor is immutable, its elements are not: like an array they need the
 * caller's own ordering between writers and readers. The arena's thread confinement applies.
 *
 * <p><b>Errors.</b> Factories throw {@link IllegalArgumentException} for segments that are on the
 * heap, too small or misaligned; copies for values of another number or type, for memory that
 * overlaps and for tensors that are {@linkplain #isReadOnly read-only}. Messages name both sides.
 */
public final class Tensor {
  /** The alignment of {@link #allocate}, in bytes: one cache line and the widest vector. */
  public static final long ALIGNMENT_BYTES = 64;

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

  /**
   * Allocates a zero-filled tensor, aligned to {@value #ALIGNMENT_BYTES} bytes.
   *
   * @throws IllegalArgumentException if the spec's layout is ANY
   * @throws IllegalStateException if the arena is closed
   * @throws WrongThreadException if the arena is confined to another thread
   * @throws OutOfMemoryError if there is not enough memory
   */
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

  /**
   * Returns a view over any off-heap segment that is large enough and aligned to the element; it is
   * read-only if the segment is.
   *
   * @throws IllegalArgumentException if the segment is on the heap, too small or misaligned
   * @throws IllegalStateException if its arena is closed
   */
  public static Tensor wrap(TensorSpec spec, MemorySegment segment) {
    return new Tensor(spec, segment);
  }

  /**
   * Returns a view over the bytes between position and limit of a direct buffer, without a copy. A
   * byte buffer's bytes are taken as they are, whatever its order is.
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
   * @throws IllegalArgumentException if the spec is not f32, bf16 or f16 or its layout is ANY, or
   *     the number of values is wrong; nothing is allocated then
   * @throws IllegalStateException if the arena is closed
   * @throws WrongThreadException if the arena is confined to another thread
   * @throws OutOfMemoryError if there is not enough memory
   */
  public static Tensor ofFloats(TensorSpec spec, float[] values, Arena arena) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(values, "values");
    requireFloats(spec);
    requireElementCount(spec, values.length, "array");
    Tensor tensor = allocate(spec, arena);
    tensor.copyFrom(values);
    return tensor;
  }

  /**
   * Allocates a tensor of integers and fills it with {@code values} as {@link #copyFrom(int[])}
   * does.
   *
   * @throws IllegalArgumentException if the spec is not s8, u8 or s32 or its layout is ANY, or the
   *     number of values is wrong; nothing is allocated then
   * @throws IllegalStateException if the arena is closed
   * @throws WrongThreadException if the arena is confined to another thread
   * @throws OutOfMemoryError if there is not enough memory
   */
  public static Tensor ofInts(TensorSpec spec, int[] values, Arena arena) {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(values, "values");
    requireIntegers(spec);
    requireElementCount(spec, values.length, "array");
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

  /** Returns a view of the same memory that refuses writes. */
  public Tensor asReadOnly() {
    return readOnly ? this : new Tensor(spec, segment.asReadOnly());
  }

  /**
   * Returns a view of a part, without a copy: the element at {@code index} of the part is the one
   * at {@code begin + index} here.
   *
   * <p>The part is read-only if this is. Its layout is this one's name where the part has no gaps,
   * else strided. An axis that a blocked layout splits can be cut between blocks only.
   *
   * @param begin where the part begins, one number a dimension
   * @param size how long it is, one number a dimension
   * @throws IllegalArgumentException if there is not one number a dimension, a size is below 1, the
   *     part reaches outside, or it cuts through a block
   */
  public Tensor slice(long[] begin, long[] size) {
    TensorSpec part = TensorSlices.spec(spec, begin, size);
    long offset = spec.elementOffset(begin) * spec.dataType().byteSize();
    return new Tensor(part, segment.asSlice(offset, part.byteSize()));
  }

  /**
   * Returns a view of one image of the batch, of shape {@code [1, c, (d,) (h,) w]}.
   *
   * @throws IllegalArgumentException if the batch has no such image
   */
  public Tensor image(long n) {
    long[] begin = new long[spec.shape().rank()];
    long[] size = spec.shape().dims();
    begin[0] = n;
    size[0] = 1;
    return slice(begin, size);
  }

  /**
   * Returns one element of f32, bf16 or f16 by its logical index.
   *
   * @throws IllegalArgumentException if the spec is of integers or there is not one index a
   *     dimension
   * @throws IndexOutOfBoundsException if an index is outside its dimension
   */
  public float getFloat(long... index) {
    requireFloats(spec);
    return Elements.getFloat(spec.dataType(), segment, spec.elementOffset(index));
  }

  /**
   * Sets one element of f32, bf16 or f16 by its logical index, rounded half to even.
   *
   * @throws IllegalArgumentException if the spec is of integers, this is read-only or there is not
   *     one index a dimension
   * @throws IndexOutOfBoundsException if an index is outside its dimension
   */
  public void setFloat(float value, long... index) {
    requireFloats(spec);
    requireWritable();
    Elements.setFloat(spec.dataType(), segment, spec.elementOffset(index), value);
  }

  /**
   * Returns one element of s8, u8 or s32 by its logical index.
   *
   * @throws IllegalArgumentException if the spec is of floats or there is not one index a dimension
   * @throws IndexOutOfBoundsException if an index is outside its dimension
   */
  public int getInt(long... index) {
    requireIntegers(spec);
    return Elements.getInt(spec.dataType(), segment, spec.elementOffset(index));
  }

  /**
   * Sets one element of s8, u8 or s32 by its logical index.
   *
   * @throws IllegalArgumentException if the spec is of floats, the type does not hold the value,
   *     this is read-only or there is not one index a dimension
   * @throws IndexOutOfBoundsException if an index is outside its dimension
   */
  public void setInt(int value, long... index) {
    requireIntegers(spec);
    requireWritable();
    Elements.setInt(spec.dataType(), segment, spec.elementOffset(index), value);
  }

  /**
   * Sets every element to {@code value}. What lies between the elements of a strided tensor belongs
   * to others and stays as it is, and so does the padding of a blocked one.
   *
   * @throws IllegalArgumentException if the spec is not f32 or this is read-only
   */
  public void fill(float value) {
    requireF32();
    requireWritable();
    ElementCopies.fill(value, this);
  }

  /**
   * Copies values in, given in row-major order of the logical shape ({@code n, c, h, w}) whatever
   * the layout of this tensor is. For bf16 and f16 each is rounded half to even.
   *
   * @throws IllegalArgumentException if the spec is of integers, this is read-only or the number of
   *     values is not the number of elements
   */
  public void copyFrom(float[] values) {
    Objects.requireNonNull(values, "values");
    requireFloats(spec);
    requireWritable();
    requireElementCount(values.length, "array");
    if (spec.dataType() == DataType.F32) {
      ElementCopies.fromRowMajor(MemorySegment.ofArray(values), this);
    } else {
      Elements.fromRowMajor(values, this);
    }
  }

  /**
   * Copies integers in, in row-major order as {@link #copyFrom(float[])} does.
   *
   * @throws IllegalArgumentException if the spec is of floats, the type does not hold a value, this
   *     is read-only or the number of values is not the number of elements
   */
  public void copyFrom(int[] values) {
    Objects.requireNonNull(values, "values");
    requireIntegers(spec);
    requireWritable();
    requireElementCount(values.length, "array");
    Elements.fromRowMajor(values, this);
  }

  /**
   * Copies the values between position and limit of a buffer in, in row-major order as {@link
   * #copyFrom(float[])} does. The buffer may be on the heap or direct and of either byte order; its
   * position stays where it is. The floats of a {@code ByteBuffer} are {@code
   * buffer.asFloatBuffer()}, read in the buffer's order.
   *
   * @throws IllegalArgumentException if the spec is not f32, this is read-only, the number of
   *     values is not the number of elements, or the buffer shares memory with this tensor
   */
  public void copyFrom(FloatBuffer values) {
    Objects.requireNonNull(values, "values");
    requireF32();
    requireWritable();
    requireElementCount(values.remaining(), "buffer");
    if (values.order() == ByteOrder.nativeOrder()) {
      copyFrom(MemorySegment.ofBuffer(values));
    } else {
      float[] ordered = new float[values.remaining()];
      values.get(values.position(), ordered);
      copyFrom(ordered);
    }
  }

  /**
   * Copies elements of this tensor's type in, given in row-major order and native byte order. The
   * segment may lie on or off the heap, at any alignment, and may hold more than an array can.
   *
   * @throws IllegalArgumentException if this is read-only, the segment's size is not that of the
   *     elements, or it shares memory with this tensor
   */
  public void copyFrom(MemorySegment values) {
    Objects.requireNonNull(values, "values");
    requireWritable();
    requireApart(values);
    ElementCopies.fromRowMajor(values, this);
  }

  /**
   * Returns the values in row-major order of the logical shape, whatever the layout is.
   *
   * @throws IllegalArgumentException if the spec is of integers or an array cannot hold the
   *     elements
   */
  public float[] toFloatArray() {
    requireFloats(spec);
    float[] values = new float[arrayLength()];
    copyTo(values);
    return values;
  }

  /**
   * Returns the integers in row-major order of the logical shape, whatever the layout is.
   *
   * @throws IllegalArgumentException if the spec is of floats or an array cannot hold the elements
   */
  public int[] toIntArray() {
    requireIntegers(spec);
    int[] values = new int[arrayLength()];
    Elements.toRowMajor(this, values);
    return values;
  }

  private int arrayLength() {
    if (spec.shape().elementCount() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "tensor %s has more elements than an array can hold".formatted(spec));
    }
    return (int) spec.shape().elementCount();
  }

  /**
   * Copies the values out, in row-major order of the logical shape, whatever the layout is.
   *
   * @throws IllegalArgumentException if the spec is of integers or the array's length is not the
   *     number of elements
   */
  public void copyTo(float[] values) {
    Objects.requireNonNull(values, "values");
    requireFloats(spec);
    requireElementCount(values.length, "array");
    if (spec.dataType() == DataType.F32) {
      ElementCopies.toRowMajor(this, MemorySegment.ofArray(values));
    } else {
      Elements.toRowMajor(this, values);
    }
  }

  /**
   * Copies the values to between position and limit of a buffer, in row-major order as {@link
   * #copyTo(float[])} does. The buffer may be on the heap or direct and of either byte order; its
   * position stays where it is.
   *
   * @throws IllegalArgumentException if the spec is not f32, the buffer is read-only, its room is
   *     not the number of elements, or it shares memory with this tensor
   */
  public void copyTo(FloatBuffer values) {
    Objects.requireNonNull(values, "values");
    requireF32();
    requireElementCount(values.remaining(), "buffer");
    if (values.isReadOnly()) {
      throw new IllegalArgumentException(
          "tensor %s cannot be copied to a read-only buffer".formatted(spec));
    }
    if (values.order() == ByteOrder.nativeOrder()) {
      copyTo(MemorySegment.ofBuffer(values));
    } else {
      requireApart(MemorySegment.ofBuffer(values));
      values.put(values.position(), toFloatArray());
    }
  }

  /**
   * Copies the elements out, in row-major order and native byte order. The segment may lie on or
   * off the heap, at any alignment, and may hold more than an array can.
   *
   * @throws IllegalArgumentException if the segment is read-only, its size is not that of the
   *     elements, or it shares memory with this tensor
   */
  public void copyTo(MemorySegment values) {
    Objects.requireNonNull(values, "values");
    if (values.isReadOnly()) {
      throw new IllegalArgumentException(
          "tensor %s cannot be copied to a read-only segment".formatted(spec));
    }
    requireApart(values);
    ElementCopies.toRowMajor(this, values);
  }

  /**
   * Copies every element into {@code dst}, which may have another layout: an explicit reorder. It
   * runs on the calling thread, in bulk between plain and strided layouts.
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
    if (dst.readOnly) {
      throw new IllegalArgumentException("dst %s is read-only".formatted(dst.spec));
    }
    if (overlaps(dst)) {
      throw new IllegalArgumentException(
          "src %s and dst %s overlap in memory".formatted(spec, dst.spec));
    }
    Events.Reordering event = Events.reordering();
    ElementCopies.reorder(this, dst);
    if (event != null) {
      event.finish(spec, dst.spec, spec.byteSize());
    }
  }

  private void requireF32() {
    if (spec.dataType() != DataType.F32) {
      throw new IllegalArgumentException(
          "floats need an f32 tensor but this one is " + spec.dataType());
    }
  }

  private static void requireFloats(TensorSpec spec) {
    if (spec.dataType().isInteger()) {
      throw new IllegalArgumentException(
          "floats need a tensor of f32, bf16 or f16 but this one is " + spec.dataType());
    }
  }

  private static void requireIntegers(TensorSpec spec) {
    if (!spec.dataType().isInteger()) {
      throw new IllegalArgumentException(
          "integers need a tensor of s8, u8 or s32 but this one is " + spec.dataType());
    }
  }

  private void requireWritable() {
    if (readOnly) {
      throw new IllegalArgumentException("tensor %s is read-only".formatted(spec));
    }
  }

  private void requireElementCount(int count, String holder) {
    requireElementCount(spec, count, holder);
  }

  private static void requireElementCount(TensorSpec spec, int count, String holder) {
    if (count != spec.shape().elementCount()) {
      throw new IllegalArgumentException(
          "shape %s has %d elements but the %s has %d"
              .formatted(spec.shape(), spec.shape().elementCount(), holder, count));
    }
  }

  private void requireApart(MemorySegment values) {
    long expected = spec.shape().elementCount() * spec.dataType().byteSize();
    if (values.byteSize() != expected) {
      throw new IllegalArgumentException(
          "the elements of %s take %d bytes but the segment has %d"
              .formatted(spec, expected, values.byteSize()));
    }
    if (segment.asOverlappingSlice(values).isPresent()) {
      throw new IllegalArgumentException("tensor %s overlaps the values in memory".formatted(spec));
    }
  }

  /** Returns the spec and the address, never the values. */
  @Override
  public String toString() {
    return "Tensor[%s at 0x%x]".formatted(spec, address);
  }
}
