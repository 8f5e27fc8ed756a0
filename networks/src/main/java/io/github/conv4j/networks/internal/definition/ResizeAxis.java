package io.github.conv4j.networks.internal.definition;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What resizing does along one axis: each new element is a weighted sum of old ones. */
final class ResizeAxis {
  /** How an element of the result finds its place in the source. */
  enum Coordinate {
    HALF_PIXEL,
    HALF_PIXEL_SYMMETRIC,
    PYTORCH_HALF_PIXEL,
    ALIGN_CORNERS,
    ASYMMETRIC,
    TF_HALF_PIXEL_FOR_NN,
    TF_CROP_AND_RESIZE;

    static Coordinate of(NodeCall call) {
      String told = call.text("coordinate_transformation_mode", "half_pixel");
      Coordinate found =
          Arrays.stream(values())
              .filter(mode -> mode.name().toLowerCase(Locale.ROOT).equals(told))
              .findFirst()
              .orElseThrow(() -> call.invalid("has coordinate mode \"%s\"", told));
      boolean known =
          switch (found) {
            case TF_HALF_PIXEL_FOR_NN -> call.opset() < 13;
            case HALF_PIXEL_SYMMETRIC -> call.opset() >= 19;
            default -> true;
          };
      call.require(
          known, "has coordinate mode \"%s\", which opset %d does not have", told, call.opset());
      return found;
    }
  }

  /** Which of the old elements count, and how much. */
  record Kernel(
      Mode mode, Nearest nearest, double cubicA, boolean antialias, boolean excludeOutside) {
    enum Mode {
      NEAREST,
      LINEAR,
      CUBIC
    }

    enum Nearest {
      ROUND_PREFER_FLOOR,
      ROUND_PREFER_CEIL,
      FLOOR,
      CEIL,
      /** Of Resize before opset 11: down when enlarging, up when shrinking. */
      AWAY_FROM_THE_LARGER
    }

    static Kernel of(NodeCall call, boolean early) {
      String told = call.text("mode", "nearest");
      Mode mode =
          switch (told) {
            case "nearest" -> Mode.NEAREST;
            case "linear", "bilinear" -> Mode.LINEAR;
            case "cubic" -> {
              call.require(!early, "has mode \"%s\"", told);
              yield Mode.CUBIC;
            }
            default -> throw call.invalid("has mode \"%s\"", told);
          };
      return new Kernel(
          mode,
          early ? Nearest.AWAY_FROM_THE_LARGER : nearest(call),
          call.real("cubic_coeff_a", -0.75),
          call.flag("antialias", false),
          call.flag("exclude_outside", false));
    }

    private static Nearest nearest(NodeCall call) {
      String told = call.text("nearest_mode", "round_prefer_floor");
      return switch (told) {
        case "round_prefer_floor" -> Nearest.ROUND_PREFER_FLOOR;
        case "round_prefer_ceil" -> Nearest.ROUND_PREFER_CEIL;
        case "floor" -> Nearest.FLOOR;
        case "ceil" -> Nearest.CEIL;
        default -> throw call.invalid("has nearest_mode \"%s\"", told);
      };
    }

    /** Returns the element whose value is taken at a coordinate. */
    double nearestTo(double x, double scale) {
      return switch (nearest) {
        case ROUND_PREFER_FLOOR -> Math.ceil(x - 0.5);
        case ROUND_PREFER_CEIL -> Math.floor(x + 0.5);
        case FLOOR -> Math.floor(x);
        case CEIL -> Math.ceil(x);
        case AWAY_FROM_THE_LARGER -> scale < 1 ? Math.ceil(x) : Math.floor(x);
      };
    }

    double weight(double distance) {
      double d = Math.abs(distance);
      if (mode == Mode.LINEAR) {
        return Math.max(0, 1 - d);
      }
      if (d <= 1) {
        return ((cubicA + 2) * d - (cubicA + 3)) * d * d + 1;
      }
      return d < 2 ? ((cubicA * d - 5 * cubicA) * d + 8 * cubicA) * d - 4 * cubicA : 0;
    }

    int radius() {
      return mode == Mode.LINEAR ? 1 : 2;
    }
  }

  private final Coordinate coordinate;
  private final Kernel kernel;
  private final int src;
  private final int dst;
  private final double scale;
  private final double start;
  private final double end;

  ResizeAxis(
      Coordinate coordinate,
      Kernel kernel,
      long src,
      long dst,
      double scale,
      double start,
      double end) {
    this.coordinate = coordinate;
    this.kernel = kernel;
    this.src = (int) src;
    this.dst = (int) dst;
    this.scale = scale;
    this.start = start;
    this.end = end;
  }

  boolean isIdentity() {
    return src == dst && scale == 1 && coordinate != Coordinate.TF_CROP_AND_RESIZE;
  }

  private double coordinate(int index) {
    // Not rounded: a scale can ask for a fraction of an element.
    double resized = scale * src;
    double half = (index + 0.5) / scale - 0.5;
    return switch (coordinate) {
      case HALF_PIXEL -> half;
      case HALF_PIXEL_SYMMETRIC -> src / 2.0 * (1 - dst / resized) + half;
      case PYTORCH_HALF_PIXEL -> dst > 1 ? half : 0;
      case ALIGN_CORNERS -> resized == 1 ? 0 : index * (src - 1) / (resized - 1);
      case ASYMMETRIC -> index / scale;
      case TF_HALF_PIXEL_FOR_NN -> (index + 0.5) / scale;
      case TF_CROP_AND_RESIZE ->
          dst > 1
              ? start * (src - 1) + index * (end - start) * (src - 1) / (dst - 1)
              : 0.5 * (start + end) * (src - 1);
    };
  }

  /** Returns which elements of the result lie outside the source. */
  boolean[] outside() {
    boolean[] outside = new boolean[dst];
    if (coordinate == Coordinate.TF_CROP_AND_RESIZE) {
      for (int i = 0; i < dst; i++) {
        double x = coordinate(i);
        // Written so that a coordinate that is no number is outside too.
        outside[i] = !(x >= 0 && x <= src - 1);
      }
    }
    return outside;
  }

  Values apply(Values values, int axis) {
    long[] dims = values.type().dims();
    dims[axis] = dst;
    TensorType type = new TensorType(values.type().element(), dims);
    if (kernel.mode() == Kernel.Mode.NEAREST) {
      return nearest(values, type, axis);
    }
    double[] from = values.asReals();
    double[] into = new double[(int) type.elementCount()];
    Lanes lanes = Lanes.along(dims, axis);
    for (int k = 0; k < dst; k++) {
      // A place outside is overwritten later: how far outside must not matter.
      double[] weights = weights(Math.max(-1, Math.min(src, coordinate(k))));
      for (int s = 0; s < src; s++) {
        if (weights[s] != 0) {
          add(from, s, weights[s], into, k, lanes);
        }
      }
    }
    return Reductions.ofType(type, into);
  }

  private void add(double[] from, int s, double weight, double[] into, int k, Lanes lanes) {
    for (int o = 0; o < lanes.outer(); o++) {
      int fromStart = (o * src + s) * lanes.inner();
      int intoStart = (o * dst + k) * lanes.inner();
      for (int i = 0; i < lanes.inner(); i++) {
        into[intoStart + i] += weight * from[fromStart + i];
      }
    }
  }

  private Values nearest(Values values, TensorType type, int axis) {
    long[] strides = Layout.strides(values.type().dims());
    long[][] along = new long[type.rank()][];
    for (int a = 0; a < along.length; a++) {
      along[a] = new long[(int) type.dim(a)];
      for (int i = 0; i < along[a].length; i++) {
        double index = a == axis ? kernel.nearestTo(coordinate(i), scale) : i;
        double last = values.type().dim(a) - 1.0;
        along[a][i] = ((long) Math.max(0, Math.min(last, index))) * strides[a];
      }
    }
    return values.picked(type, Layout.offsets(along));
  }

  /** Returns which elements of the source each element of the result is made of, if at most two. */
  @Nullable ResizeTable table() {
    if (coordinate == Coordinate.TF_CROP_AND_RESIZE) {
      return null;
    }
    var table = new ResizeTable(new int[dst], new int[dst], new float[dst], new float[dst]);
    for (int i = 0; i < dst; i++) {
      if (isIdentity()) {
        put(table, i, i, 1);
      } else if (kernel.mode() == Kernel.Mode.NEAREST) {
        put(table, i, (int) Math.clamp(kernel.nearestTo(coordinate(i), scale), 0, src - 1.0), 1);
      } else {
        double[] weights = weights(Math.clamp(coordinate(i), -1, src));
        int count = 0;
        for (int s = 0; s < src; s++) {
          if (weights[s] == 0) {
            continue;
          }
          if (count++ == 0) {
            put(table, i, s, weights[s]);
          } else {
            table.high()[i] = s;
            table.highWeights()[i] = (float) weights[s];
          }
        }
        if (count > 2) {
          return null;
        }
      }
    }
    return table;
  }

  private static void put(ResizeTable table, int i, int place, double weight) {
    table.low()[i] = place;
    table.high()[i] = place;
    table.lowWeights()[i] = (float) weight;
  }

  /** Returns how much each element of the source counts at a coordinate. */
  private double[] weights(double x) {
    double[] weights = new double[src];
    double stretch = kernel.antialias() ? Math.min(scale, 1) : 1;
    double reach = kernel.radius() / stretch;
    double sum = 0;
    long first = (long) Math.floor(x - reach);
    long last = (long) Math.ceil(x + reach);
    for (long s = first; s <= last; s++) {
      double weight = kernel.weight((s - x) * stretch);
      boolean outside = s < 0 || s >= src;
      if (!(outside && kernel.excludeOutside())) {
        // The elements at the ends stand for all those beyond.
        weights[Math.clamp(s, 0, src - 1)] += weight;
        sum += weight;
      }
    }
    if (kernel.antialias() || kernel.excludeOutside()) {
      for (int s = 0; s < src; s++) {
        weights[s] /= sum;
      }
    }
    return weights;
  }
}
