package io.github.conv4j.tensor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Where the elements of a tensor lie, whatever names the layout has for it: the index along an axis
 * is a number of one or more digits, each of which moves by a stride of its own.
 *
 * <p>A plain axis has one digit, an axis of blocks one more for each block, an axis of size 1 none.
 * Digits that act as one are one; so two tensors of equal shape have all elements at equal places
 * exactly if their digits are equal.
 */
final class AddressDigits {
  private record Digit(long size, long stride) {}

  private AddressDigits() {}

  /**
   * Returns for each axis the number of digits, then the size and the stride of each from the
   * fastest on.
   *
   * @param strides of the outermost digits, one an axis
   * @param blockAxes the axis that each block splits, from the slowest to the fastest
   */
  static long[] of(Shape shape, long[] strides, List<Integer> blockAxes, List<Integer> blockSizes) {
    long[] digits = new long[shape.rank() * 3 + blockAxes.size() * 2];
    int end = 0;
    for (int axis = 0; axis < shape.rank(); axis++) {
      int begin = end++;
      long dim = shape.dim(axis);
      long blockStride = 1;
      long reach = 1;
      for (int i = blockAxes.size(); i >= 0; i--) {
        boolean outermost = i == 0;
        long size = outermost ? Math.ceilDiv(dim, reach) : blockSizes.get(i - 1);
        long stride = outermost ? strides[axis] : blockStride;
        blockStride *= outermost ? 1 : size;
        boolean counts = size > 1 && reach < dim && (outermost || blockAxes.get(i - 1) == axis);
        if (counts) {
          size = Math.min(size, Math.ceilDiv(dim, reach));
          reach *= size;
          if (end > begin + 1 && digits[end - 1] * digits[end - 2] == stride) {
            digits[end - 2] *= size;
          } else {
            digits[end++] = size;
            digits[end++] = stride;
          }
        }
      }
      digits[begin] = (end - begin - 1) / 2;
      if (end > begin + 1) {
        long inner = 1;
        for (int i = begin + 1; i < end - 2; i += 2) {
          inner *= digits[i];
        }
        digits[end - 2] = Math.ceilDiv(dim, inner);
      }
    }
    return Arrays.copyOf(digits, end);
  }

  /**
   * Checks that no two elements share an address, padding of blocks included: from the smallest
   * stride up, each digit must clear what the smaller ones span.
   */
  static void requireDistinct(
      Shape shape, long[] strides, List<Integer> blockAxes, List<Integer> blockSizes) {
    Digit[] digits = new Digit[shape.rank() + blockAxes.size()];
    long[] outer = shape.dims();
    long blockStride = 1;
    for (int i = blockAxes.size() - 1; i >= 0; i--) {
      long size = blockSizes.get(i);
      digits[shape.rank() + i] = new Digit(size, blockStride);
      blockStride *= size;
      outer[blockAxes.get(i)] = Math.ceilDiv(outer[blockAxes.get(i)], size);
    }
    for (int axis = 0; axis < shape.rank(); axis++) {
      digits[axis] = new Digit(outer[axis], strides[axis]);
    }
    Arrays.sort(digits, Comparator.comparingLong(Digit::stride));
    long reach = 1;
    for (Digit digit : digits) {
      if (digit.size == 1) {
        continue;
      }
      if (digit.stride < reach) {
        throw new IllegalArgumentException(
            "strides %s let elements of shape %s share an address: stride %d is below %d"
                .formatted(Arrays.toString(strides), shape, digit.stride, reach));
      }
      reach += (digit.size - 1) * digit.stride; // fits: the span was computed before
    }
  }
}
