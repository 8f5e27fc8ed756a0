package io.github.conv4j.examples.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.conv4j.CallRefusedException;
import io.github.conv4j.Conv4jException;
import io.github.conv4j.DeadlineExceededException;
import io.github.conv4j.EngineFailureException;
import io.github.conv4j.QueueFullException;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkCall;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.ShapeCache;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.ValueInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A network under its name, prepared for the shapes that clients ask for. Any thread may run it.
 */
final class ServedModel implements AutoCloseable {
  static final String VERSION = "1";

  private static final int ALIGNMENT = 64;

  private final String name;
  private final Network network;
  private final ShapeCache shapes;

  ServedModel(String name, Network network, Engine engine, long cacheBytes, Limits limits) {
    this.name = name;
    this.network = network;
    this.shapes =
        network.shapeCache(
            engine, NetworkOptions.defaults().withMostBytes(limits.workBytes()), cacheBytes);
  }

  String name() {
    return name;
  }

  Network network() {
    return network;
  }

  ShapeCache shapes() {
    return shapes;
  }

  /** Returns what the protocol tells of a model. */
  JsonObject metadata() {
    var json = new JsonObject();
    json.addProperty("name", name);
    var versions = new JsonArray();
    versions.add(VERSION);
    json.add("versions", versions);
    json.addProperty("platform", "onnx_conv4j");
    json.add("inputs", tensors(network.inputs()));
    json.add("outputs", tensors(network.outputs()));
    return json;
  }

  private static JsonArray tensors(List<ValueInfo> values) {
    var array = new JsonArray();
    for (ValueInfo value : values) {
      var json = new JsonObject();
      json.addProperty("name", value.name());
      json.addProperty("datatype", Datatype.of(typeOf(value)));
      var shape = new JsonArray();
      if (value.dims() != null) {
        value.dims().forEach(dim -> shape.add(dim instanceof Dim.Fixed fixed ? fixed.size() : -1));
      }
      json.add("shape", shape);
      array.add(json);
    }
    return array;
  }

  /** Files need not tell the type of an output. */
  private static ElementType typeOf(ValueInfo value) {
    return value.type() == null ? ElementType.FLOAT : value.type();
  }

  /**
   * Returns the type of an input.
   *
   * @throws HttpException if there is none of that name
   */
  ElementType inputType(String input) {
    return network.inputs().stream()
        .filter(value -> value.name().equals(input))
        .map(ServedModel::typeOf)
        .findFirst()
        .orElseThrow(
            () ->
                HttpException.badRequest(
                    "model \"%s\" has no input \"%s\": its inputs are %s"
                        .formatted(name, Text.harmless(input), network.inputs())));
  }

  /** An input's numbers. */
  record Input(long[] dims, MemorySegment data) {}

  /**
   * Runs the network.
   *
   * @param inputs in memory that the engine may read
   * @param claim holds the outputs too from now on
   * @return to be closed after use
   */
  InferAnswer run(
      InferRequest request, Map<String, Input> inputs, Deadline deadline, Admission.Claim claim) {
    Map<String, long[]> dims = new LinkedHashMap<>();
    inputs.forEach((input, given) -> dims.put(input, given.dims()));
    requireInputs(inputs);
    requireOutputs(request);
    Arena arena = Arena.ofConfined();
    try (ShapeCache.Lease lease = translating(() -> shapes.acquire(dims))) {
      PreparedNetwork prepared = lease.network();
      NetworkCall call = prepared.call();
      inputs.forEach((input, given) -> call.input(input, given.data()));
      List<InferAnswer.Output> outputs = new ArrayList<>();
      for (String output : prepared.outputs()) {
        PreparedNetwork.Type type = prepared.type(output);
        claim.take(type.byteSize());
        MemorySegment data = arena.allocate(type.byteSize(), ALIGNMENT);
        call.output(output, data);
        if (isWanted(request, output)) {
          outputs.add(new InferAnswer.Output(output, type, data, request.isBinary(output)));
        }
      }
      translating(
          () -> {
            call.execute(deadline.left());
            return call;
          });
      var answer = new InferAnswer(arena, name, request.id(), outputs);
      answer.requireWritable();
      return answer;
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  private void requireInputs(Map<String, Input> inputs) {
    for (ValueInfo input : network.inputs()) {
      if (!inputs.containsKey(input.name())) {
        throw HttpException.badRequest(
            "model \"%s\" needs the input \"%s\": its inputs are %s"
                .formatted(name, input.name(), network.inputs()));
      }
    }
  }

  private void requireOutputs(InferRequest request) {
    for (InferRequest.Output output : request.outputs()) {
      if (network.outputs().stream().noneMatch(value -> value.name().equals(output.name()))) {
        throw HttpException.badRequest(
            "model \"%s\" has no output \"%s\": its outputs are %s"
                .formatted(name, Text.harmless(output.name()), network.outputs()));
      }
    }
  }

  private static boolean isWanted(InferRequest request, String output) {
    return request.outputs().isEmpty()
        || request.outputs().stream().anyMatch(each -> each.name().equals(output));
  }

  /** Makes answers of the exceptions of the library. */
  static <T> T translating(Supplier<T> action) {
    try {
      return action.get();
    } catch (QueueFullException e) {
      throw new HttpException(
          HttpException.TOO_MANY, "too many requests wait for the engine: try again later", e);
    } catch (DeadlineExceededException e) {
      throw new HttpException(
          HttpException.TOO_LATE, "no thread of the engine was free in time: try again later", e);
    } catch (CallRefusedException e) {
      throw new HttpException(HttpException.UNAVAILABLE, "the server is shutting down", e);
    } catch (EngineFailureException e) {
      throw e;
    } catch (Conv4jException
        | InvalidModelException
        | UnsupportedOperatorException
        | IllegalArgumentException e) {
      throw new HttpException(
          HttpException.BAD_REQUEST, Text.harmless(String.valueOf(e.getMessage())), e);
    }
  }

  @Override
  public void close() {
    shapes.close();
  }
}
