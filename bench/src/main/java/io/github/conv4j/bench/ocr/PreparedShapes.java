package io.github.conv4j.bench.ocr;

import io.github.conv4j.bench.tensor.Normalization;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkCall;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.PreparedNetwork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network of one picture, prepared for the sizes that were asked for of late. */
final class PreparedShapes implements AutoCloseable {
  private static final int MOST_SHAPES = 8;
  private static final int CHANNELS = 3;

  private final Network network;
  private final Engine engine;
  private final Normalization normalization;

  /** The least recently used first. */
  private final Map<List<Long>, Shape> shapes = new LinkedHashMap<>(16, 0.75f, true);

  PreparedShapes(Path file, Engine engine, Normalization normalization) {
    this.network = Network.read(file);
    this.engine = engine;
    this.normalization = normalization;
  }

  /**
   * What a network gives for one picture.
   *
   * @param dims its dimensions
   */
  record Result(float[] values, List<Long> dims) {}

  /** Everything for pictures of one size. */
  private record Shape(
      PreparedNetwork prepared,
      NetworkCall call,
      Arena arena,
      MemorySegment src,
      MemorySegment dst) {
    static Shape of(Network network, Engine engine, int height, int width) {
      String input = network.inputs().getFirst().name();
      String output = network.outputs().getFirst().name();
      PreparedNetwork prepared =
          network.prepare(
              engine,
              Map.of(input, new long[] {1, CHANNELS, height, width}),
              NetworkOptions.defaults());
      Arena arena = Arena.ofShared();
      MemorySegment src = arena.allocate(prepared.type(input).byteSize(), 64);
      MemorySegment dst = arena.allocate(prepared.type(output).byteSize(), 64);
      NetworkCall call = prepared.call().input(input, src).output(output, dst);
      return new Shape(prepared, call, arena, src, dst);
    }

    void close() {
      prepared.close();
      arena.close();
    }
  }

  /**
   * Runs the network.
   *
   * @param levels of the pixels, red, green and blue, as {@link
   *     io.github.conv4j.bench.tensor.Pixels#levels} gives them
   * @param paddedWidth of what the network is given: zeros behind each row
   */
  Result run(int[] levels, int height, int width, int paddedWidth) {
    Shape shape = shape(height, paddedWidth);
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
    MemorySegment.copy(src, 0, shape.src(), ValueLayout.JAVA_FLOAT, 0, src.length);
    shape.call().execute();
    String output = network.outputs().getFirst().name();
    return new Result(
        shape.dst().toArray(ValueLayout.JAVA_FLOAT), shape.prepared().type(output).dims());
  }

  private Shape shape(int height, int width) {
    List<Long> key = List.of((long) height, (long) width);
    Shape known = shapes.get(key);
    if (known != null) {
      return known;
    }
    if (shapes.size() == MOST_SHAPES) {
      List<Long> oldest = shapes.keySet().iterator().next();
      shapes.remove(oldest).close();
    }
    Shape made = Shape.of(network, engine, height, width);
    shapes.put(key, made);
    return made;
  }

  @Override
  public void close() {
    shapes.values().forEach(Shape::close);
    shapes.clear();
  }
}
