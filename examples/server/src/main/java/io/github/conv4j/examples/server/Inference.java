package io.github.conv4j.examples.server;

import io.github.conv4j.examples.ocr.Normalization;
import io.github.conv4j.examples.ocr.PictureTensor;
import io.github.conv4j.examples.ocr.Pixels;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.ValueInfo;
import java.awt.Dimension;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a model on what a body holds: JSON, JSON with bytes behind it, or a picture. */
final class Inference {
  static final String JSON_LENGTH = "Inference-Header-Content-Length";

  private static final int ALIGNMENT = 64;
  private static final long PICTURE_BYTES_PER_PIXEL = 16;

  /** Of a number as text, in an array that grows by doubling. */
  private static final long HEADER_BYTES_PER_NUMBER = 26;

  private final Limits limits;

  Inference(Limits limits) {
    this.limits = limits;
  }

  /**
   * Runs the model, within a turn.
   *
   * @throws HttpException if the body is wrong; says what is expected
   */
  Answer run(
      ServedModel model, Request request, byte[] body, Deadline deadline, Admission.Claim claim) {
    try (Arena arena = Arena.ofConfined()) {
      return switch (request.mediaType()) {
        case "image/png", "image/jpeg" ->
            answer(picture(model, request, body, arena, deadline, claim), claim);
        case "",
            "application/json",
            "application/octet-stream",
            "application/x-www-form-urlencoded" ->
            answer(
                tensors(model, request.header(JSON_LENGTH), body, arena, deadline, claim), claim);
        default ->
            throw new HttpException(
                HttpException.WRONG_MEDIA_TYPE,
                "send application/json, application/octet-stream with %s, image/png or image/jpeg"
                    .formatted(JSON_LENGTH));
      };
    }
  }

  private InferAnswer tensors(
      ServedModel model,
      @Nullable String jsonLength,
      byte[] body,
      Arena arena,
      Deadline deadline,
      Admission.Claim claim) {
    int length = jsonLength == null ? body.length : length(jsonLength, body.length);
    var reader = new InferRequestReader(body, length);
    InferRequest request = reader.head();
    Map<String, ServedModel.Input> inputs = new LinkedHashMap<>();
    MemorySegment[] memory = new MemorySegment[request.inputs().size()];
    ElementType[] types = new ElementType[memory.length];
    long at = length;
    for (int i = 0; i < memory.length; i++) {
      InferRequest.Input input = request.inputs().get(i);
      types[i] = type(model, input);
      long bytes = byteSize(input, types[i]);
      requireFits(input, types[i], bytes, at, body.length);
      claim.take(bytes);
      memory[i] = arena.allocate(bytes, ALIGNMENT);
      if (input.binarySize() != null) {
        MemorySegment.copy(MemorySegment.ofArray(body), at, memory[i], 0, bytes);
        at += bytes;
      }
      var given = new ServedModel.Input(input.shape(), memory[i]);
      if (inputs.put(input.name(), given) != null) {
        throw HttpException.badRequest(
            "input \"%s\" is there twice".formatted(Text.harmless(input.name())));
      }
    }
    if (at != body.length) {
      throw HttpException.badRequest(
          "%d bytes follow the last tensor: check %s and binary_data_size"
              .formatted(body.length - at, JSON_LENGTH));
    }
    if (request.inputs().stream().anyMatch(input -> input.binarySize() == null)) {
      reader.numbers(
          (i, json) -> TensorJson.read(json, request.inputs().get(i).name(), types[i], memory[i]));
    }
    return model.run(request, inputs, deadline, claim);
  }

  private static int length(String header, int bodyLength) {
    String text = header.strip();
    if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > bodyLength) {
      throw HttpException.badRequest(
          "%s must be the length of the JSON at the begin of the body, which has %d bytes"
              .formatted(JSON_LENGTH, bodyLength));
    }
    return Integer.parseInt(text);
  }

  private static ElementType type(ServedModel model, InferRequest.Input input) {
    ElementType type = model.inputType(input.name());
    if (!Datatype.of(type).equals(input.datatype())) {
      throw HttpException.badRequest(
          "input \"%s\" is of %s but the request says %s"
              .formatted(input.name(), Datatype.of(type), Text.harmless(input.datatype())));
    }
    return type;
  }

  private static long byteSize(InferRequest.Input input, ElementType type) {
    long bytes = type.byteSize();
    for (long dim : input.shape()) {
      try {
        bytes = Math.multiplyExact(bytes, dim);
      } catch (ArithmeticException e) {
        throw new HttpException(
            HttpException.BAD_REQUEST,
            "input \"%s\" of shape %s is too large"
                .formatted(input.name(), Arrays.toString(input.shape())),
            e);
      }
    }
    return bytes;
  }

  /** Before memory is taken: a number takes at least two characters, or all of its bytes. */
  private static void requireFits(
      InferRequest.Input input, ElementType type, long bytes, long at, int bodyLength) {
    Long binary = input.binarySize();
    boolean fits =
        binary == null
            ? bytes / type.byteSize() <= bodyLength / 2
            : binary == bytes && bytes <= bodyLength - at;
    if (!fits) {
      throw HttpException.badRequest(
          "input \"%s\" of shape %s takes %d bytes, which the body does not hold"
              .formatted(input.name(), Arrays.toString(input.shape()), bytes));
    }
  }

  private InferAnswer picture(
      ServedModel model,
      Request request,
      byte[] body,
      Arena arena,
      Deadline deadline,
      Admission.Claim claim) {
    List<ValueInfo> inputs = model.network().inputs();
    if (inputs.size() != 1 || inputs.getFirst().dims() == null) {
      throw HttpException.badRequest(
          "model \"%s\" takes no picture: its inputs are %s".formatted(model.name(), inputs));
    }
    ValueInfo input = inputs.getFirst();
    Normalization normalization = normalization(request.parameters());
    ElementType type = model.inputType(input.name());
    claim.take(
        ServedModel.translating(
            () -> {
              Dimension size = Pixels.size(body, limits.pixels());
              return pictureByteSize(size)
                  + PictureTensor.workingByteSize(size.width, size.height, type, dims(input));
            }));
    Constant tensor =
        ServedModel.translating(
            () -> {
              BufferedImage image = Pixels.read(body, limits.pixels());
              return PictureTensor.of(image, type, dims(input), normalization);
            });
    MemorySegment data = arena.allocate(tensor.data().byteSize(), ALIGNMENT);
    data.copyFrom(tensor.data());
    var wanted = new InferRequest(null, List.of(), List.of(), false);
    return model.run(
        wanted, Map.of(input.name(), new ServedModel.Input(tensor.dims(), data)), deadline, claim);
  }

  /** Returns what a picture of that size takes while it is decoded and drawn. */
  static long pictureByteSize(Dimension size) {
    return PICTURE_BYTES_PER_PIXEL * size.width * size.height;
  }

  private static long[] dims(ValueInfo input) {
    List<Dim> dims = input.dims() == null ? List.of() : input.dims();
    return dims.stream()
        .mapToLong(dim -> dim instanceof Dim.Fixed fixed ? fixed.size() : -1)
        .toArray();
  }

  private static Normalization normalization(Map<String, String> parameters) {
    return ServedModel.translating(
        () ->
            new Normalization(
                numbers(parameters, "scale", 1 / 255.0)[0],
                numbers(parameters, "mean", 0),
                numbers(parameters, "deviation", 1)));
  }

  private static double[] numbers(Map<String, String> parameters, String name, double otherwise) {
    String text = parameters.get(name);
    if (text == null) {
      return new double[] {otherwise};
    }
    try {
      return Arrays.stream(text.split(",", 4)).mapToDouble(Double::parseDouble).toArray();
    } catch (NumberFormatException e) {
      throw new HttpException(
          HttpException.BAD_REQUEST,
          "parameter %s must be a number, or one for each channel with commas between"
              .formatted(name),
          e);
    }
  }

  private static Answer answer(InferAnswer inferred, Admission.Claim claim) {
    if (!inferred.isBinary()) {
      return new Written(
          inferred, Map.of("Content-Type", "application/json"), Answer.UNKNOWN_LENGTH, new byte[0]);
    }
    try {
      claim.take(Math.multiplyExact(HEADER_BYTES_PER_NUMBER, inferred.jsonElementCount()));
      byte[] header = inferred.header();
      return new Written(
          inferred,
          Map.of(
              "Content-Type",
              "application/octet-stream",
              JSON_LENGTH,
              Integer.toString(header.length)),
          header.length + inferred.binaryByteSize(),
          header);
    } catch (IOException e) {
      inferred.close();
      throw new AssertionError("memory takes all bytes", e);
    } catch (Throwable e) {
      inferred.close();
      throw e;
    }
  }

  /**
   * An answer that is written out of the memory of the outputs.
   *
   * @param header the JSON that stands before bytes; empty if there are none
   */
  private record Written(
      InferAnswer inferred, Map<String, String> headers, long length, byte[] header)
      implements Answer {
    @Override
    public int status() {
      return OK;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      if (header.length == 0) {
        inferred.writeJson(out);
      } else {
        out.write(header);
        inferred.writeBinary(out);
      }
    }

    @Override
    public void close() {
      inferred.close();
    }
  }
}
