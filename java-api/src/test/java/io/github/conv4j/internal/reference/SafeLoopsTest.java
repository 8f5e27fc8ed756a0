package io.github.conv4j.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SafeLoopsTest {
  @Test
  void everyFloatIsLookedAt() {
    for (int count : new int[] {1, 2, 4_095, 4_096, 4_097, 9_001}) {
      try (Arena arena = Arena.ofConfined()) {
        Tensor weights =
            Tensor.allocate(TensorSpec.f32(Layout.channelsLast(3), 1, 1, count), arena);
        weights.fill(1);
        assertThat(SafeLoops.allFinite(weights)).isTrue();
        weights.setFloat(Float.NaN, 0, 0, count - 1);
        assertThat(SafeLoops.allFinite(weights)).isFalse();
      }
    }
  }

  @Test
  void everyPlaceAndEverySign() {
    for (int count = 1; count <= 11; count++) {
      try (Arena arena = Arena.ofConfined()) {
        Tensor weights =
            Tensor.allocate(TensorSpec.f32(Layout.channelsLast(3), 1, 1, count), arena);
        for (float finite : new float[] {Float.MAX_VALUE, -Float.MAX_VALUE, -0f, Float.MIN_VALUE}) {
          weights.fill(finite);
          assertThat(SafeLoops.allFinite(weights)).isTrue();
          for (int at = 0; at < count; at++) {
            for (int bits : new int[] {0x7f80_0000, 0xff80_0000, 0x7f80_0001, 0xffff_ffff}) {
              weights.setFloat(Float.intBitsToFloat(bits), 0, 0, at);
              assertThat(SafeLoops.allFinite(weights)).isFalse();
            }
            weights.setFloat(finite, 0, 0, at);
          }
        }
      }
    }
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void anyNumberOfBytesHasAnEnd() {
    for (int count : new int[] {1, 3, 5, 4 * 4_096 + 1, 40_003}) {
      try (Arena arena = Arena.ofConfined()) {
        TensorSpec spec = TensorSpec.of(DataType.S8, Layout.channelsLast(3), Shape.of(1, 1, count));
        assertThat(SafeLoops.allFinite(Tensor.allocate(spec, arena))).isTrue();
      }
    }
  }
}
