package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PoolingTest {
  private static final PoolingAxis NONE = PoolingAxis.NONE;

  private record Problem(
      int batch, PoolingAxis depth, PoolingAxis height, PoolingAxis width, int channels) {
    int srcCount() {
      return batch * depth.srcSize() * height.srcSize() * width.srcSize() * channels;
    }

    int dstCount() {
      return batch * depth.dstSize() * height.dstSize() * width.dstSize() * channels;
    }
  }

  private static final Problem[] PROBLEMS = {
    new Problem(1, NONE, NONE, NONE, 1),
    new Problem(1, NONE, NONE, axis(9, 3, 2, 1, 1, 1), 5),
    new Problem(2, NONE, axis(8, 2, 2, 1, 0, 0), axis(6, 2, 2, 1, 0, 0), 16),
    new Problem(1, NONE, axis(13, 3, 2, 1, 1, 1), axis(11, 3, 2, 1, 1, 1), 24),
    new Problem(2, NONE, axis(7, 3, 1, 1, 1, 1), axis(5, 5, 1, 1, 2, 2), 67),
    new Problem(1, NONE, axis(17, 3, 1, 2, 2, 2), axis(19, 2, 3, 3, 0, 1), 33),
    new Problem(1, NONE, axis(7, 2, 2, 1, 0, 0, 4), axis(9, 2, 2, 1, 0, 0, 5), 8),
    new Problem(1, NONE, axis(6, 3, 2, 1, 0, 2), axis(4, 4, 1, 1, 3, 0), 3),
    new Problem(2, axis(5, 3, 1, 1, 1, 0), axis(6, 2, 2, 1, 0, 0), axis(7, 3, 2, 1, 1, 1), 19),
    new Problem(2, NONE, axis(6, 2, 2, 1, 0, 0), axis(66, 2, 2, 1, 0, 0), 28),
    new Problem(1, NONE, axis(5, 2, 1, 1, 0, 1), axis(40, 2, 1, 2, 0, 0), 9),
    new Problem(1, axis(3, 2, 1, 1, 0, 0), axis(4, 2, 2, 1, 0, 0), axis(70, 2, 3, 1, 0, 0), 24),
    new Problem(1, NONE, axis(4, 2, 2, 1, 0, 0), axis(80, 2, 2, 1, 0, 0), 5),
    new Problem(1, NONE, axis(4, 2, 2, 1, 0, 0), axis(40, 2, 2, 1, 1, 1), 16),
    new Problem(1, NONE, axis(112, 3, 2, 1, 1, 1), axis(112, 3, 2, 1, 1, 1), 64)
  };

  private static final List<Pooling.Kind> OF_FLOATS =
      List.of(Pooling.Kind.MAX, Pooling.Kind.AVERAGE, Pooling.Kind.AVERAGE_WITH_PADDING);

  private static PoolingAxis axis(
      int size, int kernel, int stride, int dilation, int padBegin, int padEnd) {
    int span = (kernel - 1) * dilation + 1;
    int windows = (size + padBegin + padEnd - span) / stride + 1;
    return axis(size, kernel, stride, dilation, padBegin, padEnd, windows);
  }

  private static PoolingAxis axis(
      int size, int kernel, int stride, int dilation, int padBegin, int padEnd, int windows) {
    return new PoolingAxis(size, windows, kernel, stride, dilation, padBegin, padEnd);
  }

  @Test
  void windowsAreWhatTheirTapsSay() {
    var random = new Random(11);
    for (Problem problem : PROBLEMS) {
      float[] src = OperatorRun.integers(random, problem.srcCount());
      for (Pooling.Kind kind : OF_FLOATS) {
        double[] expected = expected(problem, kind, src);
        for (Loops loops : OperatorRun.loops()) {
          float[] dst = OperatorRun.floats(make(loops, problem, kind), expected.length, src);
          OperatorRun.near(
              dst, expected, kind == Pooling.Kind.MAX ? 0 : 1e-6, kind + " " + problem);
        }
      }
    }
  }

  @Test
  void windowsOfBytesAreTheirLargest() {
    var random = new Random(12);
    for (Problem problem : PROBLEMS) {
      byte[] bytes = new byte[(problem.srcCount() + 3) / 4 * 4];
      random.nextBytes(bytes);
      float[] src = new float[bytes.length / 4];
      MemorySegment.copy(MemorySegment.ofArray(bytes), JAVA_FLOAT_UNALIGNED, 0, src, 0, src.length);
      for (Pooling.Kind kind : List.of(Pooling.Kind.MAX_S8, Pooling.Kind.MAX_U8)) {
        float[] values = new float[problem.srcCount()];
        for (int i = 0; i < values.length; i++) {
          values[i] = kind == Pooling.Kind.MAX_S8 ? bytes[i] : bytes[i] & 0xff;
        }
        double[] expected = expected(problem, kind, values);
        for (Loops loops : OperatorRun.loops()) {
          byte[] dst = bytes(make(loops, problem, kind), expected.length, src);
          for (int i = 0; i < expected.length; i++) {
            assertThat(dst[i]).as("%s %s at %d", kind, problem, i).isEqualTo((byte) expected[i]);
          }
        }
      }
    }
  }

  private static byte[] bytes(Primitive primitive, int count, float[] src) {
    try (Arena arena = Arena.ofConfined()) {
      return OperatorRun.run(primitive, arena, count, null, src).toArray(JAVA_BYTE);
    }
  }

  private static Primitive make(Loops loops, Problem problem, Pooling.Kind kind) {
    return OperatorRun.make(
        loops,
        () ->
            new Pooling(
                kind,
                problem.batch,
                problem.depth,
                problem.height,
                problem.width,
                problem.channels,
                2));
  }

  private static double[] expected(Problem problem, Pooling.Kind kind, float[] src) {
    double[] dst = new double[problem.dstCount()];
    int at = 0;
    for (int n = 0; n < problem.batch; n++) {
      for (int d = 0; d < problem.depth.dstSize(); d++) {
        for (int h = 0; h < problem.height.dstSize(); h++) {
          for (int w = 0; w < problem.width.dstSize(); w++) {
            for (int c = 0; c < problem.channels; c++) {
              dst[at++] = window(problem, kind, src, n, d, h, w, c);
            }
          }
        }
      }
    }
    return dst;
  }

  private static double window(
      Problem problem, Pooling.Kind kind, float[] src, int n, int d, int h, int w, int c) {
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    int elements = 0;
    int padded = 0;
    for (int kd = 0; kd < problem.depth.kernel(); kd++) {
      for (int kh = 0; kh < problem.height.kernel(); kh++) {
        for (int kw = 0; kw < problem.width.kernel(); kw++) {
          int z = tap(problem.depth, d, kd);
          int y = tap(problem.height, h, kh);
          int x = tap(problem.width, w, kw);
          if (z < problem.depth.srcSize() + problem.depth.padEnd()
              && y < problem.height.srcSize() + problem.height.padEnd()
              && x < problem.width.srcSize() + problem.width.padEnd()) {
            padded++;
          }
          if (isInside(problem.depth, z)
              && isInside(problem.height, y)
              && isInside(problem.width, x)) {
            int row = (n * problem.depth.srcSize() + z) * problem.height.srcSize() + y;
            float value = src[(row * problem.width.srcSize() + x) * problem.channels + c];
            max = Math.max(max, value);
            sum += value;
            elements++;
          }
        }
      }
    }
    return switch (kind) {
      case MAX, MAX_S8, MAX_U8 -> max;
      case AVERAGE -> sum / elements;
      case AVERAGE_WITH_PADDING -> sum / padded;
    };
  }

  private static int tap(PoolingAxis axis, int window, int tap) {
    return window * axis.stride() - axis.padBegin() + tap * axis.dilation();
  }

  private static boolean isInside(PoolingAxis axis, int element) {
    return element >= 0 && element < axis.srcSize();
  }

  @Test
  void notANumberIsLarger() {
    Problem problem = new Problem(1, NONE, NONE, axis(3, 3, 1, 1, 0, 0), 9);
    for (Loops loops : OperatorRun.loops()) {
      for (int at = 0; at < 3; at++) {
        float[] src = new float[27];
        src[9 * at + 4] = Float.NaN;
        src[9 * at + 5] = Float.NEGATIVE_INFINITY;
        float[] dst = OperatorRun.floats(make(loops, problem, Pooling.Kind.MAX), 9, src);
        assertThat(dst).containsExactly(0, 0, 0, 0, Float.NaN, 0, 0, 0, 0);
      }
    }
  }

  @Test
  void global() {
    float[] src = OperatorRun.gaussians(new Random(2), 2 * 35 * 21);
    double[] mean = new double[2 * 21];
    double[] max = new double[2 * 21];
    java.util.Arrays.fill(max, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < src.length; i++) {
      int at = i / 21 / 35 * 21 + i % 21;
      mean[at] += src[i] / 35.0;
      max[at] = Math.max(max[at], src[i]);
    }
    OperatorRun.near(
        OperatorRun.floats(Pooling.globalAverage(2, 35, 21, 2), 42, src), mean, 1e-6, "average");
    OperatorRun.near(OperatorRun.floats(Pooling.globalMax(2, 35, 21, 2), 42, src), max, 0, "max");
  }

  @Test
  void whatIsLargeIsShared() {
    PoolingAxis axis = axis(112, 3, 2, 1, 1, 1);
    assertThat(new Pooling(Pooling.Kind.MAX, 1, NONE, axis, axis, 64, 2).partCount())
        .isGreaterThan(1);
    assertThat(new Pooling(Pooling.Kind.MAX, 1, NONE, axis, axis, 64, 1).partCount()).isEqualTo(1);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> axis(4, 2, 2, 1, 2, 0)).hasMessageContainingAll("window 0", "4");
    assertThatThrownBy(() -> axis(4, 2, 2, 1, 0, 0, 3)).hasMessageContainingAll("window 2", "4");
    assertThatThrownBy(() -> axis(4, 2, 0, 1, 0, 0, 1)).hasMessageContaining("stride");
    assertThatThrownBy(() -> new Pooling(Pooling.Kind.MAX, 0, NONE, NONE, NONE, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    PoolingAxis large = axis(1 << 30, 1, 1 << 29, 1, 0, 0);
    assertThatThrownBy(() -> new Pooling(Pooling.Kind.MAX, 1, large, large, large, 1, 1))
        .hasMessageContaining("overflow");
  }
}
