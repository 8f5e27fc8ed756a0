package io.github.conv4j.peers;

import boofcv.BoofVersion;
import boofcv.alg.filter.convolve.ConvolveImageNoBorder;
import boofcv.concurrency.BoofConcurrency;
import boofcv.struct.convolve.Kernel2D_F32;
import boofcv.struct.image.GrayF32;
import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.Task;
import java.util.Arrays;
import java.util.Optional;

/**
 * BoofCV, pure Java: one image, one channel, a square kernel that lies inside the image. It keeps
 * the size of the image and leaves the border alone, so borders of zeros are part of the source
 * here, made before the call; a bias is added in a loop after it.
 */
public final class BoofCv implements Contender {
  @Override
  public String name() {
    return "boofcv";
  }

  @Override
  public String version() {
    return "BoofCV " + BoofVersion.VERSION;
  }

  @Override
  public Optional<String> lack(Task task) {
    Convolution c = task.problem().convolution();
    boolean plain =
        c.spatialRank() == 2
            && !c.isTransposed()
            && c.inChannels() == 1
            && c.outChannels() == 1
            && task.problem().src().dim(0) == 1;
    if (!plain) {
      return Optional.of("one image of one channel only");
    }
    for (Geometry.Axis axis : task.problem().geometry().axes()) {
      if (axis.stride() != 1 || axis.dilation() != 1 || c.kernel(0) != c.kernel(1)) {
        return Optional.of("square kernels of stride 1 and dilation 1 only");
      }
    }
    return CommonTerms.lack(task);
  }

  @Override
  public Entry enter(Task task) {
    BoofConcurrency.USE_CONCURRENT = task.threads() > 1;
    if (task.threads() > 1) {
      BoofConcurrency.setMaxThreads(task.threads());
    }
    return new Client(task, CommonTerms.of(task));
  }

  @Override
  public void close() {}

  private static final class Client implements Entry {
    private final Kernel2D_F32 kernel;
    private final GrayF32 src;
    private final GrayF32 dst;
    private final float bias;
    private final int outHeight;
    private final int outWidth;
    private final int offset;

    Client(Task task, CommonTerms terms) {
      int height = (int) (terms.src()[2] + terms.begin()[0] + terms.end()[0]);
      int width = (int) (terms.src()[3] + terms.begin()[1] + terms.end()[1]);
      int size = (int) terms.kernel()[0];
      kernel = new Kernel2D_F32(size, terms.weights().clone());
      offset = kernel.offset;
      src = new GrayF32(width, height);
      dst = new GrayF32(width, height);
      bias = task.bias().length > 0 ? task.bias()[0] : 0;
      outHeight = (int) terms.dst()[2];
      outWidth = (int) terms.dst()[3];
      int srcWidth = (int) terms.src()[3];
      for (int h = 0; h < terms.src()[2]; h++) {
        System.arraycopy(
            task.src(),
            h * srcWidth,
            src.data,
            (int) ((h + terms.begin()[0]) * width + terms.begin()[1]),
            srcWidth);
      }
    }

    @Override
    public void call() {
      ConvolveImageNoBorder.convolve(kernel, src, dst);
      if (bias != 0) {
        float[] values = dst.data;
        for (int i = 0; i < values.length; i++) {
          values[i] += bias;
        }
      }
    }

    @Override
    public float[] result() {
      float[] values = new float[outHeight * outWidth];
      for (int h = 0; h < outHeight; h++) {
        int from = (h + offset) * dst.width + offset;
        float[] row = Arrays.copyOfRange(dst.data, from, from + outWidth);
        System.arraycopy(row, 0, values, h * outWidth, outWidth);
      }
      return values;
    }

    @Override
    public String implementation() {
      return "ConvolveImageNoBorder";
    }

    @Override
    public void close() {}
  }
}
