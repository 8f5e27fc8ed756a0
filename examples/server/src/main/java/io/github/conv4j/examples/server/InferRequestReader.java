package io.github.conv4j.examples.server;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of a request: first all but the numbers, which may stand before the shape that
 * tells how many they are; then the numbers, into memory of that size.
 */
final class InferRequestReader {
  private static final int MOST_TENSORS = 1000;
  private static final int MOST_AXES = 8;

  private final byte[] body;
  private final int jsonLength;

  InferRequestReader(byte[] body, int jsonLength) {
    this.body = body;
    this.jsonLength = jsonLength;
  }

  /** Is called where the numbers of an input begin, and reads them. */
  interface Numbers {
    void read(int input, JsonReader json) throws IOException;
  }

  /**
   * Reads all but the numbers.
   *
   * @throws HttpException if it is no request
   */
  InferRequest head() {
    return parsed(json -> new Head().read(json));
  }

  /** Reads the numbers. */
  void numbers(Numbers numbers) {
    parsed(
        json -> {
          eachField(
              json,
              field -> {
                if (!field.equals("inputs")) {
                  json.skipValue();
                  return;
                }
                json.beginArray();
                for (int i = 0; json.hasNext(); i++) {
                  readNumbers(json, i, numbers);
                }
                json.endArray();
              });
          return body;
        });
  }

  private static void readNumbers(JsonReader json, int input, Numbers numbers) throws IOException {
    eachField(
        json,
        field -> {
          if (field.equals("data")) {
            numbers.read(input, json);
          } else {
            json.skipValue();
          }
        });
  }

  private interface Parser<T> {
    T read(JsonReader json) throws IOException;
  }

  private <T> T parsed(Parser<T> parser) {
    try (Reader text =
            new InputStreamReader(
                new ByteArrayInputStream(body, 0, jsonLength), StandardCharsets.UTF_8);
        var json = new JsonReader(text)) {
      json.setStrictness(Strictness.STRICT);
      T result = parser.read(json);
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw HttpException.badRequest("something follows the JSON of the request");
      }
      return result;
    } catch (MalformedJsonException
        | EOFException
        | IllegalStateException
        | NumberFormatException e) {
      throw new HttpException(
          HttpException.BAD_REQUEST, "the request is no JSON of an inference: " + firstLine(e), e);
    } catch (IOException e) {
      throw new AssertionError("memory is read without failure", e);
    }
  }

  /** What comes after it is advice to programmers. */
  private static String firstLine(Exception e) {
    return Text.harmless(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
  }

  private interface Field {
    void read(String name) throws IOException;
  }

  private static void eachField(JsonReader json, Field field) throws IOException {
    Set<String> seen = new HashSet<>();
    json.beginObject();
    while (json.hasNext()) {
      String name = json.nextName();
      if (!seen.add(name)) {
        throw HttpException.badRequest("\"%s\" is there twice".formatted(Text.harmless(name)));
      }
      if (seen.size() > MOST_TENSORS) {
        throw HttpException.badRequest("there are more than %d fields".formatted(MOST_TENSORS));
      }
      field.read(name);
    }
    json.endObject();
  }

  private static final class Head {
    private @Nullable String id;
    private boolean isBinary;
    private final List<InferRequest.Input> inputs = new ArrayList<>();
    private final List<InferRequest.Output> outputs = new ArrayList<>();

    InferRequest read(JsonReader json) throws IOException {
      eachField(
          json,
          field -> {
            switch (field) {
              case "id" -> id = json.nextString();
              case "inputs" -> each(json, () -> inputs.add(input(json)));
              case "outputs" -> each(json, () -> outputs.add(output(json)));
              case "parameters" -> {
                Parameters parameters = Parameters.read(json);
                isBinary = Boolean.TRUE.equals(parameters.binaryOutput);
              }
              default -> json.skipValue();
            }
          });
      if (inputs.isEmpty()) {
        throw HttpException.badRequest(
            "the request has no inputs: send {\"inputs\": [{\"name\", \"shape\", \"datatype\","
                + " \"data\"}]}");
      }
      return new InferRequest(id, List.copyOf(inputs), List.copyOf(outputs), isBinary);
    }

    private interface Element {
      void read() throws IOException;
    }

    private static void each(JsonReader json, Element element) throws IOException {
      json.beginArray();
      for (int i = 0; json.hasNext(); i++) {
        if (i == MOST_TENSORS) {
          throw HttpException.badRequest("there are more than %d tensors".formatted(MOST_TENSORS));
        }
        element.read();
      }
      json.endArray();
    }

    private static InferRequest.Input input(JsonReader json) throws IOException {
      var input = new Tensor();
      input.read(json);
      String name = input.name();
      if (input.shape == null || input.datatype == null) {
        throw HttpException.badRequest(
            "input \"%s\" needs a shape and a datatype".formatted(Text.harmless(name)));
      }
      if (input.hasData == (input.parameters.binarySize != null)) {
        throw HttpException.badRequest(
            "input \"%s\" needs either data or the parameter binary_data_size"
                .formatted(Text.harmless(name)));
      }
      return new InferRequest.Input(name, input.datatype, input.shape, input.parameters.binarySize);
    }

    private static InferRequest.Output output(JsonReader json) throws IOException {
      var output = new Tensor();
      output.read(json);
      return new InferRequest.Output(output.name(), output.parameters.isBinary);
    }
  }

  private static final class Tensor {
    private @Nullable String name;
    private @Nullable String datatype;
    private long @Nullable [] shape;
    private boolean hasData;
    private Parameters parameters = new Parameters();

    void read(JsonReader json) throws IOException {
      eachField(
          json,
          field -> {
            switch (field) {
              case "name" -> name = json.nextString();
              case "datatype" -> datatype = json.nextString();
              case "shape" -> shape = shape(json);
              case "parameters" -> parameters = Parameters.read(json);
              case "data" -> {
                hasData = true;
                json.skipValue();
              }
              default -> json.skipValue();
            }
          });
    }

    String name() {
      if (name == null) {
        throw HttpException.badRequest("a tensor needs a name");
      }
      return name;
    }

    private static long[] shape(JsonReader json) throws IOException {
      long[] dims = new long[MOST_AXES];
      int rank = 0;
      json.beginArray();
      while (json.hasNext()) {
        if (rank == MOST_AXES) {
          throw HttpException.badRequest("a shape has more than %d axes".formatted(MOST_AXES));
        }
        dims[rank] = json.nextLong();
        if (dims[rank] < 1) {
          throw HttpException.badRequest(
              "a dimension of a request must be at least 1 but is %d".formatted(dims[rank]));
        }
        rank++;
      }
      json.endArray();
      return Arrays.copyOf(dims, rank);
    }
  }

  /** Those of the extension for binary tensors; others say nothing to us. */
  private static final class Parameters {
    private @Nullable Long binarySize;
    private @Nullable Boolean isBinary;
    private @Nullable Boolean binaryOutput;

    static Parameters read(JsonReader json) throws IOException {
      var parameters = new Parameters();
      eachField(
          json,
          field -> {
            switch (field) {
              case "binary_data_size" -> parameters.binarySize = json.nextLong();
              case "binary_data" -> parameters.isBinary = json.nextBoolean();
              case "binary_data_output" -> parameters.binaryOutput = json.nextBoolean();
              default -> json.skipValue();
            }
          });
      return parameters;
    }
  }
}
