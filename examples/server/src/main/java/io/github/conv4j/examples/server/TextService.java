package io.github.conv4j.examples.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.conv4j.examples.ocr.Pixels;
import io.github.conv4j.examples.ocr.Point;
import io.github.conv4j.examples.ocr.TextLine;
import io.github.conv4j.examples.ocr.TextReader;
import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.List;

/** Answers a picture with the text in it. Any thread may ask. */
final class TextService implements AutoCloseable {
  /** Nobody's picture keeps a thread for longer. */
  private static final Duration LONGEST_RUN = Duration.ofSeconds(30);

  private final TextReader reader;
  private final Limits limits;

  TextService(TextReader reader, Limits limits) {
    this.reader = reader;
    this.limits = limits;
  }

  /**
   * Reads a picture, within a turn.
   *
   * @param claim holds what the picture takes from now on
   * @throws HttpException if it is none
   */
  Answer read(Request request, byte[] body, Admission.Claim claim) {
    if (!request.mediaType().equals("image/png") && !request.mediaType().equals("image/jpeg")) {
      throw new HttpException(
          HttpException.WRONG_MEDIA_TYPE, "send a photo as image/png or image/jpeg");
    }
    claim.take(
        Inference.pictureByteSize(
            ServedModel.translating(() -> Pixels.size(body, limits.pixels()))));
    BufferedImage image = ServedModel.translating(() -> Pixels.read(body, limits.pixels()));
    return Answer.json(Answer.OK, json(image, lines(image)));
  }

  /** Reads a picture. */
  List<TextLine> lines(BufferedImage image) {
    long end = System.nanoTime() + LONGEST_RUN.toNanos();
    return ServedModel.translating(
        () ->
            reader.read(
                image,
                _ -> {},
                () -> {
                  if (System.nanoTime() > end) {
                    throw HttpException.badRequest(
                        "reading the photo takes longer than %d s: send a part of it"
                            .formatted(LONGEST_RUN.toSeconds()));
                  }
                }));
  }

  private static JsonObject json(BufferedImage image, List<TextLine> lines) {
    var json = new JsonObject();
    json.addProperty("width", image.getWidth());
    json.addProperty("height", image.getHeight());
    var array = new JsonArray();
    for (TextLine line : lines) {
      var each = new JsonObject();
      each.addProperty("text", line.text());
      each.addProperty("confidence", line.confidence());
      var box = new JsonArray();
      for (Point corner : line.box().corners()) {
        var place = new JsonArray();
        place.add(corner.x());
        place.add(corner.y());
        box.add(place);
      }
      each.add("box", box);
      array.add(each);
    }
    json.add("lines", array);
    return json;
  }

  @Override
  public void close() {
    reader.close();
  }
}
