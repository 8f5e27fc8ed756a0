package io.github.conv4j.networks.internal.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.testing.Bounds;
import io.github.conv4j.networks.testing.Models;
import io.github.conv4j.networks.testing.Mutator;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Real files with some bytes changed, most of them beside the weights: {@code
 * -Dconv4j.test.mutations=100000} for more, {@code -Dconv4j.test.seed=N} for others.
 */
class MutationsTest {
  private static final int COUNT = Integer.getInteger("conv4j.test.mutations", 1_000);
  private static final long SEED = Long.getLong("conv4j.test.seed", 20_250_101);

  @Test
  void realFilesWithBytesChangedAreGraphsOrRefused() throws IOException {
    List<Mutator> files = new ArrayList<>();
    for (Path path : Models.all()) {
      ModelReader.read(path);
      files.add(new Mutator(path.getFileName().toString(), Files.readAllBytes(path)));
    }
    int read = 0;
    int refused = 0;
    Duration slowest = Duration.ZERO;
    long mostHeap = 0;
    for (int number = 0; number < COUNT; number++) {
      var random = new Random(SEED + number);
      // Small files more often: they are as rich as large ones, without their weights.
      Mutator file =
          files.get(Math.min(random.nextInt(files.size()), random.nextInt(files.size())));
      byte[] mutant = file.mutate(random);
      String what =
          "mutation %d of %s (-Dconv4j.test.seed=%d -Dconv4j.test.mutations=1)"
              .formatted(number, file.name(), SEED + number);
      MemorySegment bytes = MemorySegment.ofArray(mutant);
      var answer =
          Bounds.read(what, mutant.length, () -> ModelReader.read(bytes, null, Arena.ofAuto()));
      if (answer.graph() == null) {
        refused++;
      } else {
        read++;
        checkConstants(answer.graph(), what);
      }
      slowest = answer.cost().time().compareTo(slowest) > 0 ? answer.cost().time() : slowest;
      mostHeap = Math.max(mostHeap, answer.cost().heapByteSize());
    }
    System.out.printf(
        "%d mutations: %d read, %d refused, at most %d ms and %d KB of heap%n",
        COUNT, read, refused, slowest.toMillis(), mostHeap / 1000);
    assertThat(read + refused).isEqualTo(COUNT);
    if (COUNT >= 1000) {
      assertThat(refused).isGreaterThan(COUNT / 10);
      assertThat(read).isGreaterThan(COUNT / 10);
    }
  }

  /** The ends of what a graph refers to can be read. */
  private static void checkConstants(Graph graph, String what) {
    for (Constant constant : graph.constants().values()) {
      MemorySegment data = constant.data();
      assertThat(data.byteSize())
          .as(what)
          .isEqualTo(constant.elementCount() * constant.type().byteSize());
      if (data.byteSize() > 0) {
        byte first = data.get(ValueLayout.JAVA_BYTE, 0);
        byte last = data.get(ValueLayout.JAVA_BYTE, data.byteSize() - 1);
        assertThat(first + last).as(what).isBetween(-256, 254);
      }
    }
  }
}
