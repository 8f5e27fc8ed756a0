package io.github.conv4j.internal.shadow;

import io.github.conv4j.FpmathMode;
import io.github.conv4j.PostOp;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.problem.ErrorBound;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes a call again by another engine and compares.
 *
 * <p>Integers must be the same bits, or neighbours where {@link
 * io.github.conv4j.Requantization#FUSED} permits it. Of floats, the other engine computes the sums,
 * and the sums of magnitudes from which the {@link ErrorBound} follows, both in f32, which holds
 * every number of bf16 and f16; both engines may be off by their bound. Post-ops are applied by
 * their definition, and the errors followed through them. What overflows in one order of summation
 * and not in another is not compared; but NaN and infinity that were in the source, a weight or an
 * operand must come out as the definition says.
 */
final class Comparison {
  private static final double UNIT_ROUNDOFF = 0x1p-24;

  /**
   * What {@link Accuracy#RELAXED} promises, in the relative L2 norm: a single output may have all
   * of it.
   */
  private static final double RELAXED_NORM = 2e-5;

  /** The largest bf16; products of what rounds to more are infinite. */
  private static final float LARGEST_BF16 = 0x1.FEp127f;

  private final Subject subject;
  private final Recomputation other;
  private final boolean isDefinition;
  private final Tensor src;
  private final Tensor dst;
  private final List<Tensor> operands;

  /**
   * Prepares to compare.
   *
   * @param tensors src, dst and operands of a call
   * @param other what the other engine has prepared
   * @param isDefinition whether the other engine adds in double precision, and its error counts for
   *     nothing
   */
  Comparison(Subject subject, List<Tensor> tensors, Recomputation other, boolean isDefinition) {
    this.subject = subject;
    this.other = other;
    this.isDefinition = isDefinition;
    this.src = tensors.get(0);
    this.dst = tensors.get(1);
    this.operands = tensors.subList(2, tensors.size());
  }

  /** Returns how the call differs from what the other engine computes; null if it does not. */
  @Nullable Difference run() {
    if (!subject.problem().types().isQuantized()) {
      return bounded();
    }
    return Recomputation.isFused(subject) ? fused() : exact();
  }

  /** Integers of scaled sums, which may be neighbours where those are near a middle. */
  private @Nullable Difference fused() {
    Problem problem = subject.problem();
    Quantization quantization = problem.convolution().quantization();
    DataType type = dst.spec().dataType();
    float[] scaled;
    try (Arena arena = Arena.ofConfined()) {
      scaled = other.again(src, List.of(), arena).toFloatArray();
    }
    double[] results = new double[scaled.length];
    double[] permitted = new double[scaled.length];
    double[] bias = scaledBias(quantization);
    long channels = problem.dst().dim(1);
    long outputsPerChannel = problem.dst().elementCount() / problem.dst().dim(0) / channels;
    for (int i = 0; i < results.length; i++) {
      results[i] = scaled[i];
      double ofChannel = bias.length == 0 ? 0 : bias[(int) (i / outputsPerChannel % channels)];
      permitted[i] = ErrorBound.ofFusedRequantization(scaled[i], ofChannel);
    }
    applyPostOps(results, permitted);
    if (type == DataType.F32) {
      return compared(results, permitted);
    }
    int[] actual = dst.toIntArray();
    var search = new DifferenceSearch();
    for (int i = 0; i < results.length; i++) {
      int expected =
          Quantization.quantize(
              (float) results[i], quantization.dstScale(), quantization.dstZeroPoint(), type);
      double most =
          ErrorBound.afterRequantization(results[i], permitted[i], expected, quantization, type);
      search.look(i, actual[i], expected, most);
    }
    return search.found();
  }

  /** What of scaled sums is the bias of each channel; empty without one. */
  private double[] scaledBias(Quantization quantization) {
    Tensor bias = subject.request().bias().orElse(null);
    if (bias == null) {
      return new double[0];
    }
    boolean ofSums = bias.spec().dataType() == DataType.S32;
    double[] scaled = new double[(int) bias.spec().shape().elementCount()];
    int[] integers = ofSums ? bias.toIntArray() : new int[0];
    float[] floats = ofSums ? new float[0] : bias.toFloatArray();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] =
          ofSums
              ? integers[i] * (double) quantization.srcScale() * quantization.weightsScale(i)
              : floats[i];
    }
    return scaled;
  }

  private @Nullable Difference exact() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor again = other.again(src, operands, arena);
      var search = new DifferenceSearch();
      if (dst.spec().dataType().isInteger()) {
        int[] actual = dst.toIntArray();
        int[] expected = again.toIntArray();
        for (int i = 0; i < expected.length; i++) {
          search.look(i, actual[i], expected[i], 0);
        }
      } else {
        float[] actual = dst.toFloatArray();
        float[] expected = again.toFloatArray();
        for (int i = 0; i < expected.length; i++) {
          search.look(i, actual[i], expected[i], 0);
        }
      }
      return search.found();
    }
  }

  private @Nullable Difference bounded() {
    float[] values = src.toFloatArray();
    if (subject.accuracy() == Accuracy.RELAXED && !areFinite(values)) {
      // Winograd's algorithm adds numbers that lie beside each other.
      return null;
    }
    if (subject.problem().convolution().fpmathMode() == FpmathMode.BF16 && !fitBf16(values)) {
      return null;
    }
    float[] sums = other.sums(values);
    Recomputation.makeMagnitudes(values);
    float[] magnitudes = other.magnitudes(values);
    double[] results = new double[sums.length];
    double[] permitted = new double[sums.length];
    permitOfSums(sums, magnitudes, permitted);
    for (int i = 0; i < results.length; i++) {
      results[i] = sums[i];
    }
    applyPostOps(results, permitted);
    return compared(results, permitted);
  }

  private void permitOfSums(float[] sums, float[] magnitudes, double[] permitted) {
    Problem problem = subject.problem();
    ErrorBound bound = ErrorBound.of(problem);
    ErrorBound ofOther = ErrorBound.of(bound.accumulations(), FpmathMode.STRICT);
    double ofMagnitudes = 1 + 2 * bound.accumulations() * UNIT_ROUNDOFF;
    double least = subject.accuracy() == Accuracy.RELAXED ? RELAXED_NORM * norm(sums) : 0;
    for (int i = 0; i < permitted.length; i++) {
      double magnitude = magnitudes[i] * ofMagnitudes;
      if (!Double.isFinite(magnitude)) {
        permitted[i] = Double.POSITIVE_INFINITY;
      } else if (Float.isFinite(sums[i])) {
        double most = bound.at(magnitude) + (isDefinition ? 0 : ofOther.at(magnitude));
        permitted[i] = Math.max(most, least);
      }
    }
  }

  private static double norm(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += Float.isFinite(value) ? (double) value * value : 0;
    }
    return Math.sqrt(squares);
  }

  /** Follows results and errors through the post-ops. */
  private void applyPostOps(double[] results, double[] permitted) {
    Problem problem = subject.problem();
    long channels = problem.dst().dim(1);
    long outputsPerChannel = problem.dst().elementCount() / problem.dst().dim(0) / channels;
    Iterator<Tensor> ofRequest = subject.request().operands().iterator();
    Iterator<Tensor> ofRun = operands.iterator();
    for (PostOp postOp : problem.convolution().postOps().list()) {
      PostOp.Operand operand =
          postOp instanceof PostOp.Binary binary ? binary.operand() : PostOp.Operand.scalar(0);
      float[] values =
          switch (operand.origin()) {
            case DESCRIPTION -> new float[] {operand.value()};
            case REQUEST -> ofRequest.next().toFloatArray();
            case RUN -> ofRun.next().toFloatArray();
          };
      for (int i = 0; i < results.length; i++) {
        int at =
            switch (operand.extent()) {
              case SCALAR -> 0;
              case PER_CHANNEL -> (int) (i / outputsPerChannel % channels);
              case FULL -> i;
            };
        double x = results[i];
        results[i] = postOp.apply(x, values[at]);
        permitted[i] = permittedAfter(postOp, x, values[at], permitted[i], results[i]);
      }
    }
  }

  private static double permittedAfter(
      PostOp postOp, double x, double operand, double before, double result) {
    if (before == 0 && !Double.isFinite(x)) {
      return Double.isFinite(result) ? ErrorBound.after(postOp, x, operand, 0) : 0;
    }
    return Double.isFinite(operand)
        ? ErrorBound.after(postOp, x, operand, before)
        : Double.POSITIVE_INFINITY;
  }

  private @Nullable Difference compared(double[] results, double[] permitted) {
    DataType type = subject.problem().types().dst();
    double largest = largest(type);
    float[] actual = dst.toFloatArray();
    var search = new DifferenceSearch();
    for (int i = 0; i < results.length; i++) {
      double most = permitted[i];
      if (Double.isFinite(results[i])) {
        most += ErrorBound.ofRounding(type, results[i]);
        if (Math.abs(results[i]) + most > largest) {
          continue;
        }
      }
      search.look(i, actual[i], results[i], most);
    }
    return search.found();
  }

  private static double largest(DataType type) {
    return switch (type) {
      case F16 -> 65_504;
      case BF16 -> Float.MAX_VALUE * (1 - 0x1p-8);
      case F32, S8, U8, S32 -> Float.MAX_VALUE;
    };
  }

  private boolean fitBf16(float[] values) {
    return areAtMost(LARGEST_BF16, values)
        && areAtMost(LARGEST_BF16, subject.request().weights().orElseThrow().toFloatArray());
  }

  private static boolean areAtMost(float most, float[] values) {
    for (float value : values) {
      if (Math.abs(value) > most) {
        return false;
      }
    }
    return true;
  }

  private static boolean areFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
