package io.github.conv4j.engine;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.internal.compose.PreparedSequence;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Prepares convolutions.
 *
 * <p><b>Memory.</b> {@link #close} closes whatever was prepared here and is still open, with a
 * warning in the log that names it.
 *
 * <p><b>Threads.</b> Safe for use by any number of threads.
 */
public interface Engine extends AutoCloseable {
  /** Returns the short name, for example {@code onednn}. */
  String name();

  /** Returns the options that the engine was started with. */
  EngineOptions options();

  /**
   * Tells whether {@link #prepare} would accept a description, with the reason if not.
   *
   * @throws IllegalArgumentException if description and source do not fit each other on any engine
   */
  Support support(Convolution convolution, TensorSpec src);

  /**
   * Makes a convolution ready.
   *
   * <p><b>Memory.</b> Weights and bias are copied; they may be freed when this returns.
   *
   * @param src what will be read; with layout ANY the engine chooses, see {@link
   *     PreparedConvolution#src}
   * @param dst what will be written, of shape {@link Convolution#outputShape}; ANY likewise
   * @param weights of shape {@link Convolution#weightsShape}, in any layout but ANY
   * @param bias of shape {@code [oc]} exactly where the description has a bias, else null
   * @throws IllegalArgumentException if shapes or types do not fit; names both sides
   * @throws UnsupportedConvolutionException if this engine cannot run it
   * @throws IllegalStateException if this engine or an arena is closed
   * @throws io.github.conv4j.EngineFailureException if the engine reports a failure
   */
  PreparedConvolution prepare(
      Convolution convolution,
      TensorSpec src,
      TensorSpec dst,
      Tensor weights,
      @Nullable Tensor bias);

  /**
   * Makes a convolution ready whose result has the layout of the source if that is plain or ANY,
   * else dense channels-last.
   */
  default PreparedConvolution prepare(
      Convolution convolution, TensorSpec src, Tensor weights, @Nullable Tensor bias) {
    Objects.requireNonNull(convolution, "convolution");
    Objects.requireNonNull(src, "src");
    Layout layout =
        src.layout() instanceof Layout.Plain || src.isAny()
            ? src.layout()
            : Layout.channelsLast(src.shape().rank());
    TensorSpec dst = TensorSpec.of(src.dataType(), layout, convolution.outputShape(src.shape()));
    return prepare(convolution, src, dst, weights, bias);
  }

  /**
   * Makes a convolution ready with parameters from arrays.
   *
   * @param weights in row-major order of {@link Convolution#weightsShape}
   * @param bias one number an output channel exactly where the description has a bias, else null
   */
  default PreparedConvolution prepare(
      Convolution convolution, TensorSpec src, float[] weights, float @Nullable [] bias) {
    Objects.requireNonNull(convolution, "convolution");
    Objects.requireNonNull(weights, "weights");
    try (Arena arena = Arena.ofConfined()) {
      Parameters parameters = Parameters.of(convolution, weights, bias, arena);
      return prepare(convolution, src, parameters.weights(), parameters.bias());
    }
  }

  /**
   * Makes a sequence ready: each step runs on the result of the one before, in buffers that the
   * prepared sequence owns.
   *
   * <p><b>Memory.</b> {@link #close} closes sequences of conv4j's own engines too. An engine of
   * another project does not know of what is made here, unless it overrides this: {@link
   * PreparedConvolution#explain} says so, and whoever prepared the sequence closes it first.
   *
   * @param parameters one entry for each of {@link ConvolutionSequence#convolutions}, in order
   */
  default PreparedConvolution prepare(
      ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
    return PreparedSequence.prepare(this, sequence, src, parameters);
  }

  /** Closes what is still open and stops the engine. Further calls do nothing. */
  @Override
  void close();
}
