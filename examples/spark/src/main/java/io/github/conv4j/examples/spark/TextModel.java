package io.github.conv4j.examples.spark;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.examples.ocr.OcrFiles;
import io.github.conv4j.examples.ocr.TextLine;
import io.github.conv4j.examples.ocr.TextReader;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.ShapeCache;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * Reads the text of photos with the networks of PP-OCR.
 *
 * @param detector the bytes of a file, as are the other three
 */
record TextModel(
    Broadcast<byte[]> detector,
    Broadcast<byte[]> classifier,
    Broadcast<byte[]> recognizer,
    Broadcast<byte[]> keys,
    String id)
    implements PictureModel {
  /** Reads the files, and checks that they are networks. */
  static TextModel of(JavaSparkContext context, OcrFiles files) throws IOException {
    byte[] detector = Files.readAllBytes(files.detector());
    byte[] classifier = Files.readAllBytes(files.classifier());
    byte[] recognizer = Files.readAllBytes(files.recognizer());
    byte[] keys = Files.readAllBytes(files.keys());
    for (byte[] network : List.of(detector, classifier, recognizer)) {
      Network _ = Network.read(network);
    }
    return new TextModel(
        context.broadcast(detector),
        context.broadcast(classifier),
        context.broadcast(recognizer),
        context.broadcast(keys),
        Digest.of(detector, classifier, recognizer, keys));
  }

  @Override
  public String functionName() {
    return "read_text";
  }

  @Override
  public List<StructField> columns() {
    return List.of(
        DataTypes.createStructField("text", DataTypes.StringType, true),
        DataTypes.createStructField(
            "lines",
            DataTypes.createArrayType(
                DataTypes.createStructType(
                    List.of(
                        DataTypes.createStructField("text", DataTypes.StringType, false),
                        DataTypes.createStructField("confidence", DataTypes.DoubleType, false))),
                false),
            true));
  }

  @Override
  public OpenModel open(Engine engine) {
    var reader =
        new TextReader(
            shapes(detector, engine),
            shapes(classifier, engine),
            shapes(recognizer, engine),
            new String(keys.value(), StandardCharsets.UTF_8).lines().toList());
    return new OpenModel() {
      @Override
      public Object[] run(BufferedImage picture) {
        List<TextLine> lines = reader.read(picture, _ -> {}, () -> {});
        return new Object[] {
          lines.stream().map(TextLine::text).collect(Collectors.joining("\n")),
          lines.stream()
              .map(line -> RowFactory.create(line.text(), line.confidence()))
              .toArray(Row[]::new)
        };
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }

  private static ShapeCache shapes(Broadcast<byte[]> network, Engine engine) {
    return Network.read(network.value())
        .shapeCache(
            engine,
            NetworkOptions.defaults().withMostBytes(Limits.WORK_BYTES),
            Limits.PREPARED_BYTES);
  }
}
