package io.github.conv4j.onednn;

/**
 * How long a primitive and its copies will take, roughly: enough to tell a kernel that suits a
 * problem from one that does not. The figures were measured on AVX2 (Zen 3, one thread); on other
 * processors the ratios matter, not the nanoseconds.
 */
final class KernelCost {
  private static final double CALL_NANOS = 1_500;
  private static final double COPY_CALL_NANOS = 500;

  /** Bytes a nanosecond that a kernel, a copy, and the unfolding of windows into a matrix move. */
  private static final double KERNEL_BYTES = 20;

  private static final double COPY_BYTES = 8;

  /** Of floats that are rounded where they lie in the same order, measured on Zen 4. */
  private static final double ROUNDING_BYTES = 16;

  private static final double UNFOLD_BYTES = 6;

  /** Multiplications a nanosecond. */
  private static final double AVX2_PRODUCTS = 40;

  private static final double AVX512_PRODUCTS = 80;
  private static final double SSE41_PRODUCTS = 8;
  private static final double DEPTHWISE_PRODUCTS = 20;
  private static final double NAIVE_PRODUCTS = 0.03;

  /** Of kernels made for other problems: 2.5 to 4.2, measured on Zen 4. */
  private static final double POOR_PRODUCTS = 3;

  /** Of a group: with more channels than these, kernels for many are at home. */
  private static final long FEW_CHANNELS = 16;

  /** Before a row: padding of 20 and of 56 was seen to make batches of small groups slow. */
  private static final long WIDE_PADDING = 16;

  /**
   * How many times as many products there are of bytes, or of bf16, of which an instruction adds
   * two where it adds one of f32.
   */
  private static final double NARROW_GAIN = 2;

  /** With fewer rows a matrix product does not fill its registers. */
  private static final double GEMM_ROWS = 32;

  /** Outputs of few channels leave vectors half empty. */
  private static final double FULL_CHANNELS = 8;

  private KernelCost() {}

  /**
   * Whether a kernel is offered for a problem that it is not made for: one for blocks of channels
   * computes one channel at a time, and batches of products of few channels skip what lies in the
   * padding pixel by pixel.
   */
  static boolean isPoor(PrimitiveSpec spec, Implementation implementation) {
    if (spec.isDepthwise()) {
      return implementation.isOf("jit:");
    }
    return spec.groups() > 1
        && spec.inChannels() / spec.groups() <= FEW_CHANNELS
        && implementation.isOf("brg_conv")
        && !spec.pads()
        && spec.axes().getLast().begin() >= WIDE_PADDING;
  }

  /** Estimates all of it, copies included. */
  static double nanos(PrimitiveSpec spec, Implementation implementation) {
    return nanos(spec, implementation, spec.copiesSrc(), spec.copiesDst());
  }

  /**
   * Estimates a primitive beside copies.
   *
   * @param copiesSrc whether src is copied first
   * @param copiesDst whether dst is copied afterwards
   */
  static double nanos(
      PrimitiveSpec spec, Implementation implementation, boolean copiesSrc, boolean copiesDst) {
    double srcBytes = (double) spec.types().src().byteSize() * spec.src().elementCount();
    double dstBytes = (double) spec.types().dst().byteSize() * spec.dst().elementCount();
    double readBytes = (double) spec.types().callersSrc().byteSize() * spec.src().elementCount();
    double inside = implementation.copiesInside() ? (srcBytes + dstBytes) / COPY_BYTES : 0;
    double copies =
        inside
            + (copiesSrc ? COPY_CALL_NANOS + readBytes / srcCopyBytes(spec) : 0)
            + (copiesDst ? COPY_CALL_NANOS + dstBytes / COPY_BYTES : 0);
    return CALL_NANOS
        + copies
        + kernelNanos(spec, implementation)
        + (srcBytes + dstBytes) / KERNEL_BYTES;
  }

  private static double srcCopyBytes(PrimitiveSpec spec) {
    return spec.types().convertsSrc() && !spec.reordersSrc() ? ROUNDING_BYTES : COPY_BYTES;
  }

  private static double kernelNanos(PrimitiveSpec spec, Implementation implementation) {
    double inOfGroup = (double) spec.inChannels() / spec.groups();
    double outOfGroup = (double) spec.outChannels() / spec.groups();
    Operand side = spec.transposed() ? spec.src() : spec.dst();
    double products =
        (double) side.elementCount() * (spec.transposed() ? outOfGroup : inOfGroup) * spec.taps();
    double weightsBytes =
        outOfGroup * inOfGroup * spec.groups() * spec.taps() * spec.types().weights().byteSize();
    if (implementation.isNaive()) {
      return products / NAIVE_PRODUCTS;
    }
    if (implementation.isProduct()) {
      boolean unfolds = spec.taps() > 1 || !isInPlace(spec);
      double unfolded =
          unfolds ? side.elementCount() / outOfGroup * inOfGroup * spec.taps() * Float.BYTES : 0;
      return unfolded / UNFOLD_BYTES
          + weightsBytes / UNFOLD_BYTES
          + products / (AVX2_PRODUCTS * Math.min(1, outOfGroup / GEMM_ROWS));
    }
    if (isPoor(spec, implementation)) {
      return products / POOR_PRODUCTS + weightsBytes / KERNEL_BYTES;
    }
    boolean depthwise = inOfGroup == 1 && outOfGroup == 1;
    double rate =
        implementation.isFor("sse41")
            ? SSE41_PRODUCTS
            : depthwise
                ? DEPTHWISE_PRODUCTS
                : implementation.isFor("avx512") ? AVX512_PRODUCTS : AVX2_PRODUCTS;
    double filled =
        depthwise ? 1 : outOfGroup / (Math.ceil(outOfGroup / FULL_CHANNELS) * FULL_CHANNELS);
    double gain =
        switch (spec.types()) {
          case BYTES, BYTES_TO_F32, BYTES_TO_U8, BYTES_TO_S8 -> NARROW_GAIN;
          case BF16, BF16_TO_F32, F32_BY_BF16 -> depthwise ? 1 : NARROW_GAIN;
          case F32, F16, F16_TO_F32 -> 1;
        };
    return products / (rate * filled * gain) + weightsBytes / KERNEL_BYTES;
  }

  private static boolean isInPlace(PrimitiveSpec spec) {
    return spec.axes().stream()
        .allMatch(plan -> plan.stride() == 1 && plan.begin() == 0 && plan.end() == 0);
  }
}
