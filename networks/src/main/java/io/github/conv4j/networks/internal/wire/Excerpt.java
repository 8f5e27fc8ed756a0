package io.github.conv4j.networks.internal.wire;

/** A text of a file as messages quote it: short, on one line, and without effect on a terminal. */
public final class Excerpt {
  private static final int MOST_CHARACTERS = 80;

  private Excerpt() {}

  /** Returns the text in quotation marks. */
  public static String of(String text) {
    return quoted(text, MOST_CHARACTERS);
  }

  /** Returns all of a text that comes from the user, a path for example, in quotation marks. */
  public static String whole(String text) {
    return quoted(text, Integer.MAX_VALUE);
  }

  private static String quoted(String text, int mostCharacters) {
    var excerpt = new StringBuilder().append('"');
    text.codePoints()
        .limit(mostCharacters)
        .forEach(c -> excerpt.appendCodePoint(isShown(c) ? c : '?'));
    if (text.codePointCount(0, text.length()) > mostCharacters) {
      excerpt.append("...");
    }
    return excerpt.append('"').toString();
  }

  private static boolean isShown(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> codePoint != '"';
    };
  }
}
