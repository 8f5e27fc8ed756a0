package io.github.conv4j.tensor;

import java.awt.image.BufferedImage;
import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * Pictures in and out of tensors of shape {@code [1, c, h, w]}, c being 1 (grey) or 3 (red, green,
 * blue), with values from 0 to 1.
 *
 * <p>Needs the module {@code java.desktop}; nothing else of conv4j does, and conv4j does not ask
 * for it: a module that uses this class has {@code requires java.desktop;} itself, a program on the
 * class path need do nothing, and a server without the desktop module runs everything else.
 *
 * <p><b>Memory.</b> Both ways copy; neither keeps the picture or the tensor.
 *
 * <p><b>Threads.</b> Safe for use by any number of threads, as far as the picture and the tensor
 * are.
 *
 * <p><b>Errors.</b> {@link IllegalArgumentException} for tensors that are no pictures and for
 * layouts of another rank; {@link NoClassDefFoundError} where there is no {@code java.desktop}.
 */
public final class Images {
  /** What an array can hold. */
  private static final int MOST_VALUES = Integer.MAX_VALUE - 8;

  private Images() {}

  /**
   * Copies the red, green and blue of a picture into a new tensor; transparency is dropped.
   *
   * @param layout a layout for rank 4, for example {@link Layout#NHWC}
   * @param arena owns the tensor's memory
   * @throws IllegalArgumentException if the layout is for another rank or leaves the choice open,
   *     or the picture has more values than an array can hold; nothing is allocated then
   */
  public static Tensor fromImage(BufferedImage image, Layout layout, Arena arena) {
    Objects.requireNonNull(image, "image");
    int width = image.getWidth();
    int height = image.getHeight();
    if (3L * width * height > MOST_VALUES) {
      throw new IllegalArgumentException(
          "a picture may have up to %d values, three a pixel, but this one is %d x %d"
              .formatted(MOST_VALUES, width, height));
    }
    Tensor tensor = Tensor.allocate(TensorSpec.f32(layout, 1, 3, height, width), arena);
    int plane = width * height;
    int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
    float[] values = new float[3 * plane];
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
    float[] values = tensor.toFloatArray();
    int height = (int) shape.dim(2);
    int width = (int) shape.dim(3);
    int plane = width * height;
    int greenFrom = shape.dim(1) == 3 ? plane : 0;
    int[] pixels = new int[plane];
    for (int i = 0; i < plane; i++) {
      int red = level(values[i]);
      int green = level(values[greenFrom + i]);
      int blue = level(values[2 * greenFrom + i]);
      pixels[i] = red << 16 | green << 8 | blue;
    }
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, height, pixels, 0, width);
    return image;
  }

  private static int level(float value) {
    return Math.round(Math.clamp(Float.isNaN(value) ? 0 : value, 0f, 1f) * 255f);
  }
}
