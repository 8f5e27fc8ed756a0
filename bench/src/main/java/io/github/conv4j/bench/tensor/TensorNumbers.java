package io.github.conv4j.bench.tensor;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The numbers of a tensor for people: range, mean, and the largest. */
public final class TensorNumbers {
  private static final int LARGEST = 5;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Constant tensor;
  private final double[] values;

  /** Reads the numbers of a tensor. */
  public TensorNumbers(Constant tensor) {
    this.tensor = tensor;
    this.values = new double[Math.toIntExact(tensor.elementCount())];
    Arrays.setAll(values, i -> number(tensor.type(), tensor.data(), i));
  }

  private static double number(ElementType type, MemorySegment data, int index) {
    return switch (type) {
      case FLOAT -> data.getAtIndex(FLOAT, index);
      case DOUBLE -> data.getAtIndex(DOUBLE, index);
      case FLOAT16 -> Float.float16ToFloat(data.getAtIndex(SHORT, index));
      case BFLOAT16 -> Float.intBitsToFloat(data.getAtIndex(SHORT, index) << 16);
      case INT8, BOOL -> data.get(ValueLayout.JAVA_BYTE, index);
      case UINT8 -> Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, index));
      case INT16 -> data.getAtIndex(SHORT, index);
      case UINT16 -> Short.toUnsignedInt(data.getAtIndex(SHORT, index));
      case INT32 -> data.getAtIndex(INT, index);
      case UINT32 -> Integer.toUnsignedLong(data.getAtIndex(INT, index));
      case INT64, UINT64 -> data.getAtIndex(LONG, index);
    };
  }

  /** Returns for example {@code FLOAT[1, 10], from 0.001 to 0.91, mean 0.1}. */
  public String summary() {
    String what = tensor.toString();
    if (values.length == 0) {
      return what;
    }
    String text =
        String.format(
            Locale.ROOT,
            "%s, from %.6g to %.6g, mean %.6g",
            what,
            Arrays.stream(values).min().orElse(0),
            Arrays.stream(values).max().orElse(0),
            Arrays.stream(values).average().orElse(0));
    long odd = Arrays.stream(values).filter(value -> !Double.isFinite(value)).count();
    return odd == 0 ? text : "%s, %,d not finite".formatted(text, odd);
  }

  /** Whether all elements lie along one axis. */
  public boolean isVector() {
    return Arrays.stream(tensor.dims()).filter(dim -> dim > 1).count() == 1;
  }

  /** Returns the places of the largest numbers and these, the largest first. */
  public String largest() {
    List<Integer> places =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -values[i]))
            .limit(LARGEST)
            .toList();
    return places.stream()
        .map(place -> String.format(Locale.ROOT, "%d: %.6g", place, values[place]))
        .collect(Collectors.joining("  "));
  }
}
