package io.github.conv4j.onednn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The order in which implementations of one problem are offered: oneDNN's own, but for its
 * catch-alls, which come last, and where another implementation was measured faster than oneDNN's
 * first choice, on AVX2 and on AVX-512 (docs/adr/0023). Nothing else is changed.
 */
final class MeasuredOrder {
  private static final Implementation POINTWISE = new Implementation("jit_1x1:avx2");
  private static final Implementation POINTWISE_SSE41 = new Implementation("jit_1x1:sse41");
  private static final Implementation PRODUCT = new Implementation("x64:gemm:jit");
  private static final Implementation DEPTHWISE = new Implementation("jit_dw:avx2");
  private static final Implementation DIRECT = new Implementation("jit:avx2");
  private static final Implementation BATCHED = new Implementation("brg_conv_fwd:avx2");
  private static final Implementation BATCHED_POINTWISE = new Implementation("brgconv_1x1:avx2");
  private static final Implementation WIDE_POINTWISE = new Implementation("jit_1x1:avx512_core");
  private static final Implementation WIDE_DEPTHWISE = new Implementation("jit_dw:avx512_core");
  private static final Implementation WIDE_DIRECT = new Implementation("jit:avx512_core");

  /** Floats in a vector. */
  private static final long LANES = 8;

  /** A product of one pixel with a matrix of so few weights is over before wide vectors are up. */
  private static final long FEW_WEIGHTS = 1024;

  /** Of one pixel, so many channels are worth the call of a product. */
  private static final long MANY_CHANNELS = 480;

  /** So many outputs are computed in one pass over the pixel. */
  private static final long OUTPUTS_OF_A_PASS = 3 * LANES;

  /** With so few source channels a batch of small products has nearly nothing to sum up. */
  private static final long SINGLE_CHANNELS = 2;

  private static final long FEW_CHANNELS = 4;

  /** Vectors of output channels that the direct kernel computes together at most. */
  private static final long MOST_TOGETHER = 4;

  /** Floats in a vector of AVX-512. */
  private static final long WIDE_LANES = 16;

  /** With more outputs the half of a wide vector that stays empty is a small share. */
  private static final long MOST_HALF_EMPTY = 40;

  /** With more channels a depthwise row is long enough for batches. */
  private static final long MANY_DEPTHWISE = 500;

  /** With so few products an output, what is written decides. */
  private static final long FEW_PRODUCTS = 48;

  /** Of one pixel, so many outputs at most are computed faster without batches. */
  private static final long MOST_OUTPUTS_OF_A_PIXEL = 480;

  private MeasuredOrder() {}

  /** Returns the same implementations, the one to take first. */
  static List<Implementation> of(PrimitiveSpec spec, List<Implementation> found) {
    List<Implementation> ordered = new ArrayList<>(found);
    ordered.sort(Comparator.comparing(Implementation::isSlow));
    if (!ordered.isEmpty()) {
      for (Implementation faster : faster(spec, ordered.getFirst())) {
        if (ordered.remove(faster)) {
          ordered.addFirst(faster);
          break;
        }
      }
    }
    return ordered;
  }

  /** Returns what was measured faster than oneDNN's first choice; the first that exists is best. */
  private static List<Implementation> faster(PrimitiveSpec spec, Implementation first) {
    return switch (first.name()) {
      case "brdgmm_dw:avx2" -> List.of(DEPTHWISE);
      case "brgconv_1x1:avx2" -> fasterPointwise(spec);
      case "brg_conv_fwd:avx2" -> isDirectFaster(spec) ? List.of(DIRECT) : List.of();
      case "brdgmm_dw:avx512_core" ->
          spec.outChannels() < MANY_DEPTHWISE ? List.of(WIDE_DEPTHWISE) : List.of();
      case "brgconv_1x1:avx512_core" -> fasterWidePointwise(spec);
      case "brg_conv_fwd:avx512_core" -> isHalfEmpty(spec) ? List.of(BATCHED) : List.of();
      case "jit:avx512_core" ->
          spec.groups() > 1
                  && spec.inChannels() / spec.groups() <= WIDE_LANES
                  && spec.axes().getLast().stride() > 1
              ? List.of(BATCHED)
              : List.of();
      default -> List.of();
    };
  }

  private static List<Implementation> fasterWidePointwise(PrimitiveSpec spec) {
    if (spec.groups() > 1) {
      return List.of();
    }
    long out = spec.outChannels();
    if (spec.dst().elementCount() == out) {
      return out <= MOST_OUTPUTS_OF_A_PIXEL ? List.of(WIDE_POINTWISE) : List.of();
    }
    if (isHalfEmpty(spec)) {
      return List.of(BATCHED_POINTWISE);
    }
    return spec.inChannels() <= FEW_PRODUCTS && out % WIDE_LANES == 0 && out > WIDE_LANES
        ? List.of(WIDE_DIRECT)
        : List.of();
  }

  /** Whether half of the last wide vector of output channels stays empty. */
  private static boolean isHalfEmpty(PrimitiveSpec spec) {
    long out = spec.outChannels() / spec.groups();
    long last = out % WIDE_LANES;
    return out <= MOST_HALF_EMPTY && last > 0 && last <= LANES;
  }

  private static List<Implementation> fasterPointwise(PrimitiveSpec spec) {
    long pixels = spec.dst().elementCount() / spec.outChannels();
    if (pixels > 1 || spec.groups() > 1) {
      return List.of(POINTWISE);
    }
    long in = spec.inChannels();
    long out = spec.outChannels();
    if (in * out <= FEW_WEIGHTS) {
      return List.of(POINTWISE_SSE41, POINTWISE);
    }
    boolean isRaggedSecondPass =
        out > OUTPUTS_OF_A_PASS && out < 2 * OUTPUTS_OF_A_PASS && out % LANES != 0;
    return in >= MANY_CHANNELS && isRaggedSecondPass
        ? List.of(PRODUCT, POINTWISE)
        : List.of(POINTWISE);
  }

  private static boolean isDirectFaster(PrimitiveSpec spec) {
    long in = spec.inChannels() / spec.groups();
    if (in > FEW_CHANNELS) {
      return false;
    }
    long vectors = Math.ceilDiv(spec.outChannels() / spec.groups(), LANES);
    long together = MOST_TOGETHER;
    while (vectors % together != 0) {
      together--;
    }
    return in <= SINGLE_CHANNELS || together > 1;
  }
}
