package pictures;

import io.github.conv4j.tensor.Images;
import io.github.conv4j.tensor.Layout;
import java.awt.image.BufferedImage;
import java.lang.foreign.Arena;

/** Takes a picture into a tensor and back. */
final class Pictures {
  private Pictures() {}

  public static void main(String[] args) {
    var picture = new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(3, 2, 0x102030);
    try (Arena arena = Arena.ofConfined()) {
      BufferedImage back = Images.toImage(Images.fromImage(picture, Layout.NHWC, arena));
      if (back.getRGB(3, 2) != 0xff102030) {
        throw new AssertionError("the picture changed");
      }
    }
    System.out.println("conv4j has pictures");
  }
}
