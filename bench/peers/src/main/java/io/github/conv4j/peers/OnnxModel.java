package io.github.conv4j.peers;

import io.github.conv4j.bench.contender.Task;

/**
 * A model of one node, {@code Conv} or {@code ConvTranspose}, with weights and bias inside.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>
 */
final class OnnxModel {
  static final String SRC = "src";
  static final String DST = "dst";

  private static final String WEIGHTS = "weights";
  private static final String BIAS = "bias";
  private static final int IR_VERSION = 8;
  private static final int OPERATOR_SET = 13;
  private static final int FLOAT = 1;
  private static final int INT = 2;
  private static final int INTS = 7;

  private OnnxModel() {}

  /** Returns the bytes of the model. */
  static byte[] of(Task task, CommonTerms terms) {
    ProtoMessage graph =
        new ProtoMessage()
            .message(1, node(terms, task.bias().length > 0))
            .text(2, "convolution")
            .message(5, tensor(WEIGHTS, terms.weightsShape(), terms.weights()));
    if (task.bias().length > 0) {
      graph.message(5, tensor(BIAS, new long[] {task.bias().length}, task.bias()));
    }
    graph.message(11, value(SRC, terms.src())).message(12, value(DST, terms.dst()));
    return new ProtoMessage()
        .integer(1, IR_VERSION)
        .message(7, graph)
        .message(8, new ProtoMessage().text(1, "").integer(2, OPERATOR_SET))
        .toByteArray();
  }

  private static ProtoMessage node(CommonTerms terms, boolean bias) {
    var node = new ProtoMessage().text(1, SRC).text(1, WEIGHTS);
    if (bias) {
      node.text(1, BIAS);
    }
    node.text(2, DST)
        .text(4, terms.transposed() ? "ConvTranspose" : "Conv")
        .message(5, integers("kernel_shape", terms.kernel()))
        .message(5, integers("strides", terms.stride()))
        .message(5, integers("dilations", terms.dilation()))
        .message(5, integers("pads", pads(terms)))
        .message(
            5, new ProtoMessage().text(1, "group").integer(3, terms.groups()).integer(20, INT));
    if (terms.transposed()) {
      node.message(5, integers("output_padding", terms.outputPadding()));
    }
    return node;
  }

  /** All beginnings, then all ends. */
  private static long[] pads(CommonTerms terms) {
    long[] pads = new long[2 * terms.rank()];
    System.arraycopy(terms.begin(), 0, pads, 0, terms.rank());
    System.arraycopy(terms.end(), 0, pads, terms.rank(), terms.rank());
    return pads;
  }

  private static ProtoMessage integers(String name, long[] values) {
    return new ProtoMessage().text(1, name).integers(8, values).integer(20, INTS);
  }

  private static ProtoMessage tensor(String name, long[] shape, float[] values) {
    return new ProtoMessage().integers(1, shape).integer(2, FLOAT).text(8, name).floats(9, values);
  }

  private static ProtoMessage value(String name, long[] shape) {
    var dims = new ProtoMessage();
    for (long dim : shape) {
      dims.message(1, new ProtoMessage().integer(1, dim));
    }
    var type = new ProtoMessage().integer(1, FLOAT).message(2, dims);
    return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, type));
  }
}
