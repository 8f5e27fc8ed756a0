package io.github.conv4j.internal.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.LogCapture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // the folder is injected
class ChoicesFileTest {
  private static final Choice CHOICE =
      new Choice(
          List.of(
              new Choice.Timing("onednn", "brgconv:avx512_core", 1_031_000),
              new Choice.Timing("vector", "vector512:direct with spaces", 1_200_000)));

  private static final Choice OTHER =
      new Choice(List.of(new Choice.Timing("vector", "vector512:direct", 7)));

  @TempDir private Path folder;
  private final LogCapture log = LogCapture.open();

  @AfterEach
  void stopCapturing() {
    log.close();
  }

  @Test
  void whatIsSavedIsFound() throws IOException {
    Path path = folder.resolve("new/folder/choices.txt");
    var file = new ChoicesFile(path);
    assertThat(file.find(key("a"))).isNull();

    file.save(key("a"), CHOICE);
    file.save(key("b"), OTHER);

    assertThat(file.find(key("a"))).isEqualTo(CHOICE);
    assertThat(new ChoicesFile(path).find(key("a"))).isEqualTo(CHOICE);
    assertThat(new ChoicesFile(path).find(key("b"))).isEqualTo(OTHER);
    assertThat(new ChoicesFile(path).find(key("c"))).isNull();
    assertThat(Files.readAllLines(path)).first().isEqualTo(ChoicesFile.HEADER);
    assertThat(log.lines(Level.WARNING)).isEmpty();
    try (var files = Files.list(path.getParent())) {
      assertThat(files.map(found -> found.getFileName().toString()))
          .containsExactlyInAnyOrder("choices.txt", "choices.txt.lock");
    }
  }

  @Test
  void brokenLinesAreIgnoredWithOneWarning() throws IOException {
    Path path = folder.resolve("choices.txt");
    new ChoicesFile(path).save(key("a"), CHOICE);
    List<String> lines = new ArrayList<>(Files.readAllLines(path));
    lines.add(2, "half a li");
    lines.add("a\tb");
    lines.add(key("b").text() + "\tvector direct soon");
    lines.add(key("c").text() + "\tvector direct 99999999999999999999 ns");
    lines.add("");
    Files.write(path, lines);

    var file = new ChoicesFile(path);

    assertThat(file.find(key("a"))).isEqualTo(CHOICE);
    assertThat(file.find(key("b"))).isNull();
    assertThat(file.find(key("c"))).isNull();
    assertThat(log.lines(Level.WARNING))
        .singleElement()
        .asString()
        .contains(path.toString(), "4", "line 3");
  }

  @Test
  void otherPeoplesLinesAndCommentsAreKept() throws IOException {
    Path path = folder.resolve("choices.txt");
    new ChoicesFile(path).save(key("elsewhere"), CHOICE);
    Files.writeString(path, Files.readString(path) + "# a note\n");

    new ChoicesFile(path).save(key("here"), OTHER);

    assertThat(Files.readString(path)).contains("elsewhere", "# a note", "here");
  }

  @Test
  void aFileOfSomethingElseIsLeftAlone() throws IOException {
    Path path = Files.writeString(folder.resolve("letter.txt"), "Dear reader,\n");
    var file = new ChoicesFile(path);

    file.save(key("a"), CHOICE);

    assertThat(file.find(key("a"))).isNull();
    assertThat(Files.readString(path)).isEqualTo("Dear reader,\n");
    assertThat(log.lines(Level.WARNING)).singleElement().asString().contains("left alone");
  }

  @Test
  void whereNothingCanBeWrittenLifeGoesOn() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("file"), "");
    var file = new ChoicesFile(inTheWay.resolve("choices.txt"));

    file.save(key("a"), CHOICE);
    file.save(key("a"), CHOICE);

    assertThat(file.find(key("a"))).isNull();
    assertThat(log.lines(Level.WARNING)).singleElement().asString().contains("cannot be written");
  }

  @Test
  void afterAFailureTheNextAttemptWaits() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("file"), "");
    Path path = inTheWay.resolve("choices.txt");
    var minutes = new AtomicLong();
    var file = new ChoicesFile(path, () -> minutes.get() * 60_000_000_000L);
    file.save(key("a"), CHOICE);
    Files.delete(inTheWay);

    file.save(key("b"), OTHER);
    assertThat(path).doesNotExist();

    minutes.set(1);
    file.save(key("c"), OTHER);
    var stored = new ChoicesFile(path);
    assertThat(stored.find(key("a"))).isEqualTo(CHOICE);
    assertThat(stored.find(key("b"))).isEqualTo(OTHER);
    assertThat(stored.find(key("c"))).isEqualTo(OTHER);
    assertThat(log.lines(Level.WARNING)).hasSize(1);
  }

  @Test
  void restsBecomeLonger() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("file"), "");
    Path path = inTheWay.resolve("choices.txt");
    var minutes = new AtomicLong();
    var file = new ChoicesFile(path, () -> minutes.get() * 60_000_000_000L);
    file.save(key("a"), CHOICE);
    minutes.set(1);
    file.save(key("a"), CHOICE);
    Files.delete(inTheWay);

    minutes.set(2);
    file.save(key("a"), CHOICE);
    assertThat(path).doesNotExist();

    minutes.set(3);
    file.save(key("a"), CHOICE);
    assertThat(path).exists();
  }

  @Test
  void theOldestGoWhereThereAreTooMany() throws IOException {
    Path path = folder.resolve("choices.txt");
    List<String> lines = new ArrayList<>();
    lines.add(ChoicesFile.HEADER);
    lines.add("# a note");
    for (int i = 0; i < ChoicesFile.MOST_ENTRIES; i++) {
      lines.add(key("old" + i).text() + "\tvector direct 7 ns");
    }
    Files.write(path, lines);
    var file = new ChoicesFile(path);
    file.save(key("old0"), OTHER);
    file.save(key("new"), CHOICE);

    List<String> kept = Files.readAllLines(path);
    assertThat(kept).hasSize(2 + ChoicesFile.MOST_ENTRIES).contains("# a note");
    assertThat(file.find(key("new"))).isEqualTo(CHOICE);
    assertThat(file.find(key("old0"))).isEqualTo(OTHER);
    assertThat(file.find(key("old1"))).isNull();
    assertThat(file.find(key("old2"))).isNotNull();
  }

  @Test
  void theOldestGoWhereTheyAreTooLong() throws IOException {
    Path path = folder.resolve("choices.txt");
    String tail = "x".repeat(ChoicesFile.MOST_BYTES / 4);
    var file = new ChoicesFile(path);
    for (int i = 0; i < 5; i++) {
      file.save(key(i + tail), OTHER);
    }

    assertThat(Files.size(path)).isLessThanOrEqualTo(ChoicesFile.MOST_BYTES);
    assertThat(file.find(key("0" + tail))).isNull();
    assertThat(file.find(key("4" + tail))).isEqualTo(OTHER);
  }

  @Test
  void aFileThatIsFarTooLargeIsLeftAlone() throws IOException {
    Path path = folder.resolve("choices.txt");
    try (var channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), 1L << 30);
    }
    var file = new ChoicesFile(path);

    file.save(key("a"), CHOICE);

    assertThat(file.find(key("a"))).isNull();
    assertThat(Files.size(path)).isEqualTo((1L << 30) + 1);
    assertThat(log.lines(Level.WARNING)).singleElement().asString().contains("left alone");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void permissionsStay() throws IOException {
    Path path = folder.resolve("choices.txt");
    var file = new ChoicesFile(path);
    file.save(key("a"), CHOICE);
    Path plain = Files.createFile(folder.resolve("plain"));
    assertThat(Files.getPosixFilePermissions(path)).isEqualTo(Files.getPosixFilePermissions(plain));
    Set<PosixFilePermission> shared = PosixFilePermissions.fromString("rw-rw-rw-");
    Files.setPosixFilePermissions(path, shared);

    file.save(key("b"), OTHER);

    assertThat(Files.getPosixFilePermissions(path)).isEqualTo(shared);
    assertThat(new ChoicesFile(path).find(key("b"))).isEqualTo(OTHER);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisabledOnOs(OS.WINDOWS)
  void aSymbolicLinkStaysOne(boolean exists) throws IOException {
    Path target = folder.resolve("target/choices.txt");
    Files.createDirectories(target.getParent());
    if (exists) {
      new ChoicesFile(target).save(key("a"), CHOICE);
    }
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("target/choices.txt"));

    new ChoicesFile(link).save(key("b"), OTHER);

    assertThat(link).isSymbolicLink();
    assertThat(target).isRegularFile();
    assertThat(new ChoicesFile(target).find(key("a"))).isEqualTo(exists ? CHOICE : null);
    assertThat(new ChoicesFile(target).find(key("b"))).isEqualTo(OTHER);
  }

  @Test
  void anInterruptedThreadNeitherFailsNorForgets() {
    Path path = folder.resolve("choices.txt");
    var file = new ChoicesFile(path);
    file.save(key("a"), CHOICE);
    Thread.currentThread().interrupt();
    file.save(key("b"), OTHER);
    assertThat(file.find(key("a"))).isEqualTo(CHOICE);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(log.lines(Level.WARNING)).isEmpty();

    file.save(key("c"), OTHER);

    assertThat(new ChoicesFile(path).find(key("b"))).isEqualTo(OTHER);
  }

  @Test
  void bytesThatAreNoTextAreAWarning() throws IOException {
    Path path = Files.write(folder.resolve("choices.txt"), new byte[] {(byte) 0xff, (byte) 0xfe});

    assertThat(new ChoicesFile(path).find(key("a"))).isNull();
    assertThat(log.lines(Level.WARNING)).singleElement().asString().contains("cannot be read");
  }

  @Test
  void manyWritersLoseNothing() throws Exception {
    Path path = folder.resolve("choices.txt");
    int writers = 4;
    int each = 10;
    try (var threads = Executors.newFixedThreadPool(writers)) {
      List<Future<?>> running = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        String name = "writer" + w;
        running.add(
            threads.submit(
                () -> {
                  var file = new ChoicesFile(path);
                  for (int i = 0; i < each; i++) {
                    file.save(key(name + i), CHOICE);
                  }
                }));
      }
      for (Future<?> writer : running) {
        writer.get();
      }
    }
    var file = new ChoicesFile(path);
    for (int w = 0; w < writers; w++) {
      for (int i = 0; i < each; i++) {
        assertThat(file.find(key("writer" + w + i))).isEqualTo(CHOICE);
      }
    }
  }

  private static ChoiceKey key(String problem) {
    return new ChoiceKey(
        String.join("\t", problem, "src", "dst", "cpu", "1 threads", "strict", "conv4j 1", "v 1"));
  }
}
