package io.github.conv4j.networks.internal.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.conv4j.networks.graph.ElementType;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolution against its sum written out, and its transpose against what transposes are. */
class ConvolutionsTest {
  private static final Random RANDOM = new Random(5);

  private static Values random(long... dims) {
    int count = (int) new TensorType(ElementType.FLOAT, dims).elementCount();
    return Values.floats(RANDOM.doubles(count, -1, 1).toArray(), dims);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 0, 0, 3",
    "2, 1, 1, 1, 2, 3",
    "1, 2, 1, 2, 0, 2",
    "3, 2, 2, 4, 4, 3",
    "2, 3, 4, 0, 5, 1",
    "5, 1, 2, 0, 0, 5",
    "1, 1, 2, 7, 7, 3"
  })
  void isTheSumWrittenOut(int stride, int dilation, int groups, int before, int after, int kernel) {
    Values src = random(2, 4, 11, 9);
    Values weights = random(8, 4 / groups, kernel, 1);

    Values dst =
        OneNode.of("Conv", 11)
            .input(src)
            .input(weights)
            .ints("strides", stride, 1)
            .ints("dilations", dilation, 1)
            .ints("pads", before, 1, after, 0)
            .integer("group", groups)
            .run();

    long[] dims = dst.type().dims();
    assertThat(dims[3]).isEqualTo(10);
    for (int i = 0; i < dst.size(); i++) {
      int ow = i % 10;
      int oh = i / 10 % (int) dims[2];
      int oc = i / 10 / (int) dims[2] % 8;
      int n = i / 10 / (int) dims[2] / 8;
      double sum = 0;
      for (int ic = 0; ic < 4 / groups; ic++) {
        for (int kh = 0; kh < kernel; kh++) {
          int h = oh * stride + kh * dilation - before;
          int w = ow - 1;
          if (h >= 0 && h < 11 && w >= 0) {
            int c = oc / (8 / groups) * (4 / groups) + ic;
            sum +=
                src.reals()[((n * 4 + c) * 11 + h) * 9 + w]
                    * weights.reals()[(oc * (4 / groups) + ic) * kernel + kh];
          }
        }
      }
      assertThat(dst.reals()[i]).isCloseTo(sum, within(1e-12));
    }
  }

  /** For all x and y, {@code <conv(x), y> = <x, transposed(y)>}. */
  @ParameterizedTest
  @CsvSource({"1, 1, 1, 0, 3", "2, 1, 1, 1, 3", "3, 2, 2, 2, 2", "2, 3, 4, 0, 1"})
  void transposedIsTheAdjoint(int stride, int dilation, int groups, int pad, int kernel) {
    Values x = random(2, 4, 5, 10, 9);
    Values weights = random(8, 4 / groups, 1, kernel, kernel);
    OneNode conv = OneNode.of("Conv", 11).input(x).input(weights);
    Values there = with(conv, stride, dilation, groups, pad).run();
    Values y = random(there.type().dims());
    long[] dims = y.type().dims();
    long span = (kernel - 1L) * dilation + 1 - 2L * pad;
    Values back =
        with(OneNode.of("ConvTranspose", 11).input(y).input(weights), stride, dilation, groups, pad)
            .ints(
                "output_padding",
                0,
                10 - (stride * (dims[3] - 1) + span),
                9 - (stride * (dims[4] - 1) + span))
            .run();

    assertThat(back.type()).isEqualTo(x.type());
    assertThat(dot(there, y)).isCloseTo(dot(x, back), within(1e-10));
  }

  private static OneNode with(OneNode node, int stride, int dilation, int groups, int pad) {
    return node.ints("strides", 1, stride, stride)
        .ints("dilations", 1, dilation, dilation)
        .ints("pads", 0, pad, pad, 0, pad, pad)
        .integer("group", groups);
  }

  private static double dot(Values a, Values b) {
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += a.reals()[i] * b.reals()[i];
    }
    return sum;
  }
}
