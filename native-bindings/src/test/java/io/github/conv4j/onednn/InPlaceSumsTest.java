package io.github.conv4j.onednn;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Convolutions that are added to what dst holds. */
class InPlaceSumsTest {
  private final SplittableRandom random = new SplittableRandom(2);

  /** Small integers, so that sums are exact in any order. */
  private Tensor integers(TensorSpec spec, Arena arena) {
    Tensor tensor = Tensor.allocate(spec, arena);
    for (long i = 0; i < spec.byteSize() / Float.BYTES; i++) {
      tensor.segment().setAtIndex(JAVA_FLOAT, i, random.nextInt(-8, 9));
    }
    return tensor;
  }

  private static ConvolutionRequest request(Convolution convolution, TensorSpec src) {
    return ConvolutionRequest.of(convolution, src);
  }

  private static Convolution.Builder pointwise(long in, long out) {
    return Convolution.conv2d(in, out).kernel(1).bias(true);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void dstIsTheFirstOperand(int threads) {
    long[][] shapes = {{24, 24, 13, 11}, {24, 28, 9, 9}, {28, 32, 40, 40}, {64, 64, 56, 56}};
    for (String postOps :
        new String[] {
          "add:per_tensor:run,relu",
          "add:per_tensor:run",
          "add:per_tensor:run,mul:per_tensor:run,relu"
        }) {
      for (long[] shape : shapes) {
        Convolution convolution =
            pointwise(shape[0], shape[1]).postOps(PostOps.parse(postOps)).build();
        addsToDst(
            convolution, TensorSpec.f32(Layout.NHWC, 2, shape[0], shape[2], shape[3]), threads);
      }
    }
  }

  private void addsToDst(Convolution convolution, TensorSpec srcSpec, int threads) {
    try (Arena arena = Arena.ofShared();
        var engine = new OnednnEngine(EngineOptions.defaults().withThreads(threads))) {
      Tensor weights = integers(TensorSpec.weights(convolution.weightsShape()), arena);
      Tensor bias = integers(TensorSpec.bias(convolution.outChannels()), arena);
      Tensor src = integers(srcSpec, arena);
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, srcSpec).withParameters(weights, bias);
      try (PreparedConvolution plain = engine.prepare(request);
          PreparedConvolution inPlace =
              Objects.requireNonNull(engine.prepareInPlace(request), request.toString())) {
        assertThat(inPlace.explain().toString()).contains("added in place");
        Tensor residual = integers(plain.dst(), arena);
        Tensor expected = Tensor.allocate(plain.dst(), arena);
        Tensor actual = Tensor.allocate(plain.dst(), arena);
        Tensor unread = integers(plain.dst(), arena);
        var plainCall = plain.call().src(src).dst(expected).operand(0, residual);
        var inPlaceCall = inPlace.call().src(src).dst(actual).operand(0, unread);
        for (int i = 1; i < plain.operands().size(); i++) {
          Tensor other = integers(plain.operands().get(i), arena);
          plainCall.operand(i, other);
          inPlaceCall.operand(i, other);
        }
        for (int round = 0; round < 3; round++) {
          actual.segment().copyFrom(residual.segment());
          plainCall.execute();
          inPlaceCall.execute();
          assertThat(actual.segment().mismatch(expected.segment()))
              .as("%s on %s", convolution, srcSpec)
              .isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void othersAreNot() {
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 24, 9, 9);
    Convolution[] others = {
      pointwise(24, 24).postOps(PostOps.parse("relu,add:per_tensor:run")).build(),
      pointwise(24, 24).postOps(PostOps.parse("add:per_oc:run")).build(),
      pointwise(24, 24).postOps(PostOps.parse("mul:per_tensor:run")).build(),
      pointwise(24, 24).postOps(PostOps.parse("relu")).build(),
      pointwise(24, 24).build(),
      pointwise(24, 24).stride(2).postOps(PostOps.parse("add:per_tensor:run")).build(),
      Convolution.conv2d(24, 24)
          .kernel(3)
          .padding(Padding.same())
          .bias(true)
          .postOps(PostOps.parse("add:per_tensor:run"))
          .build(),
      Convolution.conv2d(24, 24)
          .groups(24)
          .kernel(3)
          .bias(true)
          .postOps(PostOps.parse("add:per_tensor:run"))
          .build()
    };
    try (Arena arena = Arena.ofShared();
        var engine = new OnednnEngine(EngineOptions.defaults())) {
      for (Convolution convolution : others) {
        Tensor weights = integers(TensorSpec.weights(convolution.weightsShape()), arena);
        Tensor bias = integers(TensorSpec.bias(convolution.outChannels()), arena);
        assertThat(engine.prepareInPlace(request(convolution, src).withParameters(weights, bias)))
            .as(convolution.toString())
            .isNull();
      }
    }
  }
}
