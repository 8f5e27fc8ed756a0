package io.github.conv4j.examples.ocr;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/**
 * What other networks make of the same pictures: whether they find the same boxes, and, given the
 * same boxes, read the same text.
 */
public final class ReadingComparison {
  /** Boxes that overlap so much are the same. */
  public static final double LEAST_OVERLAP = 0.9;

  private final TextReader expected;
  private final TextReader actual;
  private int boxes;
  private int foundBoxes;
  private int otherBoxes;
  private int lines;
  private final List<Difference> differences = new ArrayList<>();

  /** A line that was read otherwise. */
  public record Difference(String expected, String actual) {
    /** Tells whether the same was read but for spaces. */
    public boolean isOfSpaces() {
      return expected.replace(" ", "").equals(actual.replace(" ", ""));
    }
  }

  /** Compares two readers, which must stay open. */
  public ReadingComparison(TextReader expected, TextReader actual) {
    this.expected = expected;
    this.actual = actual;
  }

  /** Reads a picture with both. */
  public void add(BufferedImage image) {
    List<TextBox> ours = expected.find(image);
    List<TextBox> theirs = new ArrayList<>(actual.find(image));
    boxes += ours.size();
    for (TextBox box : ours) {
      boolean found = theirs.removeIf(other -> box.overlap(other) >= LEAST_OVERLAP);
      foundBoxes += found ? 1 : 0;
      TextLine line = expected.read(image, box);
      if (line.confidence() >= TextReader.LEAST_CONFIDENCE) {
        lines++;
        String text = actual.read(image, box).text();
        if (!text.equals(line.text())) {
          differences.add(new Difference(line.text(), text));
        }
      }
    }
    otherBoxes += theirs.size();
  }

  /** Returns how many boxes the first reader found. */
  public int boxes() {
    return boxes;
  }

  /** Returns how many of them the other one found too. */
  public int foundBoxes() {
    return foundBoxes;
  }

  /** Returns how many boxes only the other one found. */
  public int otherBoxes() {
    return otherBoxes;
  }

  /** Returns how many lines the first reader was sure of. */
  public int lines() {
    return lines;
  }

  /** Returns those that the other one read otherwise. */
  public List<Difference> differences() {
    return List.copyOf(differences);
  }
}
