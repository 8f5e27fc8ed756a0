package io.github.conv4j.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How the logical dimensions of a tensor lie in memory.
 *
 * <p>{@link Plain} layouts are dense: their name lists the dimensions from the slowest to the
 * fastest, so {@code NHWC} puts the element {@code (n, c, h, w)} at {@code ((n·H + h)·W + w)·C +
 * c}. Weights use the channels-first names read as {@code OIW}, {@code OIHW}, {@code OIDHW}. {@link
 * Strided} puts it at {@code n·sn + c·sc + h·sh + w·sw}. {@link Any} leaves the choice to the
 * engine, which is read back from the prepared convolution.
 *
 * <p>Layouts are equal if they say the same in the same words; whether two tensors lie the same in
 * memory is what {@link TensorSpec#equals} tells.
 *
 * <p><b>Memory.</b> Holds none.
 *
 * <p><b>Threads.</b> Immutable.
 *
 * <p><b>Errors.</b> Factories throw {@link IllegalArgumentException} that names what does not fit;
 * whether a layout fits a shape is checked where both meet, in {@link TensorSpec}.
 *
 * @see <a
 *     href="https://uxlfoundation.github.io/oneDNN/dev_guide_understanding_memory_formats.html">
 *     oneDNN memory formats</a>
 */
public sealed interface Layout {
  /** Batch, channels, width. */
  Layout NCW = Plain.NCW;

  /** Batch, channels, height, width: PyTorch's contiguous format. */
  Layout NCHW = Plain.NCHW;

  /** Batch, channels, depth, height, width. */
  Layout NCDHW = Plain.NCDHW;

  /** Batch, width, channels. */
  Layout NWC = Plain.NWC;

  /** Batch, height, width, channels: PyTorch's channels-last format. */
  Layout NHWC = Plain.NHWC;

  /** Batch, depth, height, width, channels. */
  Layout NDHWC = Plain.NDHWC;

  /** The engine chooses. */
  Layout ANY = Any.ANY;

  /**
   * Returns the dense channels-first layout of a tensor with {@code rank} 3, 4 or 5.
   *
   * @throws IllegalArgumentException for other ranks
   */
  static Layout channelsFirst(int rank) {
    return Plain.of(rank, false);
  }

  /**
   * Returns the dense channels-last layout of a tensor with {@code rank} 3, 4 or 5.
   *
   * @throws IllegalArgumentException for other ranks
   */
  static Layout channelsLast(int rank) {
    return Plain.of(rank, true);
  }

  /**
   * Returns a layout with one stride a logical dimension, in elements.
   *
   * @throws IllegalArgumentException if a stride is below 1
   */
  static Layout strided(long... strides) {
    return new Strided(Arrays.stream(strides).boxed().toList());
  }

  /**
   * A dense layout.
   *
   * <p><b>Memory.</b> None of its own. <b>Threads.</b> Immutable. <b>Errors.</b> {@code valueOf}
   * refuses an unknown name with {@link IllegalArgumentException}. A tensor of another rank is
   * refused where its {@link TensorSpec} is made.
   */
  enum Plain implements Layout {
    /** Batch, channels, width. */
    NCW(3, false),
    /** Batch, channels, height, width. */
    NCHW(4, false),
    /** Batch, channels, depth, height, width. */
    NCDHW(5, false),
    /** Batch, width, channels. */
    NWC(3, true),
    /** Batch, height, width, channels. */
    NHWC(4, true),
    /** Batch, depth, height, width, channels. */
    NDHWC(5, true);

    private final int rank;
    private final boolean channelsLast;

    Plain(int rank, boolean channelsLast) {
      this.rank = rank;
      this.channelsLast = channelsLast;
    }

    static boolean exists(int rank) {
      return rank >= 3 && rank <= 5;
    }

    static Plain of(int rank, boolean channelsLast) {
      return switch (rank) {
        case 3 -> channelsLast ? NWC : NCW;
        case 4 -> channelsLast ? NHWC : NCHW;
        case 5 -> channelsLast ? NDHWC : NCDHW;
        default ->
            throw new IllegalArgumentException(
                "plain layouts exist for rank 3, 4 and 5 but the rank is " + rank);
      };
    }

    /** Returns the number of dimensions that this layout describes. */
    public int rank() {
      return rank;
    }

    /**
     * Tells whether the name puts the channels last. What tensors are, {@link
     * TensorSpec#isChannelsLast} tells: some are channels-last under another name.
     */
    public boolean isChannelsLast() {
      return channelsLast;
    }

    /** Returns the strides, in elements, of a dense tensor in logical dimension order. */
    long[] strides(Shape shape) {
      return DenseStrides.of(shape, channelsLast);
    }
  }

  /**
   * The engine's choice.
   *
   * <p><b>Memory.</b> None of its own. <b>Threads.</b> Immutable. <b>Errors.</b> {@link
   * Tensor#allocate} refuses it with {@link IllegalArgumentException}: an engine decides first.
   */
  enum Any implements Layout {
    /** The only value. */
    ANY
  }

  /**
   * One stride a logical dimension.
   *
   * <p><b>Memory.</b> Copies the list. <b>Threads.</b> Immutable. <b>Errors.</b> A stride below 1
   * is refused with {@link IllegalArgumentException}.
   *
   * @param strides the distance between neighbours along each dimension, in elements
   */
  record Strided(List<Long> strides) implements Layout {
    /** Checks the strides. */
    public Strided {
      strides = List.copyOf(strides);
      for (long stride : strides) {
        if (stride < 1) {
          throw new IllegalArgumentException("strides must be at least 1 but are " + strides);
        }
      }
    }

    @Override
    public String toString() {
      return "strided"
          + strides.stream().map(String::valueOf).collect(Collectors.joining(",", "(", ")"));
    }
  }

  /**
   * A layout of small dense blocks, for example oneDNN's {@code nChw16c}. Dimensions are padded up
   * to whole blocks; the padding holds zeros. The engines that come with conv4j choose none for
   * {@link #ANY}, and only the reference takes one for src or dst: {@link Tensor#reorderTo}
   * converts between it and other layouts.
   *
   * <p><b>Memory.</b> Copies the lists. <b>Threads.</b> Immutable. <b>Errors.</b> Strides, axes or
   * sizes out of range, or not one size for each axis, are refused with {@link
   * IllegalArgumentException}.
   *
   * @param strides the distance between neighbouring blocks along each dimension, in elements
   * @param blockAxes the dimension that each inner block splits, from the slowest to the fastest
   * @param blockSizes the size of each inner block, in elements
   */
  record Blocked(List<Long> strides, List<Integer> blockAxes, List<Integer> blockSizes)
      implements Layout {
    /** Checks that there is one size for each block and that all are positive. */
    public Blocked {
      strides = List.copyOf(strides);
      blockAxes = List.copyOf(blockAxes);
      blockSizes = List.copyOf(blockSizes);
      if (blockAxes.isEmpty() || blockAxes.size() != blockSizes.size()) {
        throw new IllegalArgumentException(
            "a blocked layout needs one size for each block but has axes %s and sizes %s"
                .formatted(blockAxes, blockSizes));
      }
      for (int i = 0; i < blockAxes.size(); i++) {
        if (blockAxes.get(i) < 0
            || blockAxes.get(i) >= strides.size()
            || blockSizes.get(i) < 1
            || blockSizes.get(i) > 4096) {
          throw new IllegalArgumentException(
              "block axes %s or sizes %s do not fit %d dimensions"
                  .formatted(blockAxes, blockSizes, strides.size()));
        }
      }
      for (long stride : strides) {
        if (stride < 1) {
          throw new IllegalArgumentException("strides must be at least 1 but are " + strides);
        }
      }
    }

    @Override
    public String toString() {
      var text = new StringBuilder("blocked(");
      for (int i = 0; i < blockAxes.size(); i++) {
        text.append(blockSizes.get(i)).append((char) ('a' + blockAxes.get(i)));
      }
      return text.append(", strides ").append(strides).append(')').toString();
    }
  }
}
