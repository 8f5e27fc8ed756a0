package io.github.conv4j.onednn;

import static io.github.conv4j.onednn.generated.dnnl_h.*;

import io.github.conv4j.PostOp.Function;
import io.github.conv4j.PostOp.Operation;

/** The numbers by which oneDNN knows what post-ops compute. */
final class DnnlAlgorithms {
  private DnnlAlgorithms() {}

  static int of(Function function) {
    return switch (function) {
      case RELU -> dnnl_eltwise_relu();
      case ELU -> dnnl_eltwise_elu();
      case SIGMOID -> dnnl_eltwise_logistic();
      case TANH -> dnnl_eltwise_tanh();
      case GELU_ERF -> dnnl_eltwise_gelu_erf();
      case GELU_TANH -> dnnl_eltwise_gelu_tanh();
      case SWISH -> dnnl_eltwise_swish();
      case HARD_SWISH -> dnnl_eltwise_hardswish();
      case HARD_SIGMOID -> dnnl_eltwise_hardsigmoid();
      case CLIP -> dnnl_eltwise_clip();
      case LINEAR -> dnnl_eltwise_linear();
      case ABS -> dnnl_eltwise_abs();
      case SQUARE -> dnnl_eltwise_square();
      case SQRT -> dnnl_eltwise_sqrt();
      case EXP -> dnnl_eltwise_exp();
    };
  }

  /**
   * Returns the number of an operation.
   *
   * @param operation any but prelu, which is a post-op of its own
   */
  static int of(Operation operation) {
    return switch (operation) {
      case ADD -> dnnl_binary_add();
      case MUL -> dnnl_binary_mul();
      case SUB -> dnnl_binary_sub();
      case DIV -> dnnl_binary_div();
      case MIN -> dnnl_binary_min();
      case MAX -> dnnl_binary_max();
      case PRELU -> throw new AssertionError(operation);
    };
  }
}
