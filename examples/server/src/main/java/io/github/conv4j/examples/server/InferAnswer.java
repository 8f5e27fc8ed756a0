package io.github.conv4j.examples.server;

import com.google.gson.stream.JsonWriter;
import io.github.conv4j.networks.PreparedNetwork;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model answers: JSON, and behind it the outputs that were wanted as bytes. Owns the memory
 * of the outputs.
 */
final class InferAnswer implements AutoCloseable {
  private static final int CHUNK = 1 << 16;

  private final Arena arena;
  private final String model;
  private final @Nullable String id;
  private final List<Output> outputs;

  InferAnswer(Arena arena, String model, @Nullable String id, List<Output> outputs) {
    this.arena = arena;
    this.model = model;
    this.id = id;
    this.outputs = List.copyOf(outputs);
  }

  record Output(String name, PreparedNetwork.Type type, MemorySegment data, boolean isBinary) {}

  /**
   * Checks that all can be written.
   *
   * @throws HttpException if JSON has no word for a number
   */
  void requireWritable() {
    for (Output output : outputs) {
      if (!output.isBinary() && !TensorJson.isWritable(output.type().element(), output.data())) {
        throw HttpException.badRequest(
            "output \"%s\" is not finite, which JSON has no word for: ask for it with binary_data"
                .formatted(output.name()));
      }
    }
  }

  boolean isBinary() {
    return outputs.stream().anyMatch(Output::isBinary);
  }

  /** Writes an answer that is JSON alone. */
  void writeJson(OutputStream out) throws IOException {
    Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    @SuppressWarnings("resource") // closing it would close the connection's stream
    var json = new JsonWriter(text);
    json.beginObject();
    json.name("model_name").value(model);
    json.name("model_version").value(ServedModel.VERSION);
    if (id != null) {
      json.name("id").value(id);
    }
    json.name("outputs").beginArray();
    for (Output output : outputs) {
      write(json, output);
    }
    json.endArray();
    json.endObject();
    json.flush();
  }

  private static void write(JsonWriter json, Output output) throws IOException {
    json.beginObject();
    json.name("name").value(output.name());
    json.name("datatype").value(Datatype.of(output.type().element()));
    json.name("shape").beginArray();
    for (long dim : output.type().dims()) {
      json.value(dim);
    }
    json.endArray();
    if (output.isBinary()) {
      json.name("parameters").beginObject();
      json.name("binary_data_size").value(output.data().byteSize());
      json.endObject();
    } else {
      json.name("data");
      TensorJson.write(json, output.type().element(), output.data());
    }
    json.endObject();
  }

  /** Returns the JSON that stands before bytes. */
  byte[] header() throws IOException {
    var out = new ByteArrayOutputStream();
    writeJson(out);
    return out.toByteArray();
  }

  /** Returns how many numbers stand in the JSON. */
  long jsonElementCount() {
    return outputs.stream()
        .filter(output -> !output.isBinary())
        .mapToLong(output -> output.data().byteSize() / output.type().element().byteSize())
        .sum();
  }

  long binaryByteSize() {
    return outputs.stream().filter(Output::isBinary).mapToLong(o -> o.data().byteSize()).sum();
  }

  /** Writes what stands behind the JSON. */
  void writeBinary(OutputStream out) throws IOException {
    byte[] chunk = new byte[CHUNK];
    for (Output output : outputs) {
      if (output.isBinary()) {
        long size = output.data().byteSize();
        for (long at = 0; at < size; at += CHUNK) {
          int count = (int) Math.min(CHUNK, size - at);
          MemorySegment.copy(output.data(), at, MemorySegment.ofArray(chunk), 0, count);
          out.write(chunk, 0, count);
        }
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
