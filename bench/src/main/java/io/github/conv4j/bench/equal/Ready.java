package io.github.conv4j.bench.equal;

import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A half of a pair, prepared by an engine, with its tensors. */
final class Ready implements Entry {
  private static final Pattern PARTS = Pattern.compile(" in (\\d+) parts");

  private final Half half;
  private final PreparedConvolution prepared;
  private final Arena arena;
  private final Tensor src;
  private final Tensor dst;
  private final @Nullable LayoutCopy in;
  private final @Nullable LayoutCopy out;
  private final Tensor innerSrc;
  private final Tensor innerDst;

  /**
   * Prepares a half.
   *
   * @param src the elements as they lie in memory
   */
  Ready(Engine engine, Half half, float[] src, float[] weights, float[] bias) {
    this.half = half;
    prepared =
        engine.prepare(
            half.problem().convolution(),
            half.innerSrcSpec(),
            half.innerDstSpec(),
            weightsTensor(half, weights),
            half.problem().convolution().hasBias() ? biasTensor(bias) : null);
    arena = Arena.ofShared();
    this.src = Tensor.allocate(half.srcSpec(), arena);
    this.dst = Tensor.allocate(half.dstSpec(), arena);
    MemorySegment.copy(src, 0, this.src.segment(), ValueLayout.JAVA_FLOAT, 0, src.length);
    if (half.copies()) {
      innerSrc = Tensor.allocate(half.innerSrcSpec(), arena);
      innerDst = Tensor.allocate(half.innerDstSpec(), arena);
      in = new LayoutCopy(this.src, innerSrc);
      out = new LayoutCopy(innerDst, this.dst);
    } else {
      innerSrc = this.src;
      innerDst = this.dst;
      in = null;
      out = null;
    }
  }

  private static Tensor weightsTensor(Half half, float[] weights) {
    var spec = TensorSpec.weights(half.problem().convolution().weightsShape());
    return Tensor.ofFloats(spec, weights, Arena.ofAuto());
  }

  private static Tensor biasTensor(float[] bias) {
    return Tensor.ofFloats(TensorSpec.bias(bias.length), bias, Arena.ofAuto());
  }

  @Override
  public void call() {
    if (in != null) {
      in.run();
    }
    prepared.execute(innerSrc, innerDst);
    if (out != null) {
      out.run();
    }
  }

  @Override
  public float[] result() {
    return dst.toFloatArray();
  }

  /** Returns the elements of dst as they lie in memory. */
  float[] bytes() {
    return dst.segment().toArray(ValueLayout.JAVA_FLOAT);
  }

  @Override
  public String implementation() {
    return prepared.explain().stages().stream().map(Ready::text).collect(Collectors.joining(" + "));
  }

  private static String text(Explanation.Stage stage) {
    return stage.implementation()
        + (parts(stage) > 1 ? " in %d parts".formatted(parts(stage)) : "");
  }

  /** Returns into how many parts the stage with the most of them is cut. */
  int parts() {
    return parts(prepared);
  }

  static int parts(PreparedConvolution prepared) {
    return prepared.explain().stages().stream().mapToInt(Ready::parts).max().orElse(1);
  }

  private static int parts(Explanation.Stage stage) {
    Matcher parts = PARTS.matcher(stage.operation());
    return parts.find() ? Integer.parseInt(parts.group(1)) : 1;
  }

  @Override
  public void close() {
    prepared.close();
    arena.close();
  }

  @Override
  public String toString() {
    return half.toString();
  }
}
