package io.github.conv4j.networks.internal.definition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Resize and Upsample: other sizes of images, axis by axis. */
final class Resizings {
  private static final Definition RESIZE =
      Definition.single(
          call -> call.result(call.element(0), new Resizings(call).dims),
          (call, type) -> new Resizings(call).compute(type));

  static void define(OperatorFamily.Registry to) {
    to.add("Upsample", 7, RESIZE).attributes("mode", "scales");
    to.add("Upsample", 9, RESIZE).inputs(2).attributes("mode");
    to.add("Resize", 10, RESIZE).inputs(2).attributes("mode");
    String[] attributes = {
      "coordinate_transformation_mode",
      "cubic_coeff_a",
      "exclude_outside",
      "extrapolation_value",
      "mode",
      "nearest_mode"
    };
    to.add("Resize", 11, RESIZE).inputs(3, 4).attributes(attributes);
    to.add("Resize", 13, RESIZE).inputs(1, 4).attributes(attributes);
    String[] more = Arrays.copyOf(attributes, attributes.length + 3);
    more[attributes.length] = "antialias";
    more[attributes.length + 1] = "axes";
    more[attributes.length + 2] = "keep_aspect_ratio_policy";
    to.add("Resize", 18, RESIZE).inputs(1, 4).attributes(more);
  }

  private final NodeCall call;
  private final long[] src;
  private final long[] dims;
  private final double[] scales;
  private final int[] axes;
  private final ResizeAxis.Coordinate coordinate;
  private final ResizeAxis.Kernel kernel;

  private Resizings(NodeCall call) {
    this.call = call;
    this.src = call.dims(0);
    this.dims = src.clone();
    this.scales = new double[src.length];
    Arrays.fill(scales, 1);
    long[] all = LongStream.range(0, src.length).toArray();
    this.axes = call.axes(call.integers("axes", all), src.length);
    // Before Resize of opset 11 there was one way to find coordinates.
    boolean early = call.opset() < 11 || call.node().operator().equals("Upsample");
    this.coordinate = early ? ResizeAxis.Coordinate.ASYMMETRIC : ResizeAxis.Coordinate.of(call);
    this.kernel = ResizeAxis.Kernel.of(call, early);
    if (kernel.antialias() && coordinate == ResizeAxis.Coordinate.TF_CROP_AND_RESIZE) {
      throw call.unsupported("has antialias with tf_crop_and_resize, which is not supported");
    }
    double[] told = toldScales();
    if (told != null) {
      scaleBy(told);
    } else {
      resizeTo(toldSizes());
    }
  }

  private double @Nullable [] toldScales() {
    String operator = call.node().operator();
    if (operator.equals("Upsample") && call.opset() < 9) {
      return call.reals("scales");
    }
    int input = operator.equals("Upsample") || call.opset() < 11 ? 1 : 2;
    // An empty list stands for an absent one.
    return call.has(input) && call.type(input).elementCount() > 0 ? call.reals(input) : null;
  }

  private void scaleBy(double[] told) {
    call.require(!call.has(3), "has both scales and sizes");
    call.require(told.length == axes.length, "has %d scales for %d axes", told.length, axes.length);
    double[] roi = roi();
    for (int i = 0; i < told.length; i++) {
      call.require(told[i] > 0 && told[i] < 1e9, "has a scale of %s", told[i]);
      int axis = axes[i];
      scales[axis] = told[i];
      double extent = src[axis] * (roi[axis + src.length] - roi[axis]);
      // In single precision, as engines do: 10 times 0.7f is 7 there, and less in double.
      dims[axis] = (long) Math.floor((float) extent * (float) told[i]);
    }
  }

  private long[] toldSizes() {
    call.require(call.has(3), "has neither scales nor sizes");
    long[] sizes = call.list(3);
    call.require(
        sizes.length == axes.length, "has %d sizes for %d axes", sizes.length, axes.length);
    return sizes;
  }

  private void resizeTo(long[] sizes) {
    String policy = call.text("keep_aspect_ratio_policy", "stretch");
    double common = policy.equals("not_larger") ? Double.POSITIVE_INFINITY : 0;
    for (int i = 0; i < sizes.length; i++) {
      int axis = axes[i];
      call.require(sizes[i] >= 0, "has a size of %d", sizes[i]);
      call.require(src[axis] > 0 || sizes[i] == 0, "has nothing to resize in %s", call.type(0));
      dims[axis] = sizes[i];
      scales[axis] = src[axis] == 0 ? 1 : (double) sizes[i] / src[axis];
      common =
          policy.equals("not_larger")
              ? Math.min(common, scales[axis])
              : Math.max(common, scales[axis]);
    }
    switch (policy) {
      case "stretch" -> {}
      case "not_larger", "not_smaller" -> {
        for (int axis : axes) {
          scales[axis] = common;
          dims[axis] = (long) Math.floor(common * src[axis] + 0.5);
        }
      }
      default -> throw call.invalid("has keep_aspect_ratio_policy \"%s\"", policy);
    }
  }

  /** Returns where the region of interest starts, and ends, on each axis. */
  private double[] roi() {
    double[] roi = new double[2 * src.length];
    Arrays.fill(roi, src.length, roi.length, 1);
    if (coordinate != ResizeAxis.Coordinate.TF_CROP_AND_RESIZE) {
      return roi;
    }
    double[] told = call.reals(1);
    call.require(
        told.length == 2 * axes.length,
        "has a roi of %d numbers for %d axes",
        told.length,
        axes.length);
    for (int i = 0; i < axes.length; i++) {
      roi[axes[i]] = told[i];
      roi[axes[i] + src.length] = told[i + axes.length];
    }
    return roi;
  }

  /** Returns what is done along each axis. */
  static List<ResizeAxis> axes(NodeCall call) {
    var resizing = new Resizings(call);
    double[] roi = resizing.roi();
    List<ResizeAxis> axes = new ArrayList<>();
    for (int axis = 0; axis < resizing.src.length; axis++) {
      axes.add(resizing.axis(axis, roi));
    }
    return axes;
  }

  private ResizeAxis axis(int axis, double[] roi) {
    return new ResizeAxis(
        coordinate, kernel, src[axis], dims[axis], scales[axis], roi[axis], roi[axis + src.length]);
  }

  private Values compute(TensorType type) {
    Values values = call.value(0);
    if (type.elementCount() == 0) {
      return values.picked(type, new int[0]);
    }
    double[] roi = roi();
    boolean[][] outside = new boolean[src.length][];
    for (int axis = 0; axis < src.length; axis++) {
      ResizeAxis resize = axis(axis, roi);
      outside[axis] = resize.outside();
      if (!resize.isIdentity()) {
        values = resize.apply(values, axis);
      }
    }
    return extrapolated(values, outside);
  }

  private Values extrapolated(Values values, boolean[][] outside) {
    long[][] along = new long[outside.length][];
    boolean any = false;
    long[] strides = Layout.strides(dims);
    for (int axis = 0; axis < outside.length; axis++) {
      along[axis] = new long[outside[axis].length];
      for (int i = 0; i < along[axis].length; i++) {
        any |= outside[axis][i];
        along[axis][i] = outside[axis][i] ? -1 : i * strides[axis];
      }
    }
    if (!any) {
      return values;
    }
    TensorType one = new TensorType(values.type().element());
    double told = call.real("extrapolation_value", 0);
    Values fill = Reductions.ofType(one, new double[] {told});
    return values.picked(values.type(), Layout.offsets(along), fill);
  }
}
