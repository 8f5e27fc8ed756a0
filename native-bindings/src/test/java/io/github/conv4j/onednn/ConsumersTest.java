package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The programs of users in src/it, which the build runs, do what the README tells. */
class ConsumersTest {
  private static final Pattern DEPENDENCY =
      Pattern.compile("<dependency>.*?</dependency>", Pattern.DOTALL);
  private static final Pattern ARGUMENT = Pattern.compile("<argument>(.*?)</argument>");

  @Test
  void haveTheDependenciesOfTheReadme() {
    String expected =
        dependencies(read("../README.md"))
            .replaceAll("(?<=<version>)[^<]*", "@project.version@")
            .replace("linux-x86_64", "@onednn.platform@");

    assertThat(dependencies(read("src/it/consumers/pom.xml")))
        .isEqualTo(expected)
        .contains("conv4j-api");
  }

  @ParameterizedTest
  @CsvSource({
    "class-path, --enable-native-access=ALL-UNNAMED",
    "class-path, --add-modules jdk.incubator.vector",
    "module-path, '--add-modules io.github.conv4j.onednn,jdk.incubator.vector,jdk.management"
        + " --enable-native-access=io.github.conv4j.onednn,io.github.conv4j'",
    "module-path-images, '--add-modules"
        + " io.github.conv4j.onednn,jdk.incubator.vector,jdk.management"
        + " --enable-native-access=io.github.conv4j.onednn,io.github.conv4j'",
  })
  void startWithTheOptionsOfTheReadme(String consumer, String options) {
    String arguments =
        ARGUMENT
            .matcher(read("src/it/consumers/%s/pom.xml".formatted(consumer)))
            .results()
            .map(m -> m.group(1))
            .collect(Collectors.joining(" "));

    assertThat(read("../README.md").replaceAll("\\s+", " ")).contains(options);
    assertThat(arguments).contains(options);
  }

  /** Returns them without comments and spaces. */
  private static String dependencies(String text) {
    Matcher found = DEPENDENCY.matcher(text.replaceAll("<!--.*?-->", ""));
    return found.results().map(m -> m.group().replaceAll("\\s+", "")).collect(Collectors.joining());
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
