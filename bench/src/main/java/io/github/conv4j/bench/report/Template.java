package io.github.conv4j.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/** Pages whose parts stand in double braces; {@code style} is the style sheet of all. */
final class Template {
  private Template() {}

  static String fill(String page, Map<String, String> parts) {
    String text = resource(page).replace("{{style}}", resource("page.css"));
    for (var part : parts.entrySet()) {
      text = text.replace("{{" + part.getKey() + "}}", part.getValue());
    }
    return text;
  }

  private static String resource(String name) {
    try (InputStream in = Template.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
