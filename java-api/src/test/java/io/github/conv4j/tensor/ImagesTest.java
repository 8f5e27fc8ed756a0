package io.github.conv4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.awt.image.BufferedImage;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImagesTest {
  @Test
  void everyLevelSurvivesTheRoundTrip() {
    var image = new BufferedImage(17, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 17 * 16; i++) {
      int level = i % 256;
      image.setRGB(i % 17, i / 17, level << 16 | (255 - level) << 8 | (level * 7 & 0xff));
    }
    try (Arena arena = Arena.ofConfined()) {
      for (Layout layout : List.of(Layout.NCHW, Layout.NHWC, Layout.strided(9999, 1, 100, 5))) {
        Tensor tensor = Images.fromImage(image, layout, arena);

        assertThat(tensor.spec()).isEqualTo(TensorSpec.f32(layout, 1, 3, 16, 17));
        assertThat(rgb(Images.toImage(tensor))).containsExactly(rgb(image));
      }
    }
  }

  @Test
  void channelsAreRedGreenBlueFromZeroToOne() {
    var image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x80ff0033);
    image.setRGB(1, 0, 0xff00ff00);
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Images.fromImage(image, Layout.NHWC, arena);

      assertThat(tensor.toFloatArray()).containsExactly(1, 0, 0, 1, 0.2f, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_BYTE_INDEXED
      })
  void takesEveryKindOfPicture(int type) {
    var image = new BufferedImage(3, 2, type);
    image.setRGB(1, 1, 0xffffffff);
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Images.fromImage(image, Layout.NCHW, arena);

      assertThat(tensor.getFloat(0, 2, 1, 1)).isEqualTo(1);
      assertThat(tensor.getFloat(0, 2, 0, 1)).isEqualTo(0);
    }
  }

  @Test
  void clampsAndShowsNotANumberAsBlack() {
    float[] values = {-1, 2, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0.5f};
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.ofFloats(TensorSpec.f32(Layout.NCHW, 1, 1, 2, 3), values, arena);

      assertThat(rgb(Images.toImage(tensor)))
          .containsExactly(0xff000000, 0xffffffff, 0xff000000, 0xffffffff, 0xff000000, 0xff808080);
    }
  }

  /** Without the memory that such a picture takes. */
  @Test
  void refusesAPictureWithMoreValuesThanAnArrayHolds() {
    var large =
        new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB) {
          @Override
          public int getWidth() {
            return 30_000;
          }

          @Override
          public int getHeight() {
            return 40_000;
          }
        };
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Images.fromImage(large, Layout.NHWC, Arena.global()))
        .withMessageContainingAll("30000 x 40000", "2147483639");
  }

  @Test
  void refusesWhatIsNoPicture() {
    try (Arena arena = Arena.ofConfined()) {
      for (long[] dims : new long[][] {{2, 3, 4, 4}, {1, 2, 4, 4}, {1, 4, 4, 4}}) {
        Tensor tensor = Tensor.allocate(TensorSpec.f32(Layout.NCHW, dims), arena);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> Images.toImage(tensor))
            .withMessageContainingAll("1x3xHxW", tensor.spec().shape().toString());
      }
      Tensor row = Tensor.allocate(TensorSpec.f32(Layout.NCW, 1, 3, 4), arena);
      assertThatIllegalArgumentException().isThrownBy(() -> Images.toImage(row));
    }
  }

  private static int[] rgb(BufferedImage image) {
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }
}
