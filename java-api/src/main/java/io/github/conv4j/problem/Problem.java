package io.github.conv4j.problem;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.Geometry;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOps;
import io.github.conv4j.Requantization;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A convolution together with a source shape, as one line of text in benchdnn's syntax: the form
 * that tests, the command line, exceptions and bug reports share. Immutable.
 *
 * <p>A line looks like {@code g4mb1_ic64oc64_ih56oh56kh3sh1dh0ph1_iw56ow56kw3sw1dw0pw1}. Keys may
 * stand in any order, {@code _} is ignored, {@code n} starts a name and ends the line. Dilation
 * counts from 0 here, and only here. Defaults: {@code mb2}, {@code s1}, {@code d0}. A missing
 * {@code o} follows from {@code p}, a missing {@code p} from {@code o}; the padding at the end
 * always follows from the rest and may be negative. One axis alone is copied to the inner ones:
 * {@code ih} without {@code iw} means a square.
 *
 * <p>What benchdnn's syntax has no key for are words of our own: {@code transposed}, {@code bias0}
 * (no bias), {@code flipped} (the kernel), and the padding modes {@code reflect}, {@code replicate}
 * and {@code circular}. {@link io.github.conv4j.PostOps} stand between slashes, for example {@code
 * _post/relu,add:per_oc/}, and so do {@link ConvolutionTypes} other than f32 and the numbers of a
 * {@link Quantization}: {@code _dt/u8:s8:u8/_scales/src:0.5+wei:0.25+dst:2/_zp/src:128/}; {@code
 * _fpmath/bf16/} is the {@link FpmathMode}, {@code _requant/fused/} the {@link Requantization}. A
 * line without them is benchdnn's.
 *
 * <p>Two problems are equal if their lines are: however their padding was described, the same is
 * computed. {@code parse(problem.line())} equals {@code problem}.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> What does not fit or
 * cannot be read is refused with {@link IllegalArgumentException}.
 *
 * @param convolution what is computed
 * @param src the source shape
 * @param name what follows {@code n} in the line, often empty
 * @param types the element types
 * @see <a
 *     href="https://github.com/uxlfoundation/oneDNN/blob/main/tests/benchdnn/doc/driver_conv.md">
 *     benchdnn, convolution driver</a>
 */
public record Problem(Convolution convolution, Shape src, String name, ConvolutionTypes types) {
  /** Checks that the two fit each other. */
  public Problem {
    name = Objects.requireNonNull(name, "name").strip();
    Objects.requireNonNull(types, "types");
    convolution.geometry(src);
  }

  /** A problem of f32. */
  public Problem(Convolution convolution, Shape src, String name) {
    this(convolution, src, name, ConvolutionTypes.F32);
  }

  /** Returns the problem of f32 without a name. */
  public static Problem of(Convolution convolution, Shape src) {
    return new Problem(convolution, src, "");
  }

  /**
   * Reads a line, as a convolution with bias unless its words say otherwise.
   *
   * @throws IllegalArgumentException if the line is not well-formed; says where and why
   */
  public static Problem parse(String line) {
    return ProblemParser.parse(line, false);
  }

  /**
   * Reads a line as a transposed convolution whether it says so or not.
   *
   * @throws IllegalArgumentException if the line is not well-formed; says where and why
   */
  public static Problem parseTransposed(String line) {
    return ProblemParser.parse(line, true);
  }

  /** Returns the same problem with other post-ops. */
  public Problem withPostOps(PostOps postOps) {
    return new Problem(convolution.withPostOps(postOps), src, name, types);
  }

  /** Returns the same problem with other types and another quantization. */
  public Problem withTypes(ConvolutionTypes other, Quantization quantization) {
    return new Problem(convolution.withQuantization(quantization), src, name, other);
  }

  /** Returns the same problem with another fpmath mode. */
  public Problem withFpmathMode(FpmathMode mode) {
    return new Problem(convolution.withFpmathMode(mode), src, name, types);
  }

  /** Returns the same problem with another requantization. */
  public Problem withRequantization(Requantization requantization) {
    return new Problem(convolution.withRequantization(requantization), src, name, types);
  }

  /** Returns the geometry. */
  public Geometry geometry() {
    return convolution.geometry(src);
  }

  /** Returns the result shape. */
  public Shape dst() {
    return geometry().dst();
  }

  /** Returns the multiplications of one run. */
  public long multiplications() {
    return convolution.multiplications(src);
  }

  /** Returns the line, which {@link #parse} reads back as an equal problem. */
  public String line() {
    var text = new StringBuilder();
    if (convolution.groups() != 1) {
      text.append('g').append(convolution.groups());
    }
    text.append("mb").append(src.dim(0));
    text.append("_ic").append(convolution.inChannels());
    text.append("oc").append(convolution.outChannels());
    List<Geometry.Axis> axes = geometry().axes();
    for (int i = 0; i < axes.size(); i++) {
      char axis = "dhw".charAt(3 - axes.size() + i);
      Geometry.Axis a = axes.get(i);
      text.append("_i").append(axis).append(a.src());
      text.append('o').append(axis).append(a.dst());
      text.append('k').append(axis).append(a.kernel());
      text.append('s').append(axis).append(a.stride());
      text.append('d').append(axis).append(a.dilation() - 1);
      text.append('p').append(axis).append(a.begin());
    }
    PaddingMode mode = convolution.padding().mode();
    text.append(convolution.isTransposed() ? "_" + ProblemParser.TRANSPOSED : "");
    text.append(convolution.hasBias() ? "" : "_" + ProblemParser.NO_BIAS);
    text.append(convolution.isKernelFlipped() ? "_" + ProblemParser.FLIPPED : "");
    text.append(mode == PaddingMode.ZEROS ? "" : "_" + ProblemParser.word(mode));
    append(text, ProblemParser.TYPES, types.isF32() ? "" : types.toString());
    append(text, ProblemParser.SCALES, convolution.quantization().scales());
    append(text, ProblemParser.ZERO_POINTS, convolution.quantization().zeroPoints());
    append(
        text,
        ProblemParser.FPMATH,
        convolution.fpmathMode() == FpmathMode.STRICT
            ? ""
            : convolution.fpmathMode().name().toLowerCase(Locale.ROOT));
    append(
        text,
        ProblemParser.REQUANTIZATION,
        convolution.requantization() == Requantization.EXACT
            ? ""
            : convolution.requantization().name().toLowerCase(Locale.ROOT));
    append(
        text,
        ProblemParser.POST_OPS,
        convolution.postOps().isEmpty() ? "" : convolution.postOps().toString());
    return text.append(name.isEmpty() ? "" : "n" + name).toString();
  }

  private static void append(StringBuilder text, String word, String value) {
    if (!value.isEmpty()) {
      text.append('_').append(word).append(value).append(ProblemParser.END_OF_VALUE);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Problem that && line().equals(that.line());
  }

  @Override
  public int hashCode() {
    return line().hashCode();
  }

  /** Returns the option of {@code conv4j verify} and the line, as a shell reads them. */
  @Override
  public String toString() {
    String line = line();
    boolean plain =
        line.chars().allMatch(c -> Character.isLetterOrDigit(c) || "_.:/+-,".indexOf(c) >= 0);
    return "--problem " + (plain ? line : "'" + line.replace("'", "'\\''") + "'");
  }
}
