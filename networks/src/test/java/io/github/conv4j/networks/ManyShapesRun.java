package io.github.conv4j.networks;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.contract.ResidentMemory;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.GraphBuilder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Images of ever other sizes through one {@link ShapeCache}, as a server sees them: what it holds
 * stays below its limit, and so does the process. The heap is fixed and touched. Arguments: engine,
 * number of sizes.
 */
final class ManyShapesRun {
  private static final long MEBIBYTE = 1 << 20;
  private static final long BYTE_LIMIT = 4 * MEBIBYTE;

  /** Compiled code of oneDNN has a cache of its own, of so many bytes. */
  private static final long COMPILED_LIMIT = 16 * MEBIBYTE;

  /** The shape in use, memory on its way between pools, and code that the JVM compiles. */
  private static final long BESIDE_BYTES = 32 * MEBIBYTE;

  private static final int CHANNELS = 8;
  private static final int SMALLEST = 24;
  private static final int WIDTHS = 80;
  private static final int WARM_UP = 40;

  private ManyShapesRun() {}

  public static void main(String[] arguments) {
    String name = arguments[0];
    int count = Integer.parseInt(arguments[1]);
    try (Engine engine = Engines.named(name, EngineOptions.defaults().withThreads(2));
        ShapeCache cache = network().shapeCache(engine, NetworkOptions.defaults(), BYTE_LIMIT)) {
      for (int i = 0; i < WARM_UP; i++) {
        run(cache, SMALLEST + i, SMALLEST - 1);
      }
      long start = ResidentMemory.bytes();
      long most = 0;
      long mostHeld = 0;
      for (int i = 0; i < count; i++) {
        run(cache, SMALLEST + i / WIDTHS, SMALLEST + i % WIDTHS);
        long held = cache.statistics().byteSize();
        mostHeld = Math.max(mostHeld, held);
        require(held <= BYTE_LIMIT, "the cache holds " + held);
        EngineMemory memory = engine.memory();
        require(
            memory.weightsBytes() + memory.workingBytes() <= BYTE_LIMIT,
            "the engine holds " + memory);
        if (i % 20 == 19 || i == count - 1) {
          most = Math.max(most, ResidentMemory.bytes() - start);
        }
      }
      long allowed = BYTE_LIMIT + COMPILED_LIMIT + BESIDE_BYTES;
      require(most <= allowed, "%d KiB more, %d allowed".formatted(most >> 10, allowed >> 10));
      ShapeCache.Statistics statistics = cache.statistics();
      require(statistics.evictionCount() > 0, "nothing had to go: " + statistics);
      require(statistics.missCount() == count + WARM_UP, "not every size was new: " + statistics);
      System.out.printf(
          "summary: %s: %d sizes, %d evicted, at most %d of %d KiB held, at most %d KiB more"
              + " resident%n",
          name, count, statistics.evictionCount(), mostHeld >> 10, BYTE_LIMIT >> 10, most >> 10);
    } catch (Throwable e) {
      e.printStackTrace(System.out);
      System.exit(1);
    }
    System.exit(0);
  }

  /** Sums of 3x3 pixels, twice over eight channels. */
  private static Network network() {
    var b = new GraphBuilder(13);
    String x =
        b.input(
            "x",
            ElementType.FLOAT,
            new Dim.Fixed(1),
            new Dim.Fixed(1),
            new Dim.Unknown(),
            new Dim.Unknown());
    String hidden = b.node("Relu", List.of(convolution(b, x, 1)));
    b.output(b.node("Relu", List.of(convolution(b, hidden, CHANNELS))));
    return Network.of(b.build());
  }

  private static String convolution(GraphBuilder b, String src, int inChannels) {
    float[] ones = new float[CHANNELS * inChannels * 9];
    Arrays.fill(ones, 1);
    return b.node(
        "Conv",
        List.of(src, b.constant(Constant.of(ones, CHANNELS, inChannels, 3, 3))),
        Map.of("pads", new Attribute.Ints(List.of(1L, 1L, 1L, 1L))));
  }

  private static void run(ShapeCache cache, int height, int width) {
    try (Arena arena = Arena.ofConfined();
        ShapeCache.Lease lease = cache.acquire(Map.of("x", new long[] {1, 1, height, width}))) {
      PreparedNetwork prepared = lease.network();
      MemorySegment x = arena.allocate(4L * height * width, 64);
      for (int i = 0; i < height * width; i++) {
        x.setAtIndex(JAVA_FLOAT, i, 1);
      }
      String output = prepared.outputs().getFirst();
      MemorySegment y = arena.allocate(prepared.type(output).byteSize(), 64);
      prepared.call().input("x", x).output(output, y).execute();
      // Two pixels from the edge nothing is missing.
      float sum = y.getAtIndex(JAVA_FLOAT, 2L * width + 2);
      require(sum == 9 * 9 * CHANNELS, "%d x %d gives %s".formatted(height, width, sum));
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
