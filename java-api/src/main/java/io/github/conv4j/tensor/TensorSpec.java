package io.github.conv4j.tensor;

import io.github.conv4j.internal.checks.Checks;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a tensor is, without its bytes: element type, shape and layout.
 *
 * <p>The element at index {@code (i0, i1, ...)} lies {@code i0·s0 + i1·s1 + ...} elements from the
 * start, {@code s} being the {@linkplain #strides strides}; in a {@linkplain Layout.Blocked
 * blocked} layout each index counts whole blocks there, and what is left of it moves inside the
 * block: see {@link #elementOffset}.
 *
 * <p><b>Equality.</b> {@link #equals} is the only compatibility rule between a tensor and a
 * prepared convolution: a tensor may be passed exactly where its spec equals the one that was
 * prepared. Specs are equal if type and shape are and if every element lies at the same place,
 * whatever the layouts are called: one channel lies the same in NCHW and in NHWC, a dimension of
 * size 1 may have any stride, strides that leave no gaps are a plain layout. {@code ANY} equals
 * {@code ANY} only.
 *
 * <p><b>Memory.</b> Holds no bytes. A tensor may have more than 2<sup>31</sup> elements, up to
 * 2<sup>63</sup> bytes; most engines compute less than that and say so through {@code support}.
 *
 * <p><b>Threads.</b> Immutable.
 *
 * <p><b>Errors.</b> Factories throw {@link IllegalArgumentException} for layouts of another rank
 * than the shape, for sizes beyond 64 bits and for strides that let two elements share an address.
 */
public final class TensorSpec {
  private static final int UNKNOWN = -1;

  private final DataType dataType;
  private final Shape shape;
  private final Layout layout;
  private final long[] strides;
  private final long spanElementCount;

  /** Where the elements lie, see {@link AddressDigits}; empty for ANY. */
  private final long[] digits;

  private final int hash;

  private TensorSpec(DataType dataType, Shape shape, Layout layout) {
    this.dataType = Objects.requireNonNull(dataType, "dataType");
    this.shape = Objects.requireNonNull(shape, "shape");
    this.layout = Objects.requireNonNull(layout, "layout");
    switch (layout) {
      case Layout.Any _ -> {
        this.strides = new long[0];
        this.spanElementCount = UNKNOWN;
        this.digits = new long[0];
      }
      case Layout.Plain plain -> {
        requireRank(plain.rank());
        this.strides = plain.strides(shape);
        this.spanElementCount = shape.elementCount();
        this.digits = AddressDigits.of(shape, strides, List.of(), List.of());
      }
      case Layout.Strided strided -> {
        requireRank(strided.strides().size());
        this.strides = strided.strides().stream().mapToLong(Long::longValue).toArray();
        this.spanElementCount = span(shape.dims(), 1);
        AddressDigits.requireDistinct(shape, strides, List.of(), List.of());
        this.digits = AddressDigits.of(shape, strides, List.of(), List.of());
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
        AddressDigits.requireDistinct(shape, strides, blocked.blockAxes(), blocked.blockSizes());
        this.digits = AddressDigits.of(shape, strides, blocked.blockAxes(), blocked.blockSizes());
      }
    }
    if (spanElementCount > Long.MAX_VALUE / dataType.byteSize()) {
      Checks.product(spanElementCount, dataType.byteSize(), "byte size of " + this);
    }
    this.hash =
        31 * (31 * dataType.hashCode() + shape.hashCode())
            + Arrays.hashCode(digits)
            + Long.hashCode(spanElementCount);
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

  /** Returns the layout as it was given; equal specs may have different ones. */
  public Layout layout() {
    return layout;
  }

  /**
   * Tells whether the elements lie without gaps with the channels as the fastest dimension, as in
   * NWC, NHWC and NDHWC. A tensor can be channels-last and channels-first at once, for example one
   * with one channel.
   */
  public boolean isChannelsLast() {
    return liesAs(true);
  }

  /**
   * Tells whether the elements lie without gaps in the order of the dimensions, as in NCW, NCHW and
   * NCDHW and in weights.
   */
  public boolean isChannelsFirst() {
    return liesAs(false);
  }

  private boolean liesAs(boolean channelsLast) {
    return spanElementCount == shape.elementCount()
        && Arrays.equals(
            digits,
            AddressDigits.of(shape, DenseStrides.of(shape, channelsLast), List.of(), List.of()));
  }

  /**
   * Returns the one spec that stands for all specs that are equal to this one: its layout is
   * channels-last if {@link #isChannelsLast} and the rank is 3 to 5, else channels-first if {@link
   * #isChannelsFirst} likewise, else strided, else as it is. What an engine decides by layouts and
   * strides it decides on this, so that equal specs get equal kernels.
   */
  public TensorSpec canonical() {
    int rank = shape.rank();
    boolean hasNames = Layout.Plain.exists(rank);
    if (isAny()) {
      return this;
    }
    if (hasNames && isChannelsLast()) {
      return inLayout(Layout.channelsLast(rank));
    }
    if (hasNames && isChannelsFirst()) {
      return inLayout(Layout.channelsFirst(rank));
    }
    long[] meaningful = new long[rank];
    int at = 0;
    for (int axis = 0; axis < rank; axis++) {
      int count = (int) digits[at++];
      if (count > 1) {
        return this;
      }
      // A stride says nothing along an axis of one element.
      meaningful[axis] = count > 0 ? digits[at + 1] : axis == 1 ? 1 : spanElementCount;
      at += 2 * count;
    }
    TensorSpec strided = inLayout(Layout.strided(meaningful));
    return strided.equals(this) ? strided : this;
  }

  private TensorSpec inLayout(Layout other) {
    return layout.equals(other) ? this : withLayout(other);
  }

  /** Tells whether the layout is {@link Layout#ANY}, so that no memory can be described yet. */
  public boolean isAny() {
    return layout == Layout.ANY;
  }

  /** Returns a spec of the same type and shape in another layout. */
  public TensorSpec withLayout(Layout other) {
    return new TensorSpec(dataType, shape, other);
  }

  /** Returns a spec of the same shape and layout with another element type. */
  public TensorSpec withDataType(DataType other) {
    return dataType == other ? this : new TensorSpec(other, shape, layout);
  }

  /** Returns a spec of the same type and layout with another shape. */
  public TensorSpec withShape(Shape other) {
    return new TensorSpec(dataType, other, layout);
  }

  /**
   * Returns the strides in logical dimension order, in elements, as the layout gives them; for a
   * blocked layout, between blocks. Along a dimension of size 1 a stride means nothing, and equal
   * specs may differ there: see {@link #canonical}.
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
   * Returns where an element lies, in elements from the start of the tensor: {@code Σ
   * index[axis]·strides[axis]}. In a blocked layout each block, from the fastest on, takes {@code
   * index[axis] mod size} times the product of the faster blocks' sizes and leaves {@code
   * index[axis] / size}; what is left counts blocks, {@code strides[axis]} apart.
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
      if (index[i] < 0 || index[i] >= shape.dim(i)) {
        throw new IndexOutOfBoundsException(
            "index %s is outside shape %s: %d along axis %d"
                .formatted(Arrays.toString(index), shape, index[i], i));
      }
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
   * Tells whether type, shape and the places of all elements are equal, under any layout's name.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof TensorSpec that
            && hash == that.hash
            && dataType == that.dataType
            && spanElementCount == that.spanElementCount
            && shape.equals(that.shape)
            && Arrays.equals(digits, that.digits));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Returns for example {@code f32 NHWC 1x64x56x56}. */
  @Override
  public String toString() {
    return dataType.name().toLowerCase(Locale.ROOT) + " " + layout + " " + shape;
  }
}
