package io.github.conv4j.networks.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.internal.primitive.Primitive;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What moves elements: transpositions, windows both ways, concatenations. */
class CopiesTest {
  private static final Random RANDOM = new Random(9);

  private static float[] numbered(long count) {
    float[] src = new float[(int) count];
    for (int i = 0; i < src.length; i++) {
      src[i] = i;
    }
    return src;
  }

  /** Returns the index of an element along each axis. */
  private static long[] index(long at, long[] dims) {
    long[] index = new long[dims.length];
    for (int i = dims.length - 1; i >= 0; i--) {
      index[i] = at % dims[i];
      at /= dims[i];
    }
    return index;
  }

  private static int at(long[] index, long[] dims) {
    long at = 0;
    for (int i = 0; i < dims.length; i++) {
      at = at * dims[i] + index[i];
    }
    return (int) at;
  }

  @Test
  void transpositions() {
    long[][] shapes = {{}, {5}, {3, 4}, {64, 70}, {2, 3, 4, 5}, {1, 17, 19, 23}, {2, 40, 30, 3}};
    for (long[] dims : shapes) {
      for (int round = 0; round < 4; round++) {
        int[] axes = permutation(dims.length);
        long[] dstDims = Arrays.stream(axes).mapToLong(axis -> dims[axis]).toArray();
        float[] src = numbered(Sizes.product("src", dims));
        float[] expected = new float[src.length];
        for (int i = 0; i < src.length; i++) {
          long[] from = index(i, dims);
          long[] to = Arrays.stream(axes).mapToLong(axis -> from[axis]).toArray();
          expected[at(to, dstDims)] = src[i];
        }
        assertThat(OperatorRun.floats(new Permute(dims, axes, 2), src.length, src))
            .as(Arrays.toString(dims) + Arrays.toString(axes))
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void planesOfColours() {
    for (long batch : new long[] {1, 3}) {
      for (long pixels : new long[] {1, 7, 8, 33, 4096, 9001}) {
        long[] dims = {batch, Colours.COUNT, pixels};
        float[] src = numbered(batch * Colours.COUNT * pixels);
        float[] expected =
            OperatorRun.floats(new Permute(dims, new int[] {0, 2, 1}, 1), src.length, src);
        for (Loops loops : OperatorRun.loops()) {
          Primitive primitive = OperatorRun.make(loops, () -> new Colours(batch, pixels, 2));
          assertThat(OperatorRun.floats(primitive, src.length, src)).isEqualTo(expected);
        }
      }
    }
  }

  private static int[] permutation(int rank) {
    int[] axes = new int[rank];
    for (int i = 0; i < rank; i++) {
      int j = RANDOM.nextInt(i + 1);
      axes[i] = axes[j];
      axes[j] = i;
    }
    return axes;
  }

  @Test
  void windowsOfArrays() {
    for (int round = 0; round < 60; round++) {
      int rank = RANDOM.nextInt(1, 5);
      long[] srcDims = RANDOM.longs(rank, 1, 20).toArray();
      long[] dstDims = new long[rank];
      long[] starts = new long[rank];
      long[] steps = new long[rank];
      for (int i = 0; i < rank; i++) {
        dstDims[i] = RANDOM.nextLong(1, srcDims[i] + 1);
        long most = dstDims[i] == 1 ? 3 : (srcDims[i] - 1) / (dstDims[i] - 1);
        long step = RANDOM.nextLong(1, most + 1);
        long span = (dstDims[i] - 1) * step;
        long low = RANDOM.nextLong(srcDims[i] - span);
        boolean isDown = RANDOM.nextBoolean();
        starts[i] = isDown ? low + span : low;
        steps[i] = isDown ? -step : step;
      }
      float[] src = numbered(Sizes.product("src", srcDims));
      float[] expected = new float[(int) Sizes.product("dst", dstDims)];
      for (int i = 0; i < expected.length; i++) {
        long[] index = index(i, dstDims);
        for (int k = 0; k < rank; k++) {
          index[k] = starts[k] + index[k] * steps[k];
        }
        expected[i] = src[at(index, srcDims)];
      }
      Primitive primitive = new Gathering(srcDims, starts, steps, dstDims, 2);
      assertThat(OperatorRun.floats(primitive, expected.length, src)).isEqualTo(expected);
    }
  }

  @Test
  void windowsInArrays() {
    for (int round = 0; round < 60; round++) {
      int rank = RANDOM.nextInt(0, 5);
      long[] srcDims = RANDOM.longs(rank, 1, 12).toArray();
      long[] begins = RANDOM.longs(rank, 0, 3).toArray();
      long[] dstDims = new long[rank];
      for (int i = 0; i < rank; i++) {
        begins[i] = RANDOM.nextBoolean() ? 0 : begins[i];
        dstDims[i] = srcDims[i] + begins[i] + (RANDOM.nextBoolean() ? 0 : RANDOM.nextInt(20));
      }
      float[] src = numbered(Sizes.product("src", srcDims));
      for (Float filler : new Float[] {null, 7.5f}) {
        float[] expected = new float[(int) Sizes.product("dst", dstDims)];
        Arrays.fill(expected, filler == null ? Float.NaN : filler);
        for (int i = 0; i < src.length; i++) {
          long[] index = index(i, srcDims);
          for (int k = 0; k < rank; k++) {
            index[k] += begins[k];
          }
          expected[at(index, dstDims)] = src[i];
        }
        for (Loops loops : OperatorRun.loops()) {
          Primitive primitive =
              OperatorRun.make(loops, () -> new Placement(dstDims, begins, srcDims, filler, 2));
          assertThat(OperatorRun.floats(primitive, expected.length, src)).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void concatenations() {
    long[][] axisSizes = {
      {1}, {1, 1, 2}, {24, 4}, {3, 1, 4}, {24, 24}, {8, 17, 100}, {600, 9}, {4, 24}, {28, 4}, {8, 7}
    };
    for (long[] sizes : axisSizes) {
      for (int[] around : new int[][] {{1, 1}, {1, 37}, {5, 1}, {301, 1}, {3, 4}}) {
        int outer = around[0];
        int inner = around[1];
        float[][] arrays = new float[sizes.length][];
        int total = 0;
        for (int i = 0; i < arrays.length; i++) {
          arrays[i] = OperatorRun.gaussians(RANDOM, outer * sizes[i] * inner);
          total += arrays[i].length;
        }
        float[] expected = new float[total];
        int at = 0;
        for (int o = 0; o < outer; o++) {
          for (int i = 0; i < arrays.length; i++) {
            int row = (int) sizes[i] * inner;
            System.arraycopy(arrays[i], o * row, expected, at, row);
            at += row;
          }
        }
        for (Loops loops : OperatorRun.loops()) {
          Primitive primitive = OperatorRun.make(loops, () -> new Assembly(outer, sizes, inner, 2));
          float[][] operands = Arrays.copyOfRange(arrays, 1, arrays.length);
          assertThat(OperatorRun.floats(primitive, total, arrays[0], operands)).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void repeatedImagesBehindEachOther() {
    RepeatedAssembly.Image[][] all = {
      {image(1, 6, 8, 6), image(1, 3, 2, 6), image(1, 1, 1, 6), image(1, 6, 4, 6)},
      {image(4, 1, 1, 1), image(2, 6, 8, 2)},
      {image(1, 2, 8, 17), image(2, 3, 4, 3), image(4, 6, 8, 300)},
      {image(4, 6, 8, 5)}
    };
    for (RepeatedAssembly.Image[] images : all) {
      int depth = Arrays.stream(images).mapToInt(RepeatedAssembly.Image::depth).max().orElse(1);
      int batch = 3;
      float[][] arrays = new float[images.length][];
      int channels = 0;
      for (int i = 0; i < images.length; i++) {
        long pixels = (long) batch * images[i].depth() * images[i].height() * images[i].width();
        arrays[i] = OperatorRun.gaussians(RANDOM, pixels * images[i].channels());
        channels += images[i].channels();
      }
      long[] dims = {batch, depth, 6, 8, channels};
      float[] expected = new float[(int) Sizes.product("dst", dims)];
      for (int i = 0; i < expected.length; i++) {
        long[] index = index(i, dims);
        int image = 0;
        while (index[4] >= images[image].channels()) {
          index[4] -= images[image++].channels();
        }
        RepeatedAssembly.Image of = images[image];
        long[] ofDims = {batch, of.depth(), of.height(), of.width(), of.channels()};
        for (int axis = 1; axis < 4; axis++) {
          index[axis] = index[axis] * ofDims[axis] / dims[axis];
        }
        expected[i] = arrays[image][at(index, ofDims)];
      }
      for (Loops loops : OperatorRun.loops()) {
        Primitive primitive =
            OperatorRun.make(loops, () -> new RepeatedAssembly(batch, depth, 6, 8, images, 2));
        float[][] operands = Arrays.copyOfRange(arrays, 1, arrays.length);
        assertThat(OperatorRun.floats(primitive, expected.length, arrays[0], operands))
            .isEqualTo(expected);
      }
    }
  }

  private static RepeatedAssembly.Image image(int depth, int height, int width, int channels) {
    return new RepeatedAssembly.Image(depth, height, width, channels);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new Permute(new long[] {2, 3}, new int[] {0, 0}, 1))
        .hasMessageContaining("[0, 0]");
    assertThatThrownBy(() -> new Permute(new long[] {2, 3}, new int[] {0}, 1))
        .hasMessageContainingAll("1", "2");
    long[] three = {3};
    long[] one = {1};
    assertThatThrownBy(() -> new Gathering(three, one, one, three, 1))
        .hasMessageContainingAll("3", "1");
    assertThatThrownBy(() -> new Gathering(three, one, new long[] {0}, one, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Placement(three, one, three, null, 1))
        .hasMessageContainingAll("3", "1");
    assertThatThrownBy(() -> new Assembly(1, new long[] {1, 0}, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Assembly(1, new long[0], 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    RepeatedAssembly.Image[] images = {image(1, 4, 3, 2)};
    assertThatThrownBy(() -> new RepeatedAssembly(1, 1, 4, 7, images, 1))
        .hasMessageContainingAll("width", "7", "3");
    assertThatThrownBy(() -> new RepeatedAssembly(1, 1, 1, 1, new RepeatedAssembly.Image[0], 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> image(1, 1, 1, 0)).hasMessageContaining("channels");
  }
}
