package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.internal.definition.ResizeAxis.Kernel;

/**
 * GridSample: each element of the result has a place in the image told, from -1 to 1 along each
 * axis, the last axis first.
 */
final class GridSampling {
  private static final double CUBIC = -0.75;

  static final Definition DEFINITION =
      Definition.single(
          call -> new GridSampling(call).infer(), (call, type) -> new GridSampling(call).run(type));

  private enum Outside {
    ZEROS,
    BORDER,
    REFLECTION
  }

  private final NodeCall call;
  private final int axes;
  private final Kernel.Mode mode;
  private final Outside outside;
  private final boolean alignCorners;
  private final Kernel kernel;

  private GridSampling(NodeCall call) {
    this.call = call;
    call.requireReal(1);
    this.axes = call.rank(0) - 2;
    call.require(axes >= 1, "needs at least 3 dimensions, not %s", call.type(0));
    if (axes > (call.opset() < 20 ? 2 : 3)) {
      throw call.unsupported("has %d spatial axes", axes);
    }
    this.mode = mode(call);
    this.kernel = new Kernel(mode, Kernel.Nearest.FLOOR, CUBIC, false, false);
    this.outside =
        switch (call.text("padding_mode", "zeros")) {
          case "zeros" -> Outside.ZEROS;
          case "border" -> Outside.BORDER;
          case "reflection" -> Outside.REFLECTION;
          default -> throw call.invalid("has padding_mode \"%s\"", call.text("padding_mode"));
        };
    this.alignCorners = call.flag("align_corners", false);
  }

  private static Kernel.Mode mode(NodeCall call) {
    boolean early = call.opset() < 20;
    String told = call.text("mode", early ? "bilinear" : "linear");
    return switch (told) {
      case "nearest" -> Kernel.Mode.NEAREST;
      case "linear", "bilinear" -> Kernel.Mode.LINEAR;
      case "cubic", "bicubic" -> Kernel.Mode.CUBIC;
      default -> throw call.invalid("has mode \"%s\"", told);
    };
  }

  private TensorType infer() {
    long[] src = call.dims(0);
    long[] grid = call.dims(1);
    call.require(
        grid.length == src.length && grid[0] == src[0] && grid[grid.length - 1] == axes,
        "has grid %s for %s",
        call.type(1),
        call.type(0));
    long[] dst = src.clone();
    System.arraycopy(grid, 1, dst, 2, axes);
    TensorType type = call.result(call.element(0), dst);
    call.require(
        type.elementCount() == 0 || call.type(0).elementCount() > 0,
        "has nothing to sample in %s",
        call.type(0));
    return type;
  }

  private Values run(TensorType type) {
    double[] src = call.value(0).asReals();
    double[] grid = call.reals(1);
    double[] dst = new double[(int) type.elementCount()];
    int channels = (int) type.dim(1);
    int plane = Layout.count(call.dims(0), 2, axes + 2);
    int places = Layout.count(type.dims(), 2, axes + 2);
    for (int n = 0; n < type.dim(0); n++) {
      for (int place = 0; place < places; place++) {
        double[] weights = {1};
        int[] sources = {0};
        for (int axis = 0; axis < axes; axis++) {
          long extent = call.type(0).dim(axis + 2);
          double told = grid[(n * places + place) * axes + axes - 1 - axis];
          Taps taps = taps(told, extent);
          weights = taps.weights(weights);
          sources = taps.sources(sources, (int) extent);
        }
        for (int c = 0; c < channels; c++) {
          double sum = 0;
          for (int i = 0; i < sources.length; i++) {
            if (sources[i] >= 0) {
              sum += weights[i] * src[(n * channels + c) * plane + sources[i]];
            }
          }
          dst[(n * channels + c) * places + place] = sum;
        }
      }
    }
    return Reductions.ofType(type, dst);
  }

  /**
   * The neighbours of a place along one axis.
   *
   * @param indices negative for what is 0
   */
  private record Taps(int[] indices, double[] weights) {
    double[] weights(double[] outer) {
      double[] products = new double[outer.length * weights.length];
      for (int i = 0; i < products.length; i++) {
        products[i] = outer[i / weights.length] * weights[i % weights.length];
      }
      return products;
    }

    int[] sources(int[] outer, int extent) {
      int[] sources = new int[outer.length * indices.length];
      for (int i = 0; i < sources.length; i++) {
        int before = outer[i / indices.length];
        int index = indices[i % indices.length];
        sources[i] = before < 0 || index < 0 ? -1 : before * extent + index;
      }
      return sources;
    }
  }

  private Taps taps(double told, long extent) {
    double x = alignCorners ? (told + 1) / 2 * (extent - 1) : ((told + 1) * extent - 1) / 2;
    // Far outside nothing changes any more; the rest of the way is not walked.
    double near =
        outside == Outside.REFLECTION ? reflected(x, extent) : Math.clamp(x, -4, extent + 3.0);
    if (mode == Kernel.Mode.NEAREST) {
      return new Taps(new int[] {index((long) Math.rint(near), extent)}, new double[] {1});
    }
    int count = 2 * kernel.radius();
    long first = (long) Math.floor(near) - kernel.radius() + 1;
    int[] indices = new int[count];
    double[] weights = new double[count];
    for (int i = 0; i < count; i++) {
      indices[i] = index(first + i, extent);
      weights[i] = kernel.weight(first + i - near);
    }
    return new Taps(indices, weights);
  }

  private int index(long at, long extent) {
    if (at >= 0 && at < extent) {
      return (int) at;
    }
    return switch (outside) {
      case ZEROS -> -1;
      case BORDER -> (int) Math.clamp(at, 0, extent - 1);
      case REFLECTION ->
          (int) Math.clamp((long) Math.rint(reflected((double) at, extent)), 0, extent - 1);
    };
  }

  /** Reflects at the centers of the outermost pixels where corners align, else at their edges. */
  private double reflected(double x, long extent) {
    double least = alignCorners ? 0 : -0.5;
    double length = alignCorners ? extent - 1.0 : extent;
    if (length == 0 || !Double.isFinite(x)) {
      return 0;
    }
    double phase = Math.abs(x - least) % (2 * length);
    return least + Math.min(phase, 2 * length - phase);
  }
}
