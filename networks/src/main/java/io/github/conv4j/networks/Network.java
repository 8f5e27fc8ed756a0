package io.github.conv4j.networks;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.lower.NetworkPreparation;
import io.github.conv4j.networks.internal.onnx.ModelReader;
import io.github.conv4j.networks.internal.onnx.ModelWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A network as its file or its author describes it.
 *
 * <p>Files are not trusted: their sizes are checked before memory is taken, nothing outside of the
 * model's folder is opened, and what conv4j does not run is refused by name while reading.
 *
 * <p><b>Memory.</b> Constants of a file are not copied: the file is mapped, with those that it
 * refers to, until neither the network nor anything made of its constants is reachable. There is
 * nothing to close. As long as it is used a file must neither change nor become shorter; and where
 * the operating system does not let go of files that are mapped, it cannot be deleted. A model
 * given as bytes is copied once. Integers that a file holds one by one are unpacked off the heap.
 * Reading takes at most four times the file's size of heap, and 16 MiB; files of external data
 * count, up to another 64 MiB.
 *
 * <p><b>Threads.</b> Immutable.
 *
 * <p><b>Errors.</b> {@link InvalidModelException} for what is not a good model and for files that
 * cannot be read, {@link UnsupportedOperatorException} for what conv4j does not run; each says in
 * one sentence what and where.
 */
public final class Network {
  private final Graph graph;

  private Network(Graph graph) {
    this.graph = Objects.requireNonNull(graph, "graph");
  }

  /**
   * Reads an ONNX file of opset 7 to 23, with its external data.
   *
   * @throws InvalidModelException if there is no such file, or it is not a good model
   * @throws UnsupportedOperatorException if it holds control flow, functions, domains or types that
   *     conv4j does not run
   */
  public static Network read(Path file) {
    return new Network(ModelReader.read(file));
  }

  /**
   * Reads the bytes of an ONNX file. External data is refused: bytes have no folder.
   *
   * @throws InvalidModelException if it is not a good model
   * @throws UnsupportedOperatorException if it holds control flow, functions, domains or types that
   *     conv4j does not run
   */
  public static Network read(byte[] model) {
    return new Network(ModelReader.read(model));
  }

  /** Returns a network that was described in code. */
  public static Network of(Graph graph) {
    return new Network(graph);
  }

  /**
   * Writes the network as an ONNX file, which {@link #read(Path)} reads as the same graph:
   * constants are part of the file. A file that is there is replaced, when all is written.
   *
   * @throws IllegalArgumentException if it would have more than 2 GB, which is protobuf's limit
   * @throws IOException if the file cannot be written
   */
  public void write(Path file) throws IOException {
    ModelWriter.write(graph, file);
  }

  /** Returns what each run is given. */
  public List<ValueInfo> inputs() {
    return graph.inputs();
  }

  /** Returns what each run gives. */
  public List<ValueInfo> outputs() {
    return graph.outputs();
  }

  /** Returns the operators, each behind those that it reads. */
  public List<Node> nodes() {
    return graph.nodes();
  }

  /** Returns all of the description. */
  public Graph graph() {
    return graph;
  }

  /**
   * Makes the network ready for inputs whose dimensions the graph fixes.
   *
   * @throws IllegalArgumentException if it leaves some open
   */
  public PreparedNetwork prepare(Engine engine) {
    return prepare(engine, Map.of(), NetworkOptions.defaults());
  }

  /**
   * Makes the network ready for inputs of these dimensions: folds what follows from them, fuses,
   * chooses kernels, packs weights and plans memory.
   *
   * @param engine computes convolutions and products; must stay open as long as what is returned
   * @param dims of inputs, in the graph's order of axes; those that the graph fixes may be left out
   * @throws IllegalArgumentException if dims are missing, or are not what the graph says, or a run
   *     with them takes more than {@link NetworkOptions#withMostBytes}
   * @throws InvalidModelException if a node is malformed
   * @throws UnsupportedOperatorException if conv4j does not run a node
   * @throws io.github.conv4j.UnsupportedConvolutionException if the engine does not run one of its
   *     convolutions
   * @throws OutOfMemoryError if the heap or native memory does not suffice
   */
  public PreparedNetwork prepare(Engine engine, Map<String, long[]> dims, NetworkOptions options) {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(options, "options");
    var prepared =
        new PreparedNetwork(
            NetworkPreparation.prepare(
                graph,
                engine,
                inputTypes(dims),
                known(options.channelsLast()),
                options.leftOut(),
                options.permissions(),
                options.mostBytes()));
    if (options.isReady(engine.options())) {
      try {
        NetworkReadiness.await(prepared);
      } catch (Throwable e) {
        prepared.close();
        throw e;
      }
    }
    return prepared;
  }

  /**
   * Returns a cache that prepares the network for each shape of its inputs when it is first asked
   * for.
   *
   * @param engine as for {@link #prepare(Engine, Map, NetworkOptions)}; must stay open as long as
   *     the cache
   * @param byteLimit how many bytes all shapes may hold before those that nobody uses are closed
   * @throws IllegalArgumentException if byteLimit is negative
   */
  public ShapeCache shapeCache(Engine engine, NetworkOptions options, long byteLimit) {
    return new ShapeCache(this, engine, options, byteLimit);
  }

  private Set<String> known(Set<String> names) {
    for (String name : names) {
      boolean found =
          Stream.concat(graph.inputs().stream(), graph.outputs().stream())
              .anyMatch(value -> value.name().equals(name));
      if (!found) {
        throw new IllegalArgumentException("there is no input or output \"%s\"".formatted(name));
      }
    }
    return names;
  }

  private Map<String, TensorType> inputTypes(Map<String, long[]> dims) {
    if (!new InputShapes(graph.inputs()).set(dims)) {
      throw unknownInput(dims.keySet());
    }
    Map<String, TensorType> types = new LinkedHashMap<>();
    Map<String, Long> symbols = new LinkedHashMap<>();
    for (ValueInfo input : graph.inputs()) {
      ElementType element = input.type() == null ? ElementType.FLOAT : input.type();
      long[] given = dims.get(input.name());
      long[] known = given == null ? fixed(input) : given;
      requireFit(input, known, symbols);
      types.put(input.name(), new TensorType(element, known));
    }
    return types;
  }

  /** Names the first of some names that no input has. */
  IllegalArgumentException unknownInput(Set<String> names) {
    String name =
        names.stream()
            .filter(each -> graph.inputs().stream().noneMatch(i -> i.name().equals(each)))
            .findFirst()
            .orElse("");
    return new IllegalArgumentException(
        "there is no input \"%s\"; there are %s".formatted(name, graph.inputs()));
  }

  private static void requireFit(ValueInfo input, long[] given, Map<String, Long> symbols) {
    List<Dim> dims = input.dims();
    if (dims == null) {
      return;
    }
    boolean fits = dims.size() == given.length;
    for (int i = 0; i < given.length && fits; i++) {
      fits =
          switch (dims.get(i)) {
            case Dim.Fixed fixed -> fixed.size() == given[i];
            case Dim.Symbol symbol -> {
              Long other = symbols.putIfAbsent(symbol.name(), given[i]);
              yield other == null || other == given[i];
            }
            case Dim.Unknown _ -> true;
          };
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "input %s cannot be %s%s"
              .formatted(
                  input, Arrays.toString(given), symbols.isEmpty() ? "" : " beside " + symbols));
    }
  }

  private static long[] fixed(ValueInfo input) {
    long[] dims = InputShapes.fixed(input);
    if (dims == null) {
      throw new IllegalArgumentException(
          "input %s leaves dimensions open: tell them in prepare".formatted(input));
    }
    return dims;
  }

  /** Returns what all constants together take. */
  public long constantByteSize() {
    return graph.constants().values().stream().mapToLong(c -> c.data().byteSize()).sum();
  }

  /** Returns how many numbers the floating-point constants hold: what is called the parameters. */
  public long parameterCount() {
    return graph.constants().values().stream()
        .filter(constant -> constant.type().isReal())
        .mapToLong(Constant::elementCount)
        .sum();
  }

  /**
   * Returns a listing for people: inputs and outputs with their dimensions, parameters, and how
   * many nodes there are of each operator.
   */
  public String summary() {
    return Summary.of(this);
  }

  /** Names the network in one line. */
  @Override
  public String toString() {
    return Summary.firstLine(this);
  }
}
