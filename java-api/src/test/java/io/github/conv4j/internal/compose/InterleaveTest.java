package io.github.conv4j.internal.compose;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterleaveTest {
  /** Runs of 1, 2, 3, 6, 8, 32 and 40 elements, whole and cut on either side. */
  @ParameterizedTest
  @CsvSource({
    "1, 2, 2, 0, 7",
    "1, 4, 2, 1, 7",
    "1, 3, 3, 0, 5",
    "2, 6, 3, 2, 5",
    "4, 4, 2, 1, 6",
    "8, 8, 4, 2, 5",
    "8, 10, 5, 3, 4",
    "1, 9, 3, 4, 12",
    "3, 2, 2, 0, 1"
  })
  void putsEachChannelOfABlockWhereTheFormulaSays(
      long channels, long kernel, long stride, long padding, long size) {
    Convolution convolution =
        Convolution.transposed2d(64, channels)
            .kernel(kernel)
            .stride(stride)
            .padding(padding)
            .build();
    Shape src = Shape.of(2, 64, size, size + 1);
    for (Layout layout : new Layout[] {Layout.NHWC, Layout.NCHW}) {
      try (Arena arena = Arena.ofConfined()) {
        TensorSpec dst = TensorSpec.f32(layout, convolution.outputShape(src).dims());
        var request =
            PrepareRequest.of(
                convolution,
                TensorSpec.f32(layout, src.dims()),
                dst,
                Tensor.allocate(TensorSpec.weights(convolution.weightsShape()), arena),
                Tensor.allocate(TensorSpec.bias(channels), arena));
        Subpixel subpixel = Objects.requireNonNull(Subpixel.of(request));
        TensorSpec blocks = dst.withShape(subpixel.blocks(dst.shape()));
        float[] values = new float[(int) blocks.shape().elementCount()];
        for (int i = 0; i < values.length; i++) {
          values[i] = i + 1;
        }
        Tensor in = Tensor.ofFloats(blocks, values, arena);
        float[] expected = expected(subpixel, in, dst);

        for (int parts : new int[] {1, 3}) {
          Tensor out = Tensor.allocate(dst, arena);
          var interleave = new Interleave(subpixel, blocks, dst, parts);
          if (parts == 1) {
            interleave.runAlone(in.segment(), out.segment(), new MemorySegment[0]);
          } else {
            for (int part = interleave.partCount() - 1; part >= 0; part--) {
              interleave.runPart(part, in.segment(), out.segment(), new MemorySegment[0]);
            }
          }
          assertThat(out.toFloatArray()).as("%s in %d parts", layout, parts).isEqualTo(expected);
        }
      }
    }
  }

  private static float[] expected(Subpixel subpixel, Tensor blocks, TensorSpec dst) {
    Subpixel.Axis high = subpixel.axes().get(0);
    Subpixel.Axis wide = subpixel.axes().get(1);
    long channels = dst.shape().dim(1);
    float[] expected = new float[(int) dst.shape().elementCount()];
    int at = 0;
    for (long n = 0; n < dst.shape().dim(0); n++) {
      for (long c = 0; c < channels; c++) {
        for (long h = high.skipped(); h < dst.shape().dim(2) + high.skipped(); h++) {
          for (long w = wide.skipped(); w < dst.shape().dim(3) + wide.skipped(); w++) {
            long phase = h % high.stride() * wide.stride() + w % wide.stride();
            expected[at++] =
                blocks.getFloat(n, phase * channels + c, h / high.stride(), w / wide.stride());
          }
        }
      }
    }
    return expected;
  }
}
