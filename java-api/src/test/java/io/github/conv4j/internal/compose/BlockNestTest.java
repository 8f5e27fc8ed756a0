package io.github.conv4j.internal.compose;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockNestTest {
  private static final List<Shape> SHAPES =
      List.of(
          Shape.of(1, 1, 1, 1),
          Shape.of(2, 3, 5, 7),
          Shape.of(1, 64, 13, 11),
          Shape.of(3, 513, 1, 2),
          Shape.of(2, 256, 3, 1),
          Shape.of(1, 1, 40, 33),
          Shape.of(5, 7, 1, 1));

  /** Each element once, whatever the layouts, and with the number of its channel. */
  @Test
  void everyElementOnceWithItsChannel() {
    for (Shape shape : SHAPES) {
      for (Layout first : List.of(Layout.NCHW, Layout.NHWC)) {
        for (Layout second : List.of(Layout.NCHW, Layout.NHWC)) {
          for (boolean repeats : new boolean[] {false, true}) {
            visitsAll(shape, first, second, repeats);
          }
        }
      }
    }
  }

  private static void visitsAll(Shape shape, Layout first, Layout second, boolean repeats) {
    TensorSpec a = TensorSpec.of(DataType.U8, first, shape);
    TensorSpec b = TensorSpec.of(DataType.U8, second, shape);
    int channels = (int) shape.dim(1);
    float[] numbers = new float[channels];
    for (int i = 0; i < channels; i++) {
      numbers[i] = i;
    }
    BlockNest nest =
        BlockNest.of(
            shape,
            List.of(a.strides(), b.strides(), new long[] {0, 1, 0, 0}),
            new boolean[] {false, false, repeats});
    float[] tiled = nest.tiled(numbers);
    int count = (int) shape.elementCount();
    int[] visits = new int[count];
    int[] partner = new int[count];
    float[] channel = new float[count];
    long blocks = nest.blockCount();
    for (int part = 0; part < 3; part++) {
      nest.run(
          blocks * part / 3,
          blocks * (part + 1) / 3,
          new BlockNest.Cursor(nest),
          (places, length) -> {
            assertThat(length).isBetween(1, BlockNest.BLOCK);
            for (int i = 0; i < length; i++) {
              int at = (int) (places[0] + i * nest.step(0));
              visits[at]++;
              partner[at] = (int) (places[1] + i * nest.step(1));
              channel[at] = tiled[(int) (places[2] + i * nest.step(2))];
            }
          });
    }
    assertThat(Arrays.stream(visits).allMatch(n -> n == 1)).as("%s %s", a, b).isTrue();
    long[] index = new long[4];
    for (int i = 0; i < count; i++) {
      int rest = i;
      for (int axis = 3; axis >= 0; axis--) {
        index[axis] = rest % shape.dim(axis);
        rest /= (int) shape.dim(axis);
      }
      int at = (int) a.elementOffset(index);
      assertThat(partner[at]).isEqualTo((int) b.elementOffset(index));
      assertThat(channel[at]).isEqualTo((float) index[1]);
    }
  }

  @Test
  void fewChannelsShareABlock() {
    TensorSpec spec = TensorSpec.of(DataType.U8, Layout.NHWC, Shape.of(1, 7, 20, 20));
    List<long[]> strides = List.of(spec.strides(), new long[] {0, 1, 0, 0});

    assertThat(BlockNest.of(spec.shape(), strides).blockCount()).isEqualTo(400);
    assertThat(BlockNest.of(spec.shape(), strides, new boolean[] {false, true}).blockCount())
        .isEqualTo(6);
  }
}
