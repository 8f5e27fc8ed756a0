package io.github.conv4j;

import static io.github.conv4j.internal.checks.Checks.product;
import static io.github.conv4j.internal.checks.Checks.sum;

import io.github.conv4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/** Turns a description and a source shape into numbers, or says which two do not fit. */
final class GeometryResolver {
  private static final String[] AXIS_NAMES = {"depth", "height", "width"};

  private GeometryResolver() {}

  static Geometry resolve(Convolution convolution, Shape src) {
    Objects.requireNonNull(src, "src");
    int spatialRank = convolution.spatialRank();
    if (src.rank() != spatialRank + 2) {
      throw new IllegalArgumentException(
          "a %dD convolution needs a src of rank %d (n, c, then %d sizes) but src is %s"
              .formatted(spatialRank, spatialRank + 2, spatialRank, src));
    }
    if (src.dim(1) != convolution.inChannels()) {
      throw new IllegalArgumentException(
          "the convolution takes %d channels but src %s has %d"
              .formatted(convolution.inChannels(), src, src.dim(1)));
    }
    List<Geometry.Axis> axes = new ArrayList<>();
    long[] dst = new long[src.rank()];
    dst[0] = src.dim(0);
    dst[1] = convolution.outChannels();
    for (int i = 0; i < spatialRank; i++) {
      String name = AXIS_NAMES[3 - spatialRank + i];
      Geometry.Axis axis =
          convolution.isTransposed()
              ? transposedAxis(convolution, i, src.dim(i + 2), name)
              : forwardAxis(convolution, i, src.dim(i + 2), name);
      axes.add(axis);
      dst[i + 2] = axis.dst();
    }
    return new Geometry(src, Shape.of(dst), axes);
  }

  private static Geometry.Axis forwardAxis(Convolution c, int i, long src, String name) {
    long kernel = c.kernel(i);
    long stride = c.stride(i);
    long dilation = c.dilation(i);
    long span = span(kernel, dilation, name);
    Padding padding = c.padding();
    long begin;
    long end;
    switch (padding.rule()) {
      case VALID -> {
        begin = 0;
        end = 0;
      }
      case EXPLICIT -> {
        begin = padding.begin(i);
        end = padding.end(i);
      }
      case SAME -> {
        if (stride != 1) {
          throw new IllegalArgumentException(
              "padding 'same' needs stride 1 but the %s stride is %d; use sameUpper() or sameLower()"
                  .formatted(name, stride));
        }
        begin = (span - 1) / 2;
        end = span - 1 - begin;
      }
      case SAME_UPPER, SAME_LOWER -> {
        long dst = Math.ceilDiv(src, stride);
        long total = Math.max(0, sum(product(dst - 1, stride, "extent"), span - src, "extent"));
        long less = total / 2;
        begin = padding.rule() == Padding.Rule.SAME_UPPER ? less : total - less;
        end = total - begin;
      }
      default -> throw new AssertionError(padding.rule());
    }
    requireModeFits(padding.mode(), src, begin, end, name);
    long padded = sum(sum(src, begin, "padded " + name), end, "padded " + name);
    if (padded < span) {
      throw new IllegalArgumentException(
          "the kernel spans %d elements of %s but the padded src has %d (src %d, padding %d and %d)"
              .formatted(span, name, padded, src, begin, end));
    }
    long dst = (padded - span) / stride + 1;
    return new Geometry.Axis(src, dst, kernel, stride, dilation, begin, end);
  }

  private static Geometry.Axis transposedAxis(Convolution c, int i, long src, String name) {
    long kernel = c.kernel(i);
    long stride = c.stride(i);
    long dilation = c.dilation(i);
    long span = span(kernel, dilation, name);
    long full = sum(product(src - 1, stride, "full " + name), span, "full " + name);
    Padding padding = c.padding();
    OptionalLong size = c.outputSize(i);
    boolean sizeIsReached = size.isEmpty();
    long begin;
    long end;
    switch (padding.rule()) {
      case VALID -> {
        begin = 0;
        end = 0;
      }
      case EXPLICIT -> {
        begin = padding.begin(i);
        end = padding.end(i);
      }
      case SAME, SAME_UPPER, SAME_LOWER -> {
        if (padding.rule() == Padding.Rule.SAME && stride != 1) {
          throw new IllegalArgumentException(
              "padding 'same' needs stride 1 but the %s stride is %d; use sameUpper() or sameLower()"
                  .formatted(name, stride));
        }
        long padded = sum(full, c.outputPadding(i), "full " + name);
        // ONNX counts output padding in: the result has the size all the same.
        long total = padded - size.orElse(product(src, stride, "size of " + name));
        sizeIsReached = true;
        long less = Math.max(0, total) / 2;
        begin = padding.rule() == Padding.Rule.SAME_LOWER ? Math.max(0, total) - less : less;
        end = total - begin;
      }
      default -> throw new AssertionError(padding.rule());
    }
    long dst = sum(sum(full, -begin, "result " + name), negated(end, name), "result " + name);
    long outputPadding = c.outputPadding(i);
    if (!sizeIsReached) {
      outputPadding = size.getAsLong() - dst;
      if (outputPadding < 0 || outputPadding >= Math.max(stride, dilation)) {
        throw new IllegalArgumentException(
            "output size %d of %s is not reachable: it must be from %d to %d"
                .formatted(size.getAsLong(), name, dst, dst + Math.max(stride, dilation) - 1));
      }
    }
    dst = sum(dst, outputPadding, "result " + name);
    if (dst < 1) {
      throw new IllegalArgumentException(
          "the transposed convolution leaves %d elements of %s: %d before padding %d and %d"
              .formatted(dst, name, full, begin, end));
    }
    return new Geometry.Axis(src, dst, kernel, stride, dilation, begin, end - outputPadding);
  }

  private static long negated(long value, String name) {
    if (value == Long.MIN_VALUE) {
      throw new IllegalArgumentException("end padding of %s overflows: %d".formatted(name, value));
    }
    return -value;
  }

  private static long span(long kernel, long dilation, String name) {
    String what = "kernel span of " + name;
    return sum(product(dilation, kernel - 1, what), 1, what);
  }

  private static void requireModeFits(
      PaddingMode mode, long src, long begin, long end, String name) {
    long most =
        switch (mode) {
          case ZEROS, REPLICATE -> Long.MAX_VALUE;
          case REFLECT -> src - 1;
          case CIRCULAR -> src;
        };
    if (begin > most || end > most) {
      throw new IllegalArgumentException(
          "padding mode %s can add at most %d to a %s of %d but the padding is %d and %d"
              .formatted(mode, most, name, src, begin, end));
    }
  }
}
