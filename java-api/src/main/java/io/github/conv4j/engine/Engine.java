package io.github.conv4j.engine;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.UnsupportedConvolutionException;
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
 *
 * <p><b>Errors.</b> Calls that are wrong get {@link IllegalArgumentException} or, where something
 * is closed, {@link IllegalStateException}; calls that are right and cannot be served a {@link
 * io.github.conv4j.Conv4jException}.
 *
 * <p><b>Limits.</b> The engines that come with conv4j compute the types of {@link
 * io.github.conv4j.ConvolutionTypes}, and address a tensor with 32 bits: src, dst or weights of
 * 2^31 elements (8 GiB) or more, or views that span as many, are unsupported, as is a padding mode
 * whose padded copy of the source has as many. Where only the batch makes them so large, {@code
 * onednn} computes it in groups of images. {@link #support} says which tensor it is. None of them
 * chooses a blocked layout, and only {@code reference} takes one for src or dst; {@link
 * Tensor#reorderTo} converts.
 */
public interface Engine extends AutoCloseable {
  /** Returns the short name, for example {@code onednn}. */
  String name();

  /** Returns the options that the engine was started with. */
  EngineOptions options();

  /**
   * Tells whether {@link #prepare} would accept a request, with the reason if not. Weights and bias
   * may be described only.
   */
  Support support(ConvolutionRequest request);

  /**
   * Tells whether a convolution of a source into the default dst can be prepared, with parameters
   * as {@link ConvolutionRequest#of} assumes them.
   *
   * @throws IllegalArgumentException if description and source do not fit each other on any engine
   */
  default Support support(Convolution convolution, TensorSpec src) {
    return support(ConvolutionRequest.of(convolution, src));
  }

  /**
   * Makes a convolution ready.
   *
   * <p><b>Memory.</b> Weights and bias are copied; they may be freed when this returns.
   *
   * <p><b>Threads.</b> Engine {@code auto} measures a new problem, which may take seconds, and
   * waits where another thread measures the same. A thread that is interrupted before or meanwhile
   * gets a choice that was not measured, and its interrupt stays set.
   *
   * @param request with tensors for weights and bias
   * @throws IllegalArgumentException if the request describes weights but gives none
   * @throws UnsupportedConvolutionException if this engine cannot run it, as {@link #support} says
   * @throws IllegalStateException if this engine or the arena of a parameter is closed
   * @throws WrongThreadException if the arena of a parameter is confined to another thread
   * @throws io.github.conv4j.EngineFailureException if the engine reports a failure
   * @throws OutOfMemoryError if the heap or native memory does not suffice
   */
  PreparedConvolution prepare(ConvolutionRequest request);

  /**
   * Makes a convolution ready, with the parts of a request.
   *
   * @param src what will be read; with layout ANY the engine chooses, see {@link
   *     PreparedConvolution#src}
   * @param dst what will be written, of shape {@link Convolution#outputShape}; ANY likewise
   * @param weights of shape {@link Convolution#weightsShape}
   * @param bias of shape {@code [oc]} exactly where the description has a bias, else null
   * @throws IllegalArgumentException if shapes do not fit; names both sides. Otherwise this throws
   *     what {@link #prepare(ConvolutionRequest)} throws
   */
  default PreparedConvolution prepare(
      Convolution convolution,
      TensorSpec src,
      TensorSpec dst,
      Tensor weights,
      @Nullable Tensor bias) {
    return prepare(
        ConvolutionRequest.of(convolution, src).withDst(dst).withParameters(weights, bias));
  }

  /**
   * Makes a convolution ready whose result is the default of {@link ConvolutionRequest#of}. Throws
   * what {@link #prepare(ConvolutionRequest)} throws.
   */
  default PreparedConvolution prepare(
      Convolution convolution, TensorSpec src, Tensor weights, @Nullable Tensor bias) {
    return prepare(ConvolutionRequest.of(convolution, src).withParameters(weights, bias));
  }

  /**
   * Makes a convolution ready with f32 parameters from arrays. Throws what {@link
   * #prepare(ConvolutionRequest)} throws.
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
   * Makes a sequence ready: each step runs on the result of the one before, or on those that its
   * {@link io.github.conv4j.Connection} names, in buffers that the prepared sequence owns.
   *
   * <p>What a pointwise step expands, a depthwise one convolves and a pointwise one projects may be
   * computed in chunks of channels, whose projections are added, where that saves much of the
   * buffers; {@link PreparedConvolution#explain} says so.
   *
   * <p><b>Memory.</b> {@link #close} closes sequences too. An engine that prepares single
   * convolutions alone gets its sequences from {@link io.github.conv4j.engine.spi.Sequences}.
   *
   * @param parameters one entry for each of {@link ConvolutionSequence#convolutions}, in order
   * @throws IllegalArgumentException if the number of entries is another one. Otherwise this throws
   *     what {@link #prepare(ConvolutionRequest)} throws
   */
  PreparedConvolution prepare(
      ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters);

  /**
   * Compiles the code that these problems will run, several at a time, so that the first calls
   * after {@link #prepare} are as fast as later ones. To be called before a server takes requests:
   * all engines of a process share the code.
   *
   * <p>Weights may be described only. Engine {@code auto} measures each problem and remembers what
   * it chose. The default does nothing, for engines whose code is fast from the start.
   *
   * <p><b>Memory.</b> Frees what it has taken when it returns. <b>Threads.</b> Takes threads of its
   * own; an interrupt ends it early and stays set.
   *
   * @throws UnsupportedConvolutionException if this engine cannot run one of them
   * @throws IllegalStateException if this engine is closed
   */
  default void makeReady(List<ConvolutionRequest> requests) {
    Objects.requireNonNull(requests, "requests");
  }

  /**
   * Returns what the engine holds outside the Java heap now. Engines that do not count return
   * {@link EngineMemory#NONE}.
   */
  default EngineMemory memory() {
    return EngineMemory.NONE;
  }

  /** Returns what calls are at now. Engines that do not count return {@link EngineLoad#NONE}. */
  default EngineLoad load() {
    return EngineLoad.NONE;
  }

  /** Returns what {@link Shadow} has done so far; nothing where the engine was not given it. */
  default ShadowCounts shadowCounts() {
    return ShadowCounts.NONE;
  }

  /**
   * Closes what is still open and stops the engine. Further calls do nothing.
   *
   * <p>Waits for the calls in flight as {@link PreparedConvolution#close} does: the wait cannot be
   * interrupted, and after a {@link StackOverflowError} inside a call this may not return.
   */
  @Override
  void close();
}
