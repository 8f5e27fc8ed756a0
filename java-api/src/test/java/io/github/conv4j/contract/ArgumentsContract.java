package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Parameters;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.Variants;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Broken preconditions get the exception of the design, before native code is entered. */
@SuppressWarnings("NullAway") // null is one of the broken preconditions
abstract class ArgumentsContract extends EngineContract {
  private Arena arena;
  private Tensor weights;
  private Tensor bias;
  private PreparedConvolution prepared;
  private Tensor src;
  private Tensor dst;

  @BeforeEach
  void prepareOne() {
    arena = Arena.ofConfined();
    weights = Tensor.ofFloats(TensorSpec.weights(PLAIN.weightsShape()), plainWeights(), arena);
    bias = Tensor.ofFloats(TensorSpec.bias(16), plainBias(), arena);
    prepared = engine.prepare(PLAIN, plainSrc(), weights, bias);
    src = Tensor.ofFloats(prepared.src(), plainValues(), arena);
    dst = Tensor.allocate(prepared.dst(), arena);
  }

  /** Whatever was refused, the prepared convolution still works. */
  @AfterEach
  void stillWorks() {
    prepared.execute(src, dst);
    assertThat(dst.toFloatArray()).containsExactly(plainExpected());
    prepared.close();
    arena.close();
  }

  @Test
  void executeRefusesNull() {
    assertThatNullPointerException().isThrownBy(() -> prepared.execute(null, dst));
    assertThatNullPointerException().isThrownBy(() -> prepared.execute(src, null));
    assertThatNullPointerException().isThrownBy(() -> prepared.execute(null, null));
  }

  @Test
  void executeRefusesAnotherSpec() {
    Tensor otherLayout = Tensor.allocate(spec(Layout.NCHW, PLAIN_SRC), arena);
    Tensor otherShape = Tensor.allocate(spec(Layout.NHWC, Shape.of(2, 8, 7, 7)), arena);
    Tensor otherType =
        Tensor.allocate(TensorSpec.of(DataType.S32, Layout.NHWC, prepared.dst().shape()), arena);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> prepared.execute(otherLayout, dst))
        .withMessageContainingAll("src", "f32 NHWC 1x8x7x7", "f32 NCHW 1x8x7x7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prepared.execute(otherShape, dst))
        .withMessageContainingAll("src", "1x8x7x7", "2x8x7x7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prepared.execute(src, otherType))
        .withMessageContainingAll("dst", "f32 NHWC 1x16x7x7", "s32 NHWC 1x16x7x7");
    assertThatIllegalArgumentException().isThrownBy(() -> prepared.execute(dst, src));
  }

  @Test
  void executeRefusesAReadOnlyDst() {
    Tensor readOnly = Tensor.wrap(prepared.dst(), dst.segment().asReadOnly());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> prepared.execute(src, readOnly))
        .withMessageContainingAll("dst", "read-only");
  }

  @Test
  void executeRefusesOverlap() {
    long srcBytes = prepared.src().byteSize();
    long dstBytes = prepared.dst().byteSize();
    MemorySegment memory = arena.allocate(2 * (srcBytes + dstBytes), 64);
    for (long offset : new long[] {0, 4, 64, srcBytes - 4}) {
      Tensor at = Tensor.wrap(prepared.src(), memory);
      Tensor over = Tensor.wrap(prepared.dst(), memory.asSlice(offset));
      assertThatIllegalArgumentException()
          .as("dst %d bytes after src", offset)
          .isThrownBy(() -> prepared.execute(at, over))
          .withMessageContaining("overlap");
    }
    Tensor behind = Tensor.wrap(prepared.src(), memory.asSlice(dstBytes - 4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prepared.execute(behind, Tensor.wrap(prepared.dst(), memory)));
    Tensor touching = Tensor.wrap(prepared.dst(), memory.asSlice(srcBytes));
    Tensor first = Tensor.wrap(prepared.src(), memory);
    first.copyFrom(plainValues());
    prepared.execute(first, touching);
    assertThat(touching.toFloatArray()).containsExactly(plainExpected());
  }

  @Test
  void executeRefusesClosedArenas() {
    for (Arena closing : List.of(Arena.ofConfined(), Arena.ofShared())) {
      Tensor closedSrc = Tensor.allocate(prepared.src(), closing);
      Tensor closedDst = Tensor.allocate(prepared.dst(), closing);
      closing.close();

      refusesClosed(() -> prepared.execute(closedSrc, dst));
      refusesClosed(() -> prepared.execute(src, closedDst));
      refusesClosed(() -> prepared.execute(closedSrc, closedDst));
    }
  }

  private static void refusesClosed(ThrowingCallable call) {
    assertThatIllegalStateException().isThrownBy(call).withMessageContaining("closed");
  }

  @Test
  void executeRefusesArenasOfOtherThreads() {
    try (Arena shared = Arena.ofShared()) {
      Tensor sharedSrc = Tensor.ofFloats(prepared.src(), plainValues(), shared);
      Tensor sharedDst = Tensor.allocate(prepared.dst(), shared);

      assertThat(thrownElsewhere(() -> prepared.execute(src, sharedDst)))
          .isInstanceOf(WrongThreadException.class);
      assertThat(thrownElsewhere(() -> prepared.execute(sharedSrc, dst)))
          .isInstanceOf(WrongThreadException.class);
      assertThat(thrownElsewhere(() -> prepared.execute(sharedSrc, sharedDst))).isNull();
    }
  }

  /** What a call has seen of an arena is worth nothing to another thread, nor after the arena. */
  @Test
  void executeRefusesArenasThatItHasSeen() {
    Tensor ended;
    try (Arena ending = Arena.ofConfined()) {
      ended = Tensor.allocate(prepared.src(), ending);
      prepared.execute(ended, dst);
    }
    refusesClosed(() -> prepared.execute(ended, dst));
    prepared.execute(src, dst);
    try (Arena shared = Arena.ofShared()) {
      Tensor sharedDst = Tensor.allocate(prepared.dst(), shared);

      assertThat(thrownElsewhere(() -> prepared.execute(src, sharedDst)))
          .isInstanceOf(WrongThreadException.class);
    }
  }

  /** Memory that was freed may be another thread's at once. */
  @Test
  @SuppressWarnings("restricted")
  void executeRefusesTheSameBytesOfAnotherThread() {
    MemorySegment bytes = MemorySegment.ofAddress(src.segment().address());
    long size = src.segment().byteSize();
    try (Arena ending = Arena.ofConfined()) {
      prepared.execute(Tensor.wrap(prepared.src(), bytes.reinterpret(size, ending, null)), dst);
    }
    Tensor other =
        CompletableFuture.supplyAsync(
                () ->
                    Tensor.wrap(prepared.src(), bytes.reinterpret(size, Arena.ofConfined(), null)))
            .join();

    assertThatExceptionOfType(WrongThreadException.class)
        .isThrownBy(() -> prepared.execute(other, dst));
  }

  @Test
  void prepareRefusesNull() {
    TensorSpec srcSpec = plainSrc();
    TensorSpec dstSpec = prepared.dst();
    assertThatNullPointerException()
        .isThrownBy(() -> engine.prepare(null, srcSpec, dstSpec, weights, bias));
    assertThatNullPointerException()
        .isThrownBy(() -> engine.prepare(PLAIN, null, dstSpec, weights, bias));
    assertThatNullPointerException()
        .isThrownBy(() -> engine.prepare(PLAIN, srcSpec, null, weights, bias));
    assertThatNullPointerException()
        .isThrownBy(() -> engine.prepare(PLAIN, srcSpec, dstSpec, null, bias));
    assertThatNullPointerException()
        .isThrownBy(() -> engine.prepare(PLAIN, srcSpec, (Tensor) null, bias));
    assertThatNullPointerException()
        .isThrownBy(() -> engine.prepare(PLAIN, srcSpec, (float[]) null, plainBias()));
    assertThatNullPointerException()
        .isThrownBy(() -> engine.prepare((ConvolutionSequence) null, srcSpec, List.of()));
    assertThatNullPointerException()
        .isThrownBy(
            () -> engine.prepare(ConvolutionSequence.of(PLAIN), srcSpec, (List<Parameters>) null));
    assertThatNullPointerException().isThrownBy(() -> engine.support(null, srcSpec));
    assertThatNullPointerException().isThrownBy(() -> engine.support(PLAIN, null));
  }

  @Test
  void prepareRefusesAMissingOrSuperfluousBias() {
    Convolution bare = PLAIN.toBuilder().bias(false).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.prepare(PLAIN, plainSrc(), weights, null))
        .withMessageContainingAll("needs a bias", "bias(false)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.prepare(PLAIN, plainSrc(), plainWeights(), null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.prepare(bare, plainSrc(), weights, bias))
        .withMessageContaining("no bias");
  }

  @Test
  void prepareRefusesWrongParameters() {
    Tensor swapped = Tensor.allocate(TensorSpec.weights(Shape.of(8, 16, 3, 3)), arena);
    Tensor shortBias = Tensor.allocate(TensorSpec.bias(15), arena);
    Tensor integers =
        Tensor.allocate(TensorSpec.of(DataType.S32, Layout.NCHW, PLAIN.weightsShape()), arena);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.prepare(PLAIN, plainSrc(), swapped, bias))
        .withMessageContainingAll("weights", "16x8x3x3", "8x16x3x3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.prepare(PLAIN, plainSrc(), weights, shortBias))
        .withMessageContainingAll("bias", "16", "15");
    assertThatExceptionOfType(UnsupportedConvolutionException.class)
        .isThrownBy(() -> engine.prepare(PLAIN, plainSrc(), integers, bias))
        .withMessageContainingAll("weights", "f32", "s32");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.prepare(PLAIN, plainSrc(), new float[7], plainBias()))
        .withMessageContainingAll("16x8x3x3", "1152", "7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.prepare(PLAIN, plainSrc(), plainWeights(), new float[17]));
  }

  @Test
  void prepareRefusesClosedParameters() {
    for (Arena closing : List.of(Arena.ofConfined(), Arena.ofShared())) {
      Tensor closedWeights = Tensor.allocate(TensorSpec.weights(PLAIN.weightsShape()), closing);
      Tensor closedBias = Tensor.allocate(TensorSpec.bias(16), closing);
      closing.close();

      refusesClosed(() -> engine.prepare(PLAIN, plainSrc(), closedWeights, bias));
      refusesClosed(() -> engine.prepare(PLAIN, plainSrc(), weights, closedBias));
    }
    assertThat(thrownElsewhere(() -> engine.prepare(PLAIN, plainSrc(), weights, bias)))
        .isInstanceOf(WrongThreadException.class);
  }

  @Test
  void prepareRefusesASourceThatDoesNotFit() {
    for (Shape wrong : List.of(Shape.of(1, 7, 7, 7), Shape.of(1, 8, 7), Shape.of(1, 8, 7, 7, 7))) {
      TensorSpec spec = spec(Layout.channelsLast(wrong.rank()), wrong);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> engine.prepare(PLAIN, spec, weights, bias))
          .withMessageContaining(wrong.toString());
      assertThatIllegalArgumentException().isThrownBy(() -> engine.support(PLAIN, spec));
    }
    Convolution large = PLAIN.toBuilder().kernel(10).build();
    assertThatIllegalArgumentException().isThrownBy(() -> engine.support(large, plainSrc()));
  }

  @Test
  void prepareRefusesAnotherDstShape() {
    TensorSpec wrong = spec(Layout.NHWC, Shape.of(1, 16, 7, 6));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.prepare(PLAIN, plainSrc(), wrong, weights, bias))
        .withMessageContainingAll("dst", "1x16x7x7", "1x16x7x6");
  }

  /** What cannot be computed is refused when it is prepared, never when it is executed. */
  @Test
  void prepareRefusesTypesThatTheEngineLacks() {
    for (DataType type : List.of(DataType.S32, DataType.U8, DataType.S8)) {
      TensorSpec typedSrc = TensorSpec.of(type, Layout.NHWC, PLAIN_SRC);
      TensorSpec typedDst = TensorSpec.of(type, Layout.NHWC, prepared.dst().shape());

      assertThatExceptionOfType(UnsupportedConvolutionException.class)
          .as("src %s", type)
          .isThrownBy(() -> engine.prepare(PLAIN, typedSrc, weights, bias))
          .withMessageContaining(engineName())
          .withMessageContaining(type.name().toLowerCase(Locale.ROOT));
      assertThatExceptionOfType(UnsupportedConvolutionException.class)
          .as("dst %s", type)
          .isThrownBy(() -> engine.prepare(PLAIN, plainSrc(), typedDst, weights, bias))
          .withMessageContainingAll("dst", type.name().toLowerCase(Locale.ROOT));
    }
  }

  /** Whatever the parts of a request are: prepare does what support says, for the same reason. */
  @Test
  void supportAgreesWithPrepare() {
    Shape dstShape = prepared.dst().shape();
    int supported = 0;
    int refused = 0;
    for (TensorSpec srcSpec : specs(PLAIN_SRC)) {
      for (TensorSpec dstSpec : specs(dstShape)) {
        ConvolutionRequest request = ConvolutionRequest.of(PLAIN, srcSpec).withDst(dstSpec);
        if (agrees(request.withParameters(weights, bias))) {
          supported++;
        } else {
          refused++;
        }
      }
    }
    for (TensorSpec weightsSpec : weightsSpecs()) {
      Tensor otherWeights = Tensor.allocate(weightsSpec, arena);
      for (TensorSpec biasSpec : biasSpecs()) {
        Tensor otherBias = Tensor.allocate(biasSpec, arena);
        ConvolutionRequest request = ConvolutionRequest.of(PLAIN, plainSrc());
        ConvolutionRequest given = request.withParameters(otherWeights, otherBias);
        boolean isSupported = agrees(given);
        assertThat(isSupported)
            .as("%s, %s", weightsSpec, biasSpec)
            .isEqualTo(
                engine.support(request.withParameterSpecs(weightsSpec, biasSpec))
                    instanceof Support.Supported);
        if (isSupported) {
          otherWeights.copyFrom(plainWeights());
          otherBias.copyFrom(plainBias());
          try (PreparedConvolution ready = engine.prepare(given)) {
            dst.fill(Float.NaN);
            ready.execute(src, dst);
          }
          assertThat(dst.toFloatArray()).as("%s", given).containsExactly(plainExpected());
        }
      }
    }
    assertThat(supported).isGreaterThan(20);
    assertThat(refused).isGreaterThan(10);
    assertThat(agrees(ConvolutionRequest.of(PLAIN, plainSrc()).withParameters(weights, bias)))
        .isTrue();
  }

  /** Sizes and steps at the limits; only what is small is prepared. */
  @Test
  void supportAgreesWithPrepareAtTheLimits() {
    long most = 1L << 31;
    Convolution tiny = Convolution.conv2d(1, 1).build();
    Tensor one = Tensor.allocate(TensorSpec.weights(tiny.weightsShape()), arena);
    Tensor oneBias = Tensor.allocate(TensorSpec.bias(1), arena);
    TensorSpec image = TensorSpec.f32(Layout.NHWC, 1, 1, 1 << 16, 1 << 15);
    assertThat(engine.support(tiny, image)).isInstanceOf(Support.Unsupported.class);
    for (TensorSpec huge :
        List.of(
            image,
            TensorSpec.f32(Layout.NCHW, 1 << 20, 1, 1 << 6, 1 << 6),
            TensorSpec.f32(Layout.ANY, most, 1, 1, 1))) {
      ConvolutionRequest request = ConvolutionRequest.of(tiny, huge).withParameters(one, oneBias);
      // A batch may be computed image by image; to prepare it could take the memory to measure it.
      if (engine.support(request) instanceof Support.Unsupported(String reason)) {
        assertThat(reason).contains("elements", huge.shape().toString());
        assertThat(agrees(request)).as("%s", request).isFalse();
      }
    }
    TensorSpec wide = TensorSpec.f32(Layout.strided(most << 2, 1, most, 2), 1, 1, 4, 4);
    agrees(ConvolutionRequest.of(tiny, wide).withParameters(one, oneBias));
    agrees(
        ConvolutionRequest.of(tiny, TensorSpec.f32(Layout.NHWC, 1, 1, 4, 4))
            .withDst(wide)
            .withParameters(one, oneBias));
    for (Padding padding :
        List.of(
            Padding.symmetric(most),
            Padding.symmetric(most).mode(PaddingMode.REPLICATE),
            Padding.asymmetric(new long[] {0}, new long[] {-2}))) {
      Convolution steps = tiny.toBuilder().stride(most).dilation(most).padding(padding).build();
      TensorSpec src4 = TensorSpec.f32(Layout.NCHW, 1, 1, 4, 4);
      agrees(ConvolutionRequest.of(steps, src4).withParameters(one, oneBias));
    }
  }

  @Test
  void prepareNeedsTensors() {
    ConvolutionRequest described = ConvolutionRequest.of(PLAIN, plainSrc());

    assertThat(engine.support(described)).isInstanceOf(Support.Supported.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.prepare(described))
        .withMessageContainingAll("weights", "16x8x3x3", "withParameters");
  }

  /** Returns whether the request is supported. */
  private boolean agrees(ConvolutionRequest request) {
    switch (engine.support(request)) {
      case Support.Supported _ -> {
        try (PreparedConvolution ready = engine.prepare(request)) {
          assertThat(ready.src().shape()).isEqualTo(request.src().shape());
          assertThat(ready.dst().shape()).isEqualTo(request.dst().shape());
          if (!request.dst().isAny()) {
            assertThat(ready.dst()).isEqualTo(request.dst());
          }
        }
        return true;
      }
      case Support.Unsupported no -> {
        assertThatExceptionOfType(UnsupportedConvolutionException.class)
            .as("%s", request)
            .isThrownBy(() -> engine.prepare(request))
            .satisfies(e -> assertThat(e.engine()).isEqualTo(engineName()))
            .satisfies(e -> assertThat(e.reason()).isEqualTo(no.reason()))
            .satisfies(e -> assertThat(Problem.parse(e.problem().orElseThrow())).isNotNull());
        return false;
      }
    }
  }

  private static List<TensorSpec> specs(Shape shape) {
    List<TensorSpec> specs = new ArrayList<>();
    long channels = shape.dim(1);
    long pixels = shape.dim(2) * shape.dim(3);
    long row = shape.dim(3);
    for (Layout layout :
        List.of(
            Layout.NHWC,
            Layout.NCHW,
            Layout.ANY,
            Layout.strided(pixels * channels * 2, 1, row * channels * 2, channels * 2),
            Layout.strided(pixels * channels * 2, pixels * 2, row * 2, 2),
            new Layout.Blocked(
                List.of(pixels * channels, pixels * 8, row * 8, 8L), List.of(1), List.of(8)))) {
      specs.add(TensorSpec.of(DataType.F32, layout, shape));
    }
    specs.add(TensorSpec.of(DataType.S32, Layout.NHWC, shape));
    specs.add(TensorSpec.of(DataType.BF16, Layout.ANY, shape));
    return specs;
  }

  private static List<TensorSpec> weightsSpecs() {
    return List.of(
        TensorSpec.weights(PLAIN.weightsShape()),
        TensorSpec.of(DataType.F32, Layout.NHWC, PLAIN.weightsShape()),
        TensorSpec.of(DataType.F32, Layout.strided(1, 1000, 48, 16), PLAIN.weightsShape()),
        TensorSpec.of(
            DataType.F32,
            new Layout.Blocked(List.of(576L, 72L, 24L, 8L), List.of(0), List.of(8)),
            PLAIN.weightsShape()),
        TensorSpec.of(DataType.S8, Layout.NCHW, PLAIN.weightsShape()));
  }

  private static List<TensorSpec> biasSpecs() {
    Shape shape = Shape.of(16);
    return List.of(
        TensorSpec.bias(16),
        TensorSpec.of(DataType.F32, Layout.strided(3), shape),
        TensorSpec.of(DataType.S32, Layout.strided(1), shape));
  }

  @Test
  void sequencesRefuseAnotherNumberOfParameters() {
    ConvolutionSequence sequence = Variants.depthwiseSeparable(8, 8, 3);
    var one =
        new Parameters(Tensor.allocate(TensorSpec.weights(Shape.of(8, 1, 3, 3)), arena), null);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.prepare(sequence, plainSrc(), List.of(one)))
        .withMessageContainingAll("2 convolutions", "1 parameters");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.prepare(sequence, plainSrc(), List.of(one, one)))
        .withMessageContaining("needs a bias");
  }

  private static @Nullable Throwable thrownElsewhere(Runnable action) {
    try {
      CompletableFuture.runAsync(action).join();
      return null;
    } catch (CompletionException e) {
      return e.getCause();
    }
  }
}
