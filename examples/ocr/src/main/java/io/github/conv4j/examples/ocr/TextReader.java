package io.github.conv4j.examples.ocr;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.ShapeCache;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Finds and reads the text of pictures. Any number of threads may read at once. */
public final class TextReader implements AutoCloseable {
  /** A page of text has many lines of few different widths; photos may all differ. */
  private static final long BYTE_LIMIT = 256L << 20;

  /** Less is a guess. */
  static final double LEAST_CONFIDENCE = 0.5;

  private final TextDetector detector;
  private final AngleClassifier classifier;
  private final LineReader reader;

  /**
   * Reads the networks.
   *
   * @param engine must stay open as long as this
   */
  public TextReader(OcrFiles files, Engine engine) {
    this(files, engine, GivenInputs.IGNORED);
  }

  /**
   * Reads the networks.
   *
   * @param engine must stay open as long as this
   * @param given is shown what they are given, on the threads that read
   */
  public TextReader(OcrFiles files, Engine engine, GivenInputs given) {
    this(
        runner(files.detector(), engine),
        runner(files.classifier(), engine),
        runner(files.recognizer(), engine),
        Alphabet.read(files.keys()),
        given);
  }

  /**
   * Reads with networks that others may use too.
   *
   * @param detector closed with this, as are the other two
   * @param keys the recognizer's characters
   */
  public TextReader(ShapeCache detector, ShapeCache classifier, ShapeCache recognizer, Path keys) {
    this(
        new ShapeCacheRunner(detector),
        new ShapeCacheRunner(classifier),
        new ShapeCacheRunner(recognizer),
        keys);
  }

  /**
   * Reads with networks that whoever likes runs.
   *
   * @param detector closed with this, as are the other two
   * @param keys the recognizer's characters
   */
  public TextReader(
      PictureRunner detector, PictureRunner classifier, PictureRunner recognizer, Path keys) {
    this(detector, classifier, recognizer, Alphabet.read(keys), GivenInputs.IGNORED);
  }

  /**
   * Reads with networks that did not come from files.
   *
   * @param detector closed with this, as are the other two
   * @param characters of the recognizer
   */
  public TextReader(
      ShapeCache detector, ShapeCache classifier, ShapeCache recognizer, List<String> characters) {
    this(
        new ShapeCacheRunner(detector),
        new ShapeCacheRunner(classifier),
        new ShapeCacheRunner(recognizer),
        Alphabet.of(characters),
        GivenInputs.IGNORED);
  }

  private TextReader(
      PictureRunner detector,
      PictureRunner classifier,
      PictureRunner recognizer,
      Alphabet alphabet,
      GivenInputs given) {
    this.detector = new TextDetector(detector, given);
    this.classifier = new AngleClassifier(classifier, given);
    this.reader = new LineReader(recognizer, alphabet, given);
  }

  private static PictureRunner runner(Path file, Engine engine) {
    return new ShapeCacheRunner(
        Network.read(file).shapeCache(engine, NetworkOptions.defaults(), BYTE_LIMIT));
  }

  /**
   * Returns the lines of a picture in the order of reading.
   *
   * @param found is told how many lines there may be, once that is known
   * @param done runs after each of them; what either throws ends the reading
   */
  public List<TextLine> read(BufferedImage image, IntConsumer found, Runnable done) {
    List<TextBox> boxes = find(image);
    found.accept(boxes.size());
    List<TextLine> lines = new ArrayList<>();
    for (TextBox box : boxes) {
      TextLine line = read(image, box);
      if (line.confidence() >= LEAST_CONFIDENCE) {
        lines.add(line);
      }
      done.run();
    }
    return lines;
  }

  /** Returns where lines may be, in the order of reading. */
  public List<TextBox> find(BufferedImage image) {
    return detector.find(image);
  }

  /** Returns what may be written in a box. */
  public TextLine read(BufferedImage image, TextBox box) {
    BufferedImage line = classifier.upright(LineImage.cut(image, box));
    Alphabet.Reading reading = reader.read(line);
    return new TextLine(box, reading.text(), reading.confidence());
  }

  @Override
  public void close() {
    detector.close();
    classifier.close();
    reader.close();
  }
}
