/** Whole convolutional networks: graphs, the ONNX reader, and what runs them on an engine. */
module io.github.conv4j.networks {
  requires transitive io.github.conv4j;
  requires static org.jspecify;
  requires static jdk.incubator.vector;

  exports io.github.conv4j.networks;
  exports io.github.conv4j.networks.graph;
  exports io.github.conv4j.networks.quantization;
  exports io.github.conv4j.networks.report;
}
