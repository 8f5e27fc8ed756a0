package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.github.conv4j.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmUpManifestTest {
  private static final String FIRST_LINE = "conv4j warm-up manifest 1";
  private static final Problem LAYER = Problem.parse("mb1ic4ih6oc4kh3ph1_post/relu/");

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  private Path file() {
    return folder.resolve("seen");
  }

  private WarmUpManifest read(String text) throws IOException {
    Files.writeString(file(), text);
    return WarmUpManifest.read(file());
  }

  private static Network network() {
    var b = new GraphBuilder(17);
    String x =
        b.input("x", ElementType.FLOAT, new Dim.Fixed(1), new Dim.Unknown(), new Dim.Fixed(8));
    b.output(b.node("Relu", List.of(x)));
    return Network.of(b.build());
  }

  private static Map<String, long[]> rows(long count) {
    return Map.of("x", new long[] {1, count, 8});
  }

  private static List<Long> rowCounts(WarmUpManifest manifest) {
    return manifest.shapes("net").stream()
        .map(dims -> Objects.requireNonNull(dims.get("x"))[1])
        .toList();
  }

  @Test
  void readsWhatItHasWritten() throws IOException {
    var manifest = new WarmUpManifest();
    String name = "a b=c%\n\u00e9x";
    manifest.add(name, Map.of("in put", new long[] {1, 3, 480, 640}, "scalar", new long[0]));
    manifest.add(LAYER);
    manifest.write(file());
    WarmUpManifest read = WarmUpManifest.read(file());

    assertThat(read.size()).isEqualTo(2);
    assertThat(read.problems()).containsExactly(LAYER);
    Map<String, long[]> shape = read.shapes(name).getFirst();
    assertThat(shape).containsOnlyKeys("in put", "scalar");
    assertThat(shape.get("in put")).containsExactly(1, 3, 480, 640);
    assertThat(shape.get("scalar")).isEmpty();
    assertThat(Files.readString(file())).startsWith(FIRST_LINE).hasLineCount(3);
  }

  @Test
  void keepsWhatWasSeenLast() {
    var manifest = new WarmUpManifest();
    for (int i = 0; i <= WarmUpManifest.MOST_ENTRIES; i++) {
      manifest.add("net", rows(i));
    }
    manifest.add("net", rows(1));

    assertThat(rowCounts(manifest))
        .hasSize(WarmUpManifest.MOST_ENTRIES)
        .startsWith(2L, 3L)
        .endsWith((long) WarmUpManifest.MOST_ENTRIES, 1L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "network det x=1x3x            | dimensions such as 1x3x480x640",
        "network det x=1x-3            | dimensions such as",
        "network det x                 | expected INPUT=",
        "network det x=1 x=1           | is there twice",
        "network det x=99999999999999999999 | dimensions such as",
        "network                       | has no name",
        "network %zz x=1               | Illegal hex",
        "problem ic                    | ic",
        "net det x=1                   | expected \"network\" or \"problem\"",
      })
  void namesTheLineThatIsWrong(String line, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(FIRST_LINE + "\n# a comment\n" + line.strip() + "\n"))
        .withMessageContaining("line 3: ")
        .withMessageContaining(reason);
  }

  @Test
  void refusesWhatIsNoManifest() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("network det x=1\n"))
        .withMessageContaining("line 1: expected \"" + FIRST_LINE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(FIRST_LINE + "\n" + "# much\n".repeat(1 << 20)))
        .withMessageContaining("bytes: it is no manifest");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(FIRST_LINE + "\nnetwork a x=" + "1".repeat(5000)))
        .withMessageContaining("line 2: it has 5012 characters");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                read(FIRST_LINE + "\n" + "network a x=1\n".repeat(1 + WarmUpManifest.MOST_ENTRIES)))
        .withMessageContaining("line 4098: there are more than 4096 entries");
    Files.write(file(), new byte[] {(byte) 0xff, 0});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WarmUpManifest.read(file()))
        .withMessageContaining("not text in UTF-8");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> WarmUpManifest.read(folder.resolve("none")));
  }

  /** Whatever happens to a file, reading it ends with a manifest or with a sentence. */
  @Test
  void survivesAnyFile() throws IOException {
    var manifest = new WarmUpManifest();
    manifest.add("det", Map.of("x", new long[] {1, 3, 480, 640}));
    manifest.add(LAYER);
    manifest.write(file());
    byte[] good = Files.readAllBytes(file());
    var random = new Random(13);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      byte[] bad = good.clone();
      for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(128);
      }
      Files.write(file(), bad);
      try {
        assertThat(WarmUpManifest.read(file()).size()).isBetween(0, 2);
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).contains("line ");
        refused++;
      }
    }
    assertThat(refused).isBetween(100, 499);
  }

  @Test
  void aFileThatCannotBeWrittenStaysAsItWas() throws IOException {
    var manifest = new WarmUpManifest();
    manifest.add("det", rows(1));
    Path inTheWay = Files.createDirectory(folder.resolve("folder"));
    Files.createFile(inTheWay.resolve("full"));

    assertThatExceptionOfType(IOException.class).isThrownBy(() -> manifest.write(inTheWay));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(inTheWay);
    }
  }

  @Test
  void aCacheRecordsAndTheNextOneIsPreparedBeforeItIsAsked() throws IOException {
    var seen = new WarmUpManifest();
    try (Engine engine = Engines.named("reference");
        ShapeCache shapes = network().shapeCache(engine, NetworkOptions.defaults(), 1 << 20)) {
      shapes.recordInto(seen, "net");
      shapes.acquire(rows(5)).close();
      shapes.acquire(rows(6)).close();
      shapes.acquire(rows(5)).close();
    }
    seen.add("net", Map.of("x", new long[] {2, 2}));
    seen.add("net", Map.of("x", new long[] {1, 1L << 40, 8}));
    seen.write(file());

    WarmUpManifest read = WarmUpManifest.read(file());
    try (Engine engine = Engines.named("reference");
        ShapeCache shapes = network().shapeCache(engine, NetworkOptions.defaults(), 1 << 20)) {
      WarmUpManifest.Replay replay = read.replay("net", shapes);
      assertThat(replay.preparedCount()).isEqualTo(2);
      assertThat(replay.leftOutCount()).isZero();
      assertThat(replay.refused()).hasSize(2);
      assertThat(replay.refused().get(0)).contains("1099511627776x8", "elements");
      assertThat(replay.refused().get(1)).contains("x=2x2", "cannot be [2, 2]");
      long prepared = shapes.statistics().missCount();
      shapes.acquire(rows(5)).close();
      shapes.acquire(rows(6)).close();
      assertThat(shapes.statistics().missCount()).isEqualTo(prepared);
    }
    assertThat(rowCounts(read)).endsWith(5L, 6L);
  }

  @Test
  void replayEndsWhereTheCacheIsFull() {
    var seen = new WarmUpManifest();
    for (int i = 1; i <= 5; i++) {
      seen.add("net", rows(i));
    }
    try (Engine engine = Engines.named("reference");
        ShapeCache shapes = network().shapeCache(engine, NetworkOptions.defaults(), 0)) {
      WarmUpManifest.Replay replay = seen.replay("net", shapes);
      assertThat(replay.preparedCount()).isZero();
      assertThat(replay.leftOutCount()).isEqualTo(5);
    }
  }

  @Test
  void replayGoesOnBehindAShapeThatAloneIsTooLarge() {
    var seen = new WarmUpManifest();
    seen.add("net", rows(1));
    seen.add("net", rows(2));
    seen.add("net", rows(10_000));
    try (Engine engine = Engines.named("reference");
        ShapeCache shapes = twoSteps().shapeCache(engine, NetworkOptions.defaults(), 100_000)) {
      WarmUpManifest.Replay replay = seen.replay("net", shapes);
      assertThat(replay.refused()).hasSize(1).first().asString().contains("10000x8", "the cache");
      assertThat(replay.preparedCount()).isEqualTo(2);
      assertThat(replay.leftOutCount()).isZero();
    }
  }

  /** Unlike one of one step it has something between input and output. */
  private static Network twoSteps() {
    var b = new GraphBuilder(17);
    String x =
        b.input("x", ElementType.FLOAT, new Dim.Fixed(1), new Dim.Unknown(), new Dim.Fixed(8));
    b.output(b.node("Softmax", List.of(b.node("Softmax", List.of(x)))));
    return Network.of(b.build());
  }

  @Test
  void replayEndsWhenItsTimeIsOver() {
    var seen = new WarmUpManifest();
    seen.add("net", rows(1));
    seen.add("net", rows(2));
    try (Engine engine = Engines.named("reference");
        ShapeCache shapes = network().shapeCache(engine, NetworkOptions.defaults(), 1 << 20)) {
      assertThat(seen.replay("net", shapes, Duration.ZERO))
          .isEqualTo(new WarmUpManifest.Replay(0, 2, List.of()));
      assertThat(shapes.statistics().missCount()).isZero();
    }
  }

  @Test
  void writesNothingThatItWouldNotReadAgain() throws IOException {
    var manifest = new WarmUpManifest();
    manifest.add("net", rows(1_000_000_000_000_000_000L));
    assertThat(manifest.size()).isZero();
    String name = "n".repeat(4070);
    for (int i = 0; i < 2000; i++) {
      manifest.add(name, rows(i));
      manifest.add(name, rows(i / 2));
    }
    manifest.add("net", rows(999_999_999_999_999_999L));
    manifest.write(file());

    WarmUpManifest read = WarmUpManifest.read(file());
    assertThat(read.size()).isEqualTo(manifest.size()).isBetween(1000, 1100);
    assertThat(rowCounts(read)).containsExactly(999_999_999_999_999_999L);
    assertThat(read.shapes(name).getLast().get("x")).containsExactly(1, 999, 8);
  }

  @Test
  void makesSingleConvolutionsReady() {
    var seen = new WarmUpManifest();
    seen.add(LAYER);
    seen.add(Problem.parse("mb1ic4ih60000oc4kh3ph1"));
    try (Engine engine = Engines.named("vector")) {
      WarmUpManifest.Replay replay = seen.replay(engine);
      assertThat(replay.preparedCount()).isEqualTo(1);
      assertThat(replay.refused()).hasSize(1).first().asString().contains("ih60000", "elements");
    }
  }
}
