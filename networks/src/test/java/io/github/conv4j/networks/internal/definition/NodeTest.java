package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.internal.onnx.ModelReader;
import io.github.conv4j.networks.internal.onnx.TensorFiles;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * One of ONNX's own tests of an operator: a model, inputs, and the outputs that are expected.
 *
 * @param name the set that it is of, and its name there
 * @param files by name
 */
record NodeTest(String name, Map<String, byte[]> files) {
  static final String FOLDER = "/onnx-node-tests/";

  /** Reads the archive of all tests: an archive in an archive, since neighbours are alike. */
  static List<NodeTest> all() {
    Map<String, Map<String, byte[]>> cases = new TreeMap<>();
    try (ZipInputStream outer = new ZipInputStream(resource("cases.zip"))) {
      outer.getNextEntry();
      ZipInputStream inner = new ZipInputStream(outer);
      for (ZipEntry file = inner.getNextEntry(); file != null; file = inner.getNextEntry()) {
        int slash = file.getName().lastIndexOf('/');
        cases
            .computeIfAbsent(file.getName().substring(0, slash), name -> new LinkedHashMap<>())
            .put(file.getName().substring(slash + 1), inner.readAllBytes());
      }
    } catch (IOException e) {
      throw new AssertionError("cases.zip", e);
    }
    List<NodeTest> tests = new ArrayList<>();
    cases.forEach((name, files) -> tests.add(new NodeTest(name, files)));
    return tests;
  }

  static InputStream resource(String name) {
    InputStream resource = NodeTest.class.getResourceAsStream(FOLDER + name);
    if (resource == null) {
      throw new AssertionError("there is no resource " + name);
    }
    return resource;
  }

  Graph graph() {
    return ModelReader.read(file("model.onnx"));
  }

  Map<String, Values> inputs(Graph graph) {
    Map<String, Values> inputs = new LinkedHashMap<>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      inputs.put(graph.inputs().get(i).name(), tensor("input_%d.pb".formatted(i)));
    }
    return inputs;
  }

  Map<String, Values> expected(Graph graph) {
    Map<String, Values> outputs = new LinkedHashMap<>();
    for (int i = 0; i < graph.outputs().size(); i++) {
      String file = "output_%d.pb".formatted(i);
      if (files.containsKey(file)) {
        outputs.put(graph.outputs().get(i).name(), tensor(file));
      }
    }
    return outputs;
  }

  private Values tensor(String name) {
    return Values.of(TensorFiles.read(file(name)));
  }

  private byte[] file(String name) {
    byte[] file = files.get(name);
    if (file == null) {
      throw new AssertionError("%s has no %s".formatted(this.name, name));
    }
    return file;
  }

  @Override
  public String toString() {
    return name;
  }
}
