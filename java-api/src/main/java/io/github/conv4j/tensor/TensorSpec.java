package io.github.conv4j.tensor;

import io.github.conv4j.internal.checks.Checks;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a tensor is, without its bytes: element type, shape and layout. Immutable.
 *
 * <p>{@link #equals} is the only compatibility rule between a tensor and a prepared convolution: a
 * tensor may be passed exactly where its spec equals the one that was prepared.
 */
public final class TensorSpec {
  private static final int UNKNOWN = -1;

  private final DataType dataType;
  private final Shape shape;
  private final Layout layout;
  private final long[] strides;
  private final long spanElementCount;

  private TensorSpec(DataType dataType, Shape shape, Layout layout) {
    this.dataType = Objects.requireNonNull(dataType, "dataType");
    this.shape = Objects.requireNonNull(shape, "shape");
    this.layout = Objects.requireNonNull(layout, "layout");
    switch (layout) {
      case Layout.Any _ -> {
        this.strides = new long[0];
        this.spanElementCount = UNKNOWN;
      }
      case Layout.Plain plain -> {
        requireRank(plain.rank());
        this.strides = plain.strides(shape);
        this.spanElementCount = shape.elementCount();
      }
      case Layout.Strided strided -> {
        requireRank(strided.strides().size());
        this.strides = strided.strides().stream().mapToLong(Long::longValue).toArray();
        requireDistinctAddresses();
        this.spanElementCount = span(shape.dims(), 1);
      }
      case Layout.Blocked blocked -> {
        requireRank(blocked.strides().size());
        this.strides = blocked.strides().stream().mapToLong(Long::longValue).toArray();
        long[] blocks = shape.dims();
        long inner = 1;
        for (int i = 0; i < blocked.blockAxes().size(); i++) {
          int axis = blocked.blockAxes().get(i);
          long size = blocked.blockSizes().get(i);
          blocks[axis] = Math.ceilDiv(blocks[axis], size);
          inner = Checks.product(inner, size, "block size");
        }
        this.spanElementCount = span(blocks, inner);
      }
    }
    if (spanElementCount > Long.MAX_VALUE / dataType.byteSize()) {
      Checks.product(spanElementCount, dataType.byteSize(), "byte size of " + this);
    }
  }

  /**
   * Returns the spec of these parts.
   *
   * @throws IllegalArgumentException if the layout is for another rank, a size overflows, or
   *     strides let two elements share an address
   */
  public static TensorSpec of(DataType dataType, Layout layout, Shape shape) {
    return new TensorSpec(dataType, shape, layout);
  }

  /** Returns an f32 spec with the given logical dimensions, {@code n, c, (d,) (h,) w}. */
  public static TensorSpec f32(Layout layout, long... dims) {
    return new TensorSpec(DataType.F32, Shape.of(dims), layout);
  }

  /**
   * Returns the dense row-major f32 spec of a weights tensor, {@code [oc, ic/g, (kd,) (kh,) kw]}.
   */
  public static TensorSpec weights(Shape shape) {
    return new TensorSpec(
        DataType.F32, Objects.requireNonNull(shape, "shape"), Layout.channelsFirst(shape.rank()));
  }

  /** Returns the f32 spec of a bias tensor, {@code [oc]}. */
  public static TensorSpec bias(long outChannels) {
    return new TensorSpec(DataType.F32, Shape.of(outChannels), Layout.strided(1));
  }

  /** Returns the element type. */
  public DataType dataType() {
    return dataType;
  }

  /** Returns the logical dimensions. */
  public Shape shape() {
    return shape;
  }

  /** Returns the layout. */
  public Layout layout() {
    return layout;
  }

  /** Tells whether the layout is {@link Layout#ANY}, so that no memory can be described yet. */
  public boolean isAny() {
    return layout == Layout.ANY;
  }

  /** Returns this spec in another layout. */
  public TensorSpec withLayout(Layout other) {
    return new TensorSpec(dataType, shape, other);
  }

  /** Returns this spec with another shape. */
  public TensorSpec withShape(Shape other) {
    return new TensorSpec(dataType, other, layout);
  }

  /**
   * Returns the strides in logical dimension order, in elements; for a blocked layout, between
   * blocks.
   *
   * @throws IllegalStateException if the layout is {@link Layout#ANY}
   */
  public long[] strides() {
    requireKnownLayout();
    return strides.clone();
  }

  /**
   * Returns the bytes from the first to the last element, inclusive.
   *
   * @throws IllegalStateException if the layout is {@link Layout#ANY}
   */
  public long byteSize() {
    requireKnownLayout();
    return spanElementCount * dataType.byteSize();
  }

  /**
   * Returns where an element lies, in elements from the start of the tensor.
   *
   * @throws IllegalArgumentException if there is not one index a dimension
   * @throws IndexOutOfBoundsException if an index is outside its dimension
   * @throws IllegalStateException if the layout is {@link Layout#ANY}
   */
  public long elementOffset(long... index) {
    requireKnownLayout();
    if (index.length != shape.rank()) {
      throw new IllegalArgumentException(
          "index %s has %d parts but shape %s has %d dimensions"
              .formatted(Arrays.toString(index), index.length, shape, shape.rank()));
    }
    for (int i = 0; i < index.length; i++) {
      Objects.checkIndex(index[i], shape.dim(i));
    }
    return uncheckedOffset(index);
  }

  long uncheckedOffset(long[] index) {
    long offset = 0;
    if (layout instanceof Layout.Blocked blocked) {
      long[] outer = index.clone();
      long innerStride = 1;
      for (int i = blocked.blockAxes().size() - 1; i >= 0; i--) {
        int axis = blocked.blockAxes().get(i);
        int size = blocked.blockSizes().get(i);
        offset += outer[axis] % size * innerStride;
        outer[axis] /= size;
        innerStride *= size;
      }
      for (int i = 0; i < outer.length; i++) {
        offset += outer[i] * strides[i];
      }
      return offset;
    }
    for (int i = 0; i < index.length; i++) {
      offset += index[i] * strides[i];
    }
    return offset;
  }

  private void requireKnownLayout() {
    if (isAny()) {
      throw new IllegalStateException(
          this + " has no memory layout yet; read the chosen spec from the prepared convolution");
    }
  }

  private void requireRank(int rank) {
    if (rank != shape.rank()) {
      throw new IllegalArgumentException(
          "layout %s has %d dimensions but shape %s has %d"
              .formatted(layout, rank, shape, shape.rank()));
    }
  }

  private long span(long[] counts, long inner) {
    long last = inner - 1;
    for (int i = 0; i < counts.length; i++) {
      last = Checks.sum(last, Checks.product(counts[i] - 1, strides[i], "extent"), "extent");
    }
    return Checks.sum(last, 1, "extent");
  }

  /**
   * Walks the dimensions from the smallest stride up: each must clear what the smaller ones span.
   */
  private void requireDistinctAddresses() {
    Integer[] axes = new Integer[strides.length];
    Arrays.setAll(axes, i -> i);
    Arrays.sort(axes, (a, b) -> Long.compare(strides[a], strides[b]));
    long reach = 1;
    for (int axis : axes) {
      if (shape.dim(axis) == 1) {
        continue;
      }
      if (strides[axis] < reach) {
        throw new IllegalArgumentException(
            "strides %s let elements of shape %s share an address: stride %d is below %d"
                .formatted(Arrays.toString(strides), shape, strides[axis], reach));
      }
      reach =
          Checks.sum(reach, Checks.product(shape.dim(axis) - 1, strides[axis], "extent"), "extent");
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof TensorSpec that
            && dataType == that.dataType
            && shape.equals(that.shape)
            && layout.equals(that.layout));
  }

  @Override
  public int hashCode() {
    return Objects.hash(dataType, shape, layout);
  }

  /** Returns for example {@code f32 NHWC 1x64x56x56}. */
  @Override
  public String toString() {
    return dataType.name().toLowerCase(Locale.ROOT) + " " + layout + " " + shape;
  }
}
