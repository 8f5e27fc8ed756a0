package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every public type answers: who owns what, who may call, what is thrown. */
class JavadocTest {
  private static final Path SOURCES = Path.of("src/main/java/io/github/conv4j");
  private static final Pattern OF_TYPE =
      Pattern.compile(
          "^/\\*\\*(.*?)\\*/\\s(?:@\\S+\\s)*public ", Pattern.DOTALL | Pattern.MULTILINE);

  static List<Path> publicTypes() throws IOException {
    try (Stream<Path> files =
        Stream.of("", "engine", "tensor", "validation").flatMap(JavadocTest::filesOf)) {
      return files.filter(JavadocTest::isPublic).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("publicTypes")
  void saysMemoryThreadsAndErrors(Path file) throws IOException {
    Matcher javadoc = OF_TYPE.matcher(Files.readString(file));

    assertThat(javadoc.find()).as("the type has Javadoc").isTrue();
    assertThat(javadoc.group(1)).contains("<b>Memory.</b>", "<b>Threads.</b>", "<b>Errors.</b>");
  }

  private static Stream<Path> filesOf(String folder) {
    try {
      return Files.list(SOURCES.resolve(folder)).filter(file -> file.toString().endsWith(".java"));
    } catch (IOException e) {
      throw new AssertionError(folder, e);
    }
  }

  private static boolean isPublic(Path file) {
    try {
      return Pattern.compile("^public ", Pattern.MULTILINE).matcher(Files.readString(file)).find();
    } catch (IOException e) {
      throw new AssertionError(file.toString(), e);
    }
  }
}
