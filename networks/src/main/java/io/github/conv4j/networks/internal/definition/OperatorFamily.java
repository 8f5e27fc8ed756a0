package io.github.conv4j.networks.internal.definition;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Operators that are defined together, when one of them is first asked for: to define all would
 * make some 280 classes of functions, and a network needs a part of them.
 */
enum OperatorFamily {
  ACTIVATIONS(
      "Celu Clip Elu Gelu HardSigmoid HardSwish LeakyRelu Mish PRelu Relu Selu Shrink"
          + " Sigmoid Softplus Softsign Tanh ThresholdedRelu"),
  ARITHMETIC(
      "Abs Acos Acosh Add And Asin Asinh Atan Atanh BitShift BitwiseAnd BitwiseNot"
          + " BitwiseOr BitwiseXor Ceil Cos Cosh Div Equal Erf Exp Floor Greater GreaterOrEqual"
          + " IsInf IsNaN Less LessOrEqual Log Max Mean Min Mod Mul Neg Not Or Pow Reciprocal"
          + " Round Sign Sin Sinh Sqrt Sub Sum Tan Where Xor"),
  CONVOLUTIONS("Conv ConvTranspose"),
  GENERATORS("Constant ConstantOfShape EyeLike OneHot Range"),
  MOVEMENTS(
      "Concat DepthToSpace Expand Pad ReverseSequence Slice SpaceToDepth Split Tile"
          + " Transpose Trilu"),
  NORMALIZATIONS(
      "BatchNormalization GroupNormalization Hardmax InstanceNormalization LRN"
          + " LayerNormalization LogSoftmax LpNormalization MeanVarianceNormalization"
          + " RMSNormalization Softmax"),
  POOLINGS("AveragePool GlobalAveragePool GlobalLpPool GlobalMaxPool LpPool MaxPool"),
  PRODUCTS("Einsum Gemm MatMul"),
  QUANTIZATIONS(
      "ConvInteger DequantizeLinear DynamicQuantizeLinear MatMulInteger QLinearConv"
          + " QLinearMatMul QuantizeLinear"),
  RECURRENCES("GRU LSTM RNN"),
  REDUCTIONS(
      "ArgMax ArgMin CumSum ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax"
          + " ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare"),
  RESIZINGS("Resize Upsample"),
  SAMPLINGS("DeformConv GridSample"),
  SELECTIONS(
      "Compress Gather GatherElements GatherND NonMaxSuppression NonZero Scatter"
          + " ScatterElements ScatterND TopK"),
  SHAPES("Cast CastLike Dropout Flatten Identity Reshape Shape Size Squeeze Unsqueeze");

  private static final Map<String, OperatorFamily> BY_OPERATOR = byOperator();

  private static final Map<OperatorFamily, Map<String, NavigableMap<Integer, OperatorVersion>>>
      DEFINED = new ConcurrentHashMap<>();

  /** Divided by spaces. */
  private final String operators;

  OperatorFamily(String operators) {
    this.operators = operators;
  }

  private static Map<String, OperatorFamily> byOperator() {
    Map<String, OperatorFamily> all = new HashMap<>();
    for (OperatorFamily family : values()) {
      for (String operator : family.operators()) {
        all.put(operator, family);
      }
    }
    return all;
  }

  /** Returns the family of an operator, or null where it is not defined. */
  static @Nullable OperatorFamily of(String operator) {
    return BY_OPERATOR.get(operator);
  }

  /** Returns the names of its operators. */
  Set<String> operators() {
    return Set.of(operators.split(" "));
  }

  /** Returns its operators by name, each with its versions by the first opset they belong to. */
  Map<String, NavigableMap<Integer, OperatorVersion>> versions() {
    Map<String, NavigableMap<Integer, OperatorVersion>> known = DEFINED.get(this);
    if (known == null) {
      var registry = new Registry();
      define(registry);
      known = registry.versions;
      DEFINED.put(this, known);
    }
    return known;
  }

  private void define(Registry to) {
    switch (this) {
      case ACTIVATIONS -> Activations.define(to);
      case ARITHMETIC -> Arithmetic.define(to);
      case CONVOLUTIONS -> Convolutions.define(to);
      case GENERATORS -> Generators.define(to);
      case MOVEMENTS -> Movements.define(to);
      case NORMALIZATIONS -> Normalizations.define(to);
      case POOLINGS -> Poolings.define(to);
      case PRODUCTS -> Products.define(to);
      case QUANTIZATIONS -> Quantizations.define(to);
      case RECURRENCES -> Recurrences.define(to);
      case REDUCTIONS -> Reductions.define(to);
      case RESIZINGS -> Resizings.define(to);
      case SAMPLINGS -> Samplings.define(to);
      case SELECTIONS -> Selections.define(to);
      case SHAPES -> Shapes.define(to);
    }
  }

  /** Where families put their operators. */
  static final class Registry {
    private final Map<String, NavigableMap<Integer, OperatorVersion>> versions = new TreeMap<>();

    /** Adds an operator as it is from a version of the operator set until the next one added. */
    OperatorVersion add(String operator, int since, Definition definition) {
      OperatorVersion version = new OperatorVersion(operator, since, definition);
      if (versions.computeIfAbsent(operator, key -> new TreeMap<>()).put(since, version) != null) {
        throw new IllegalStateException(version + " is defined twice");
      }
      return version;
    }
  }
}
