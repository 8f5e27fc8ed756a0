package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Functions of one tensor that networks put behind their layers. */
final class Activations {
  private static final double GELU_CUBIC = 0.044715;

  private Activations() {}

  static void define(OperatorFamily.Registry to) {
    to.add(
        "Relu", 6, Pointwise.number(x -> Math.max(x, 0), (type, x) -> Arithmetic.max(type, x, 0)));
    to.add("LeakyRelu", 6, Pointwise.realWith(call -> leakyRelu(call.real("alpha", 0.01f))))
        .attributes("alpha");
    to.add("PRelu", 6, PRELU).inputs(2);
    to.add("Elu", 6, Pointwise.realWith(call -> elu(call.real("alpha", 1)))).attributes("alpha");
    to.add("Selu", 6, Pointwise.realWith(Activations::selu)).attributes("alpha", "gamma");
    to.add("Celu", 12, Pointwise.realWith(Activations::celu)).attributes("alpha");
    to.add("ThresholdedRelu", 10, Pointwise.realWith(Activations::thresholdedRelu))
        .attributes("alpha");
    to.add("Sigmoid", 6, Pointwise.real(Special::sigmoid));
    to.add("Tanh", 6, Pointwise.real(Math::tanh));
    to.add("HardSigmoid", 6, Pointwise.realWith(Activations::hardSigmoid))
        .attributes("alpha", "beta");
    to.add("HardSwish", 14, Pointwise.real(x -> x * hardSigmoid(x, 1 / 6.0, 0.5)));
    to.add("Gelu", 20, Pointwise.realWith(Activations::gelu)).attributes("approximate");
    to.add("Mish", 18, Pointwise.real(x -> x * Math.tanh(Special.softplus(x))));
    to.add("Softplus", 1, Pointwise.real(Special::softplus));
    to.add("Softsign", 1, Pointwise.real(x -> x / (1 + Math.abs(x))));
    to.add("Shrink", 9, Pointwise.realWith(Activations::shrink)).attributes("bias", "lambd");
    to.add("Clip", 6, Pointwise.realWith(Activations::clipByAttributes)).attributes("min", "max");
    to.add("Clip", 11, CLIP).inputs(1, 3);
  }

  static DoubleUnaryOperator leakyRelu(double alpha) {
    return x -> x < 0 ? alpha * x : x;
  }

  static DoubleUnaryOperator elu(double alpha) {
    return x -> x < 0 ? alpha * Math.expm1(x) : x;
  }

  static double hardSigmoid(double x, double alpha, double beta) {
    return Math.max(0, Math.min(1, alpha * x + beta));
  }

  private static DoubleUnaryOperator hardSigmoid(NodeCall call) {
    double alpha = call.real("alpha", 0.2f);
    double beta = call.real("beta", 0.5);
    return x -> hardSigmoid(x, alpha, beta);
  }

  private static DoubleUnaryOperator selu(NodeCall call) {
    double alpha = call.real("alpha", 1.6732631921768188);
    double gamma = call.real("gamma", 1.0507010221481323);
    return x -> gamma * (x > 0 ? x : alpha * Math.expm1(x));
  }

  private static DoubleUnaryOperator celu(NodeCall call) {
    double alpha = call.real("alpha", 1);
    return x -> Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
  }

  private static DoubleUnaryOperator thresholdedRelu(NodeCall call) {
    double alpha = call.real("alpha", 1);
    return x -> x > alpha ? x : 0;
  }

  private static DoubleUnaryOperator gelu(NodeCall call) {
    String approximate = call.text("approximate", "none");
    return switch (approximate) {
      case "none" -> x -> 0.5 * x * (1 + Special.erf(x / Math.sqrt(2)));
      case "tanh" -> {
        double scale = Math.sqrt(2 / Math.PI);
        yield x -> 0.5 * x * (1 + Math.tanh(scale * (x + GELU_CUBIC * x * x * x)));
      }
      default -> throw call.invalid("has approximate \"%s\"", approximate);
    };
  }

  private static DoubleUnaryOperator shrink(NodeCall call) {
    double bias = call.real("bias", 0);
    double lambd = call.real("lambd", 0.5);
    return x -> x < -lambd ? x + bias : x > lambd ? x - bias : 0;
  }

  private static DoubleUnaryOperator clipByAttributes(NodeCall call) {
    double least = call.real("min", -Float.MAX_VALUE);
    double most = call.real("max", Float.MAX_VALUE);
    return x -> Math.min(Math.max(x, least), most);
  }

  private static final Definition CLIP =
      Definition.single(
          call -> {
            Pointwise.requireNumber(call, 0);
            for (int bound = 1; bound <= 2; bound++) {
              if (call.has(bound)) {
                call.requireSame(bound, 0);
                call.require(
                    call.type(bound).elementCount() == 1,
                    "needs a single bound as input %d, not %s",
                    bound,
                    call.type(bound));
              }
            }
            return Pointwise.sameType(call);
          },
          Activations::clip);

  private static Values clip(NodeCall call, TensorType type) {
    ElementType element = type.element();
    if (element.isReal()) {
      double least = call.has(1) ? call.reals(1)[0] : Double.NEGATIVE_INFINITY;
      double most = call.has(2) ? call.reals(2)[0] : Double.POSITIVE_INFINITY;
      return Values.of(type, Pointwise.map(call.reals(0), x -> Math.min(Math.max(x, least), most)));
    }
    long least = call.has(1) ? call.value(1).integers()[0] : Numbers.lowest(element);
    long most = call.has(2) ? call.value(2).integers()[0] : Numbers.highest(element);
    long[] dst = call.value(0).integers().clone();
    for (int i = 0; i < dst.length; i++) {
      dst[i] = Arithmetic.min(element, Arithmetic.max(element, dst[i], least), most);
    }
    return Values.of(type, dst);
  }

  private static final Definition PRELU =
      Definition.single(
          call -> {
            Pointwise.requireNumber(call, 0);
            call.requireSame(0, 1);
            call.require(
                Broadcast.fits(call.dims(1), call.dims(0)),
                "has slopes %s, which do not stretch to %s",
                call.type(1),
                call.type(0));
            return Pointwise.sameType(call);
          },
          (call, type) -> {
            Values slopes = call.value(1);
            return Pointwise.combine(
                type,
                List.of(call.value(0), Broadcast.stretch(slopes, type.dims())),
                (x, slope) -> x < 0 ? slope * x : x,
                (element, x, slope) -> x < 0 ? slope * x : x);
          });
}
