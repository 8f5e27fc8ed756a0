package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;

/** What the Javadoc of every type that users can name answers. */
public final class PublicJavadoc {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final List<String> PARAGRAPHS =
      List.of("<b>Memory.</b>", "<b>Threads.</b>", "<b>Errors.</b>");

  private PublicJavadoc() {}

  /**
   * Fails where a type does not say who owns what, who may call, and what is thrown.
   *
   * @param any a class of the module whose folder is the working folder
   */
  public static void requireParagraphs(Class<?> any) throws IOException {
    List<Class<?>> types = PublicApi.types(any);
    assertThat(types).as("public types").isNotEmpty();
    var softly = new SoftAssertions();
    for (Class<?> type : types) {
      String source = Files.readString(source(type));
      softly
          .assertThat(ofType(source, type.getSimpleName()))
          .as(type.getName())
          .contains(PARAGRAPHS);
    }
    softly.assertAll();
  }

  private static Path source(Class<?> type) {
    Class<?> top = type;
    while (top.getEnclosingClass() != null) {
      top = top.getEnclosingClass();
    }
    return SOURCES.resolve(top.getName().replace('.', '/') + ".java");
  }

  /** Returns the Javadoc that ends where the one declaration begins; empty if there is none. */
  static String ofType(String source, String name) {
    Matcher declaration =
        Pattern.compile(
                "\\*/\\s+(?:@\\S+\\s+)*(?:[a-z-]+ )*(?:class|interface|enum|record) %s\\b"
                    .formatted(name))
            .matcher(source);
    if (!declaration.find()) {
      return "";
    }
    String javadoc =
        source.substring(source.lastIndexOf("/**", declaration.start()), declaration.start());
    boolean isAnothers = javadoc.contains("*/");
    boolean isAmbiguous = declaration.find();
    return isAnothers || isAmbiguous ? "" : javadoc;
  }
}
