package io.github.conv4j.examples.ocr;

import io.github.conv4j.engine.Engine;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Finds and reads the text of pictures. For one thread at a time. */
public final class TextReader implements AutoCloseable {
  /** Less is a guess. */
  private static final double LEAST_CONFIDENCE = 0.5;

  private final TextDetector detector;
  private final AngleClassifier classifier;
  private final LineReader reader;

  /**
   * Reads the networks.
   *
   * @param engine must stay open as long as this
   */
  public TextReader(OcrFiles files, Engine engine) {
    this.detector = new TextDetector(files.detector(), engine);
    this.classifier = new AngleClassifier(files.classifier(), engine);
    this.reader = new LineReader(files.recognizer(), files.keys(), engine);
  }

  /**
   * Returns the lines of a picture in the order of reading.
   *
   * @param found is told how many lines there may be, once that is known
   * @param done runs after each of them
   */
  public List<TextLine> read(BufferedImage image, IntConsumer found, Runnable done) {
    List<TextBox> boxes = detector.find(image);
    found.accept(boxes.size());
    List<TextLine> lines = new ArrayList<>();
    for (TextBox box : boxes) {
      BufferedImage line = classifier.upright(LineImage.cut(image, box));
      Alphabet.Reading reading = reader.read(line);
      if (reading.confidence() >= LEAST_CONFIDENCE) {
        lines.add(new TextLine(box, reading.text(), reading.confidence()));
      }
      done.run();
    }
    return lines;
  }

  @Override
  public void close() {
    detector.close();
    classifier.close();
    reader.close();
  }
}
