package io.github.conv4j.examples.ocr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import java.awt.image.BufferedImage;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class PictureTensorTest {
  private static BufferedImage image() {
    var image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0xff8000);
    image.setRGB(1, 0, 0x0000ff);
    return image;
  }

  @Test
  void putsChannelsFirst() {
    var normalization = new Normalization(1, new double[] {0, 128, 55}, new double[] {1, 1, 2});
    Constant tensor =
        PictureTensor.of(image(), ElementType.FLOAT, new long[] {-1, 3, -1, -1}, normalization);

    assertThat(tensor.dims()).containsExactly(1, 3, 1, 2);
    assertThat(tensor.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
        .containsExactly(255, 0, 0, -128, -27.5f, 100);
  }

  @Test
  void putsChannelsLast() {
    Constant tensor =
        PictureTensor.of(image(), ElementType.UINT8, new long[] {1, -1, -1, 3}, Normalization.UNIT);

    assertThat(tensor.dims()).containsExactly(1, 1, 2, 3);
    assertThat(tensor.data().toArray(ValueLayout.JAVA_BYTE))
        .containsExactly((byte) 255, (byte) 128, (byte) 0, (byte) 0, (byte) 0, (byte) 255);
  }

  @Test
  void scalesToFixedSides() {
    Constant tensor =
        PictureTensor.of(image(), ElementType.FLOAT, new long[] {1, 1, 4, 6}, Normalization.UNIT);

    assertThat(tensor.dims()).containsExactly(1, 1, 4, 6);
  }

  @Test
  void refusesInputsThatTakeNoPictures() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PictureTensor.of(
                    image(), ElementType.FLOAT, new long[] {1, 10}, Normalization.UNIT))
        .withMessageContaining("four axes");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PictureTensor.of(
                    image(), ElementType.FLOAT, new long[] {1, 64, 8, 8}, Normalization.UNIT))
        .withMessageContaining("1 or 3 channels");
  }
}
