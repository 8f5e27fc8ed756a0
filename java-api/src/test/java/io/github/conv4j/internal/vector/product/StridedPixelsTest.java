package io.github.conv4j.internal.vector.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each output finds the channels of the pixel that it meets, wherever a copy begins. */
class StridedPixelsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb2_ic3oc8_iw11ow4kw1sw3",
        "mb2_ic3oc8_ih7oh4kh1sh2_iw5ow5kw1sw1",
        "mb3_ic1oc8_ih4oh4kh1sh1_iw9ow3kw1sw4",
        "mb2_ic5oc8_id5od3kd1sd2_ih4oh2kh1sh3_iw7ow4kw1sw2",
      })
  void outputsFindTheirSource(String line) {
    Problem problem = Problem.parse(line);
    Convolution c = problem.convolution();
    Geometry geometry = c.geometry(problem.src());
    Activation src =
        Activation.of(
            TensorSpec.f32(Layout.channelsLast(problem.src().rank()), problem.src().dims()));
    StridedPixels pixels = StridedPixels.of(src, geometry.axes());
    int outputs = src.n() * pixels.d() * pixels.h() * pixels.w();

    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(problem.src().elementCount() * Float.BYTES, 4);
      for (int i = 0; i < problem.src().elementCount(); i++) {
        from.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
      }
      for (int begin = 0; begin < outputs; begin += 3) {
        int count = Math.min(outputs - begin, 5);
        MemorySegment to = arena.allocate((long) count * src.c() * Float.BYTES, 4);
        pixels.copy(from, begin, count, to);
        for (int p = 0; p < count; p++) {
          long at = source(src, geometry.axes(), begin + p);
          for (int channel = 0; channel < src.c(); channel++) {
            assertThat(to.getAtIndex(ValueLayout.JAVA_FLOAT, (long) p * src.c() + channel))
                .as("channel %d of output %d", channel, begin + p)
                .isEqualTo((float) (at + channel));
          }
        }
      }
    }
  }

  /** Where the pixel begins that an output meets, by its number among all outputs. */
  private static long source(Activation src, List<Geometry.Axis> axes, int output) {
    long pixel = 0;
    long size = 1;
    long rest = output;
    for (Geometry.Axis axis : axes.reversed()) {
      pixel += rest % axis.dst() * axis.stride() * size;
      rest /= axis.dst();
      size *= axis.src();
    }
    return (rest * size + pixel) * src.c();
  }
}
