package io.github.conv4j;

import io.github.conv4j.internal.checks.Checks;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far, and with what, the source is extended before the kernel slides over it. Immutable.
 *
 * <p>A list with one number holds for every axis; otherwise there is one number an axis, in the
 * order depth, height, width.
 *
 * <p>For a transposed convolution the padding is cut from the result, as in PyTorch and ONNX.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Amounts out of range
 * are refused with {@link IllegalArgumentException} where they are given, those that do not fit a
 * source by {@link Convolution#geometry}.
 */
public final class Padding {
  /**
   * The rule that the amounts come from.
   *
   * <p><b>Memory.</b> None of its own. <b>Threads.</b> Immutable. <b>Errors.</b> {@code valueOf}
   * refuses an unknown name with {@link IllegalArgumentException}.
   */
  public enum Rule {
    /** Given amounts. */
    EXPLICIT,
    /** No padding. */
    VALID,
    /** PyTorch's {@code 'same'}: dst as large as src; stride 1 only; an odd element at the end. */
    SAME,
    /** ONNX's SAME_UPPER: dst is {@code ceil(src / stride)}; an odd element at the end. */
    SAME_UPPER,
    /** ONNX's SAME_LOWER: dst is {@code ceil(src / stride)}; an odd element at the beginning. */
    SAME_LOWER
  }

  private static final int MOST_AXES = 3;
  private static final long[] ZERO = {0};

  private final Rule rule;
  private final long[] begin;
  private final long[] end;
  private final PaddingMode mode;

  private Padding(Rule rule, long[] begin, long[] end, PaddingMode mode) {
    this.rule = rule;
    this.begin = begin;
    this.end = end;
    this.mode = Objects.requireNonNull(mode, "mode");
    if (mode != PaddingMode.ZEROS) {
      for (long amount : end) {
        Checks.notNegative(amount, "end padding with mode " + mode);
      }
    }
  }

  /** Returns no padding. */
  public static Padding valid() {
    return new Padding(Rule.VALID, ZERO, ZERO, PaddingMode.ZEROS);
  }

  /** Returns the same padding at the beginning and the end of each axis. */
  public static Padding symmetric(long... amounts) {
    return asymmetric(amounts, amounts);
  }

  /**
   * Returns padding that may differ between the beginning and the end of an axis.
   *
   * @param begin before the first element of each axis, at least 0
   * @param end after the last element of each axis; negative numbers crop the source, or extend the
   *     result of a transposed convolution
   */
  public static Padding asymmetric(long[] begin, long[] end) {
    Objects.requireNonNull(begin, "begin");
    Objects.requireNonNull(end, "end");
    if (begin.length == 0 || begin.length > MOST_AXES || begin.length != end.length) {
      throw new IllegalArgumentException(
          "padding needs 1 to 3 amounts on both sides but has begin %s and end %s"
              .formatted(Arrays.toString(begin), Arrays.toString(end)));
    }
    for (long amount : begin) {
      Checks.notNegative(amount, "begin padding");
    }
    return new Padding(Rule.EXPLICIT, begin.clone(), end.clone(), PaddingMode.ZEROS);
  }

  /** Returns PyTorch's {@code 'same'}. */
  public static Padding same() {
    return new Padding(Rule.SAME, ZERO, ZERO, PaddingMode.ZEROS);
  }

  /** Returns ONNX's SAME_UPPER. */
  public static Padding sameUpper() {
    return new Padding(Rule.SAME_UPPER, ZERO, ZERO, PaddingMode.ZEROS);
  }

  /** Returns ONNX's SAME_LOWER. */
  public static Padding sameLower() {
    return new Padding(Rule.SAME_LOWER, ZERO, ZERO, PaddingMode.ZEROS);
  }

  /** Returns this padding with other contents. */
  public Padding mode(PaddingMode mode) {
    return new Padding(rule, begin, end, mode);
  }

  /** Returns the rule. */
  public Rule rule() {
    return rule;
  }

  /** Returns the contents. */
  public PaddingMode mode() {
    return mode;
  }

  /** Returns the number of amounts given: 1 if every axis is padded alike, else one an axis. */
  public int axisCount() {
    return begin.length;
  }

  /**
   * Returns what is before the first element of a spatial axis, 0 being the outermost.
   *
   * @throws IllegalStateException if the amount follows from the source, by {@link Rule#SAME} and
   *     its like; {@link Convolution#geometry} tells it
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public long begin(int axis) {
    return amount(begin, axis);
  }

  /**
   * Returns what is after the last element of a spatial axis; negative where it crops the source.
   *
   * @throws IllegalStateException as for {@link #begin}
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public long end(int axis) {
    return amount(end, axis);
  }

  private long amount(long[] amounts, int axis) {
    if (rule != Rule.EXPLICIT && rule != Rule.VALID) {
      throw new IllegalStateException(
          "padding %s follows from the source: ask the geometry of a convolution".formatted(rule));
    }
    int count = amounts.length == 1 ? MOST_AXES : amounts.length;
    if (axis < 0 || axis >= count) { // the text takes longer than all else
      Checks.axis(axis, count, "padding " + this);
    }
    return amounts[amounts.length == 1 ? 0 : axis];
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Padding that
        && rule == that.rule
        && mode == that.mode
        && Arrays.equals(begin, that.begin)
        && Arrays.equals(end, that.end);
  }

  @Override
  public int hashCode() {
    return Objects.hash(rule, mode, Arrays.hashCode(begin), Arrays.hashCode(end));
  }

  @Override
  public String toString() {
    String amounts =
        switch (rule) {
          case EXPLICIT ->
              Arrays.equals(begin, end)
                  ? Arrays.toString(begin)
                  : Arrays.toString(begin) + ".." + Arrays.toString(end);
          case VALID, SAME, SAME_UPPER, SAME_LOWER -> rule.name();
        };
    return mode == PaddingMode.ZEROS ? amounts : amounts + " " + mode;
  }
}
