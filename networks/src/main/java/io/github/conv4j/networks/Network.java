package io.github.conv4j.networks;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.onnx.ModelReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

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
 * Reading takes at most four times the file's size of heap, and 4 MiB.
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
