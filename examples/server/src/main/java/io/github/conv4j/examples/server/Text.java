package io.github.conv4j.examples.server;

/** What strangers wrote, in our sentences. */
final class Text {
  private static final int MOST_CHARACTERS = 500;

  private Text() {}

  /** Returns a text without control characters, not too long. */
  static String harmless(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "...";
  }
}
