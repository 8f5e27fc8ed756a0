package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.Variants;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Not one byte of Java heap a call, measured over many calls after warming up. */
abstract class AllocationContract extends EngineContract {
  private static final int WARM_UP_CALLS = 20_000;
  private static final int CALLS = 10_000;

  /**
   * The Vector API makes objects until the JIT compiler has seen to it, which takes its time on a
   * busy machine; what a compiled call allocates is the same in every round.
   */
  private static final int MOST_ROUNDS = 100;

  private static final Shape SRC = Shape.of(1, 4, 4, 4);
  private static final Convolution CONVOLUTION =
      Convolution.conv2d(4, 4).kernel(3).padding(1).build();

  @Test
  void plainLayouts() {
    for (Layout layout : LAYOUTS) {
      allocatesNothing(CONVOLUTION, spec(layout, SRC));
    }
  }

  @Test
  void stridedViews() {
    TensorSpec view = TensorSpec.f32(Layout.strided(200, 1, 40, 7), SRC.dims());
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            engine.prepare(
                CONVOLUTION,
                view,
                view,
                Tensor.allocate(TensorSpec.weights(CONVOLUTION.weightsShape()), arena),
                Tensor.allocate(TensorSpec.bias(4), arena))) {
      allocatesNothing(prepared);
    }
  }

  @Test
  void transposed() {
    Convolution inBlocks = Convolution.transposed2d(4, 4).kernel(2).stride(2).build();
    Convolution inFamilies = Convolution.transposed2d(4, 4).kernel(3).stride(2).build();
    for (Layout layout : LAYOUTS) {
      allocatesNothing(inBlocks, spec(layout, SRC));
      allocatesNothing(inFamilies, spec(layout, SRC));
    }
  }

  @Test
  void bandsOfSmallGroups() {
    Shape src = Shape.of(1, 16, 7, 8);
    for (int groups : new int[] {16, 8, 4, 2, 1}) {
      Convolution grouped = Convolution.conv2d(16, 16).kernel(3).padding(1).groups(groups).build();
      allocatesNothing(grouped, spec(Layout.NHWC, src));
    }
    Convolution large = Convolution.conv2d(16, 16).kernel(5).padding(2).groups(16).build();
    allocatesNothing(large, spec(Layout.NHWC, src));
  }

  @Test
  void paddingModes() {
    Convolution reflecting =
        CONVOLUTION.toBuilder().padding(Padding.symmetric(1).mode(PaddingMode.REFLECT)).build();
    for (Layout layout : LAYOUTS) {
      allocatesNothing(reflecting, spec(layout, SRC));
    }
  }

  @Test
  void sequences() {
    Convolution pointwise = Variants.pointwiseGrouped(4, 4, 2);
    ConvolutionSequence sequence =
        ConvolutionSequence.of(
            new ChannelShuffle(4, 2), pointwise, new ChannelShuffle(4, 2), pointwise);
    for (Layout layout :
        List.of(Layout.NCHW, Layout.NHWC, Layout.ANY, Layout.strided(200, 1, 40, 7))) {
      try (Arena arena = Arena.ofConfined();
          PreparedConvolution prepared =
              engine.prepare(
                  sequence,
                  TensorSpec.f32(layout, SRC.dims()),
                  Runs.parameters(
                      sequence,
                      List.of(new float[8], new float[8]),
                      List.of(new float[4], new float[4]),
                      arena))) {
        allocatesNothing(prepared);
      }
    }
  }

  private void allocatesNothing(Convolution convolution, TensorSpec src) {
    float[] weights = new float[(int) convolution.weightsShape().elementCount()];
    float[] bias = new float[Math.toIntExact(convolution.outChannels())];
    try (PreparedConvolution prepared = engine.prepare(convolution, src, weights, bias)) {
      allocatesNothing(prepared);
    }
  }

  private static void allocatesNothing(PreparedConvolution prepared) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Arena arena = Arena.ofConfined()) {
      Tensor src = Tensor.allocate(prepared.src(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      call(prepared, src, dst, WARM_UP_CALLS);
      long allocated = CALLS;
      for (int round = 0; round < MOST_ROUNDS && allocated >= CALLS; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        call(prepared, src, dst, CALLS);
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
      assertThat(allocated).as("bytes in %d calls of %s", CALLS, prepared).isLessThan(CALLS);
    }
  }

  private static void call(PreparedConvolution prepared, Tensor src, Tensor dst, int count) {
    for (int i = 0; i < count; i++) {
      prepared.execute(src, dst);
    }
  }
}
