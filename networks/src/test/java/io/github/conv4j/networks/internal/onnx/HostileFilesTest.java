package io.github.conv4j.networks.internal.onnx;

import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_INITIALIZER;
import static io.github.conv4j.networks.testing.OnnxWriter.add;
import static io.github.conv4j.networks.testing.OnnxWriter.external;
import static io.github.conv4j.networks.testing.OnnxWriter.model;
import static io.github.conv4j.networks.testing.OnnxWriter.relu;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.testing.Bounds;
import io.github.conv4j.networks.testing.ProtoWriter;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models that name files. Outside of the model's folder is one with a secret: what is read of it
 * would be a constant of the graph.
 */
class HostileFilesTest {
  private Path root;
  private Path folder;
  private Path secret;

  @BeforeEach
  void makeFolders(@TempDir Path root) throws IOException {
    this.root = root;
    folder = Files.createDirectory(root.resolve("models"));
    Files.createDirectory(folder.resolve("weights"));
    Files.write(folder.resolve("weights/good"), new byte[16]);
    secret = Files.write(root.resolve("secret"), new byte[] {'k', 'e', 'y', '!'});
  }

  private Path write(ProtoWriter graph) throws IOException {
    return Files.write(folder.resolve("model.onnx"), model(graph));
  }

  private void assertRefused(String location, String... told) throws IOException {
    assertRefused(add(external("w", "location", location)), told);
  }

  private void assertRefused(ProtoWriter graph, String... told) throws IOException {
    assertRefused(write(graph), told);
  }

  private static void assertRefused(Path model, String... told) throws IOException {
    long byteSize = Files.isRegularFile(model) ? Files.size(model) : 0;
    var answer = Bounds.read(model.toString(), byteSize, () -> ModelReader.read(model));
    assertThat(answer.refusal())
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContainingAll(told);
  }

  @Test
  void aGoodLocationIsRead() throws IOException {
    Path model = write(add(external("w", "location", "weights/good", "offset", "12")));
    var answer = Bounds.read("good", Files.size(model), () -> ModelReader.read(model));
    assertThat(requireNonNull(answer.graph()).constants()).containsOnlyKeys("w");
  }

  /** CVE-2022-25882 and CVE-2024-27318: paths that leave the folder, also after going into it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret",
        "../models/weights/good",
        "weights/../../secret",
        "weights/../weights/good",
        "./weights/good",
        "weights/./good",
        "weights//good",
        "/etc/passwd",
        "//etc/passwd",
        "/",
        "",
        ".",
        "..",
        "weights/",
        "weights/..",
      })
  void pathsThatAreNotPlainAreRefused(String location) throws IOException {
    assertRefused(location, "is no relative path of plain names", "only regular files inside");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..\\secret",
        "weights\\..\\..\\secret",
        "C:\\secret",
        "C:/secret",
        "good:stream",
        "\\\\server\\share",
        "file:///etc/passwd",
        "weights/good\u0000.bin",
        "weights/good\n",
        "\u007F",
      })
  void charactersOfOtherSystemsAreRefused(String location) throws IOException {
    assertRefused(location, "has a character that paths of ONNX do not have");
  }

  @Test
  void theAbsolutePathOfTheSecretIsRefused() throws IOException {
    assertRefused(secret.toString(), "is no relative path");
  }

  @Test
  void whatIsNotThereIsTold() throws IOException {
    assertRefused("missing", "external data \"missing\" is not there");
    assertRefused("missing/too", "external data \"missing/too\" is not there");
    assertRefused("x".repeat(300), "external data");
  }

  /** CVE-2024-27318 and CVE-2025-51480 went through links. */
  @Test
  void symbolicLinksAreRefused() throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), secret);
    assertRefused("link", "goes through a symbolic link");
    Files.createSymbolicLink(folder.resolve("relative"), Path.of("../secret"));
    assertRefused("relative", "goes through a symbolic link");
    Files.createSymbolicLink(folder.resolve("inside"), folder.resolve("weights/good"));
    assertRefused("inside", "goes through a symbolic link");
    Files.createSymbolicLink(folder.resolve("up"), root);
    assertRefused("up/secret", "goes through a symbolic link");
    Files.createSymbolicLink(folder.resolve("loop"), folder.resolve("loop"));
    assertRefused("loop", "goes through a symbolic link");
    Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("nothing"));
    assertRefused("dangling", "goes through a symbolic link");
  }

  @Test
  void hardLinksAreRefused() throws IOException {
    assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("unix"));
    Files.createLink(folder.resolve("hard"), secret);
    assertRefused("hard", "has a hard link elsewhere");
  }

  @Test
  void whatIsNoFileIsRefused() throws IOException {
    assertRefused("weights", "is not a regular file");
    assertRefused("weights/good/deeper", "external data");
    try (var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(folder.resolve("socket")));
      assertRefused("socket", "is not a regular file");
    }
  }

  @Test
  void devicesAreRefused() throws IOException {
    Path zero = Path.of("/dev/zero");
    assumeTrue(Files.exists(zero));
    assertRefused(zero.toString(), "is no relative path");
    Path link = Files.createSymbolicLink(folder.resolve("zero"), zero);
    assertRefused("zero", "goes through a symbolic link");
    Files.delete(link);
    assertRefused(zero, "\"/dev/zero\" is not a regular file");
  }

  @Test
  void offsetsAndLengthsStayInsideTheFile() throws IOException {
    String[][] ranges = {
      {"13", "4"},
      {"16", "4"},
      {"17", "4"},
      {"9223372036854775807", "4"},
      {"9223372036854775804", "4"}
    };
    for (String[] range : ranges) {
      assertRefused(
          add(external("w", "location", "weights/good", "offset", range[0], "length", range[1])),
          "refers to 4 bytes from offset " + range[0],
          "which has 16 bytes");
    }
    assertRefused(
        add(external("w", "location", "weights/good", "length", "16")), "has the length 16");
    Files.write(folder.resolve("empty"), new byte[0]);
    assertRefused("empty", "refers to 4 bytes from offset 0", "which has 0 bytes");
  }

  /** CVE-2024-27319: a shape of more than the data has. */
  @Test
  void shapesOfMoreThanTheFileHas() throws IOException {
    for (long dim : new long[] {5, 1L << 31, 1L << 60}) {
      var tensor = new ProtoWriter().packed(1, dim).varint(2, 1).text(8, "w").varint(14, 1);
      tensor.message(13, new ProtoWriter().text(1, "location").text(2, "weights/good"));
      assertRefused(add(tensor), "refers to %d bytes".formatted(4 * dim));
    }
  }

  /** Many small tensors of one large region would be large together. */
  @Test
  void allTensorsTogetherHaveAsManyBytesAsTheFile() throws IOException {
    var graph = add(external("w", "location", "weights/good"));
    for (int i = 0; i < 3; i++) {
      graph.message(GRAPH_INITIALIZER, external("v" + i, "location", "weights/good"));
    }
    assertThat(ModelReader.read(write(graph)).constants()).hasSize(4);
    graph.message(GRAPH_INITIALIZER, external("more", "location", "weights/good"));
    assertRefused(graph, "tensor \"more\"", "refer to more bytes", "than the 16 that it has");
  }

  @Test
  void theModelItselfMustBeAFile() throws IOException {
    assertRefused(root.resolve("none.onnx"), "there is no file");
    assertRefused(folder, "is not a regular file");
    assertRefused(Files.write(root.resolve("empty.onnx"), new byte[0]), "has no bytes");
    Path dangling = Files.createSymbolicLink(root.resolve("dangling.onnx"), root.resolve("none"));
    assertRefused(dangling, "there is no file");
  }

  @Test
  void aModelOfMoreThanProtobufAllowsIsRefused() throws IOException {
    Path model = root.resolve("large.onnx");
    try (var file =
        FileChannel.open(
            model,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(model(relu())));
      file.write(ByteBuffer.allocate(1), Integer.MAX_VALUE);
    }
    assertRefused(model, "2147483648 bytes", "have their weights in external data");
  }

  @Test
  void aLargeFileOfNothingIsRefusedAtOnce() throws IOException {
    Path model = root.resolve("zeros.onnx");
    try (var file =
        FileChannel.open(
            model,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), 2_000_000_000L);
    }
    assertRefused(model, "at byte 0: the field's number is 0");
  }
}
