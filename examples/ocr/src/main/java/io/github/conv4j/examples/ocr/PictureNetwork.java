package io.github.conv4j.examples.ocr;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.ShapeCache;
import io.github.conv4j.networks.graph.Constant;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/** A network of one picture of any size. */
final class PictureNetwork implements AutoCloseable {
  private static final int CHANNELS = 3;

  private final String input;
  private final String output;
  private final ShapeCache shapes;
  private final Normalization normalization;

  private final GivenInputs.Role role;
  private final GivenInputs given;

  PictureNetwork(
      ShapeCache shapes, Normalization normalization, GivenInputs.Role role, GivenInputs given) {
    this.input = shapes.network().inputs().getFirst().name();
    this.output = shapes.network().outputs().getFirst().name();
    this.shapes = shapes;
    this.normalization = normalization;
    this.role = role;
    this.given = given;
  }

  /**
   * What a network gives for one picture.
   *
   * @param dims its dimensions
   */
  record Result(float[] values, List<Long> dims) {}

  /**
   * Runs the network.
   *
   * @param levels of the pixels, red, green and blue, as {@link Pixels#levels} gives them
   * @param paddedWidth of what the network is given: zeros behind each row
   */
  Result run(int[] levels, int height, int width, int paddedWidth) {
    float[] src = new float[CHANNELS * height * paddedWidth];
    for (int c = 0; c < CHANNELS; c++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          // These networks were trained on blue, green and red, in this order.
          int level = levels[CHANNELS * (y * width + x) + CHANNELS - 1 - c];
          src[(c * height + y) * paddedWidth + x] = normalization.apply(c, level);
        }
      }
    }
    long[] dims = {1, CHANNELS, height, paddedWidth};
    given.given(role, Constant.of(src, dims));
    try (ShapeCache.Lease lease = shapes.acquire(Map.of(input, dims));
        Arena arena = Arena.ofConfined()) {
      PreparedNetwork prepared = lease.network();
      MemorySegment image = arena.allocate((long) src.length * Float.BYTES, 64);
      MemorySegment dst = arena.allocate(prepared.type(output).byteSize(), 64);
      prepared
          .call()
          .input(input, image.copyFrom(MemorySegment.ofArray(src)))
          .output(output, dst)
          .execute();
      return new Result(dst.toArray(JAVA_FLOAT), prepared.type(output).dims());
    }
  }

  @Override
  public void close() {
    shapes.close();
  }
}
