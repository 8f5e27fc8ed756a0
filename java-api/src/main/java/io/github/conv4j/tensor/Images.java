package io.github.conv4j.tensor;

import java.awt.image.BufferedImage;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * Pictures in and out of tensors of shape {@code [1, c, h, w]}, c being 1 (grey) or 3 (red, green,
 * blue), with values from 0 to 1.
 *
 * <p>Needs the module {@code java.desktop}; nothing else of conv4j does. Both ways copy.
 */
public final class Images {
  private Images() {}

  /**
   * Copies the red, green and blue of a picture into a new tensor; transparency is dropped.
   *
   * @param layout a layout for rank 4, for example {@link Layout#NHWC}
   */
  public static Tensor fromImage(BufferedImage image, Layout layout, Arena arena) {
    Objects.requireNonNull(image, "image");
    int width = image.getWidth();
    int height = image.getHeight();
    Tensor tensor = Tensor.allocate(TensorSpec.f32(layout, 1, 3, height, width), arena);
    int plane = Math.multiplyExact(width, height);
    int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
    float[] values = new float[Math.multiplyExact(3, plane)];
    for (int i = 0; i < plane; i++) {
      values[i] = (pixels[i] >> 16 & 0xff) / 255f;
      values[plane + i] = (pixels[i] >> 8 & 0xff) / 255f;
      values[2 * plane + i] = (pixels[i] & 0xff) / 255f;
    }
    tensor.copyFrom(values);
    return tensor;
  }

  /**
   * Copies a tensor of shape {@code [1, 1, h, w]} or {@code [1, 3, h, w]} into a new picture.
   * Values are clamped to 0..1; NaN becomes 0.
   *
   * @throws IllegalArgumentException if the tensor has another shape
   */
  public static BufferedImage toImage(Tensor tensor) {
    Shape shape = Objects.requireNonNull(tensor, "tensor").spec().shape();
    if (shape.rank() != 4 || shape.dim(0) != 1 || (shape.dim(1) != 1 && shape.dim(1) != 3)) {
      throw new IllegalArgumentException(
          "a picture needs shape 1x1xHxW or 1x3xHxW but the tensor is " + tensor.spec());
    }
    int height = Math.toIntExact(shape.dim(2));
    int width = Math.toIntExact(shape.dim(3));
    float[] values = tensor.toFloatArray();
    int plane = width * height;
    int greenFrom = shape.dim(1) == 3 ? plane : 0;
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < plane; i++) {
      int red = level(values[i]);
      int green = level(values[greenFrom + i]);
      int blue = level(values[2 * greenFrom + i]);
      image.setRGB(i % width, i / width, red << 16 | green << 8 | blue);
    }
    return image;
  }

  private static int level(float value) {
    return Math.round(Math.clamp(Float.isNaN(value) ? 0 : value, 0f, 1f) * 255f);
  }
}
