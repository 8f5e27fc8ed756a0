package io.github.conv4j.networks.internal.comparison;

import io.github.conv4j.Requantization;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.permission.Permissions;
import io.github.conv4j.problem.ErrorBound;
import io.github.conv4j.validation.EngineValidator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How far results may be off whose inputs may be: the rules are those of {@link Family}, computed
 * by the operator's own definition on magnitudes and errors in place of its inputs.
 */
final class ErrorRules {
  private static final double UNIT_ROUNDOFF = 0x1p-24;

  /** Roundings besides those of a sum: folded scales and biases, the result. */
  private static final long MORE_ROUNDINGS = 8;

  /** From a float to steps of dst inside of a kernel: the factor, a product, and the sum. */
  private static final long ROUNDINGS_OF_STEPS = 3;

  /** A function of one element: so many units in the last place of the result, */
  private static final double FUNCTION_SHARE = 64 * UNIT_ROUNDOFF;

  /** and so many of its argument, or of 1. */
  private static final double FUNCTION_ABSOLUTE = 16 * UNIT_ROUNDOFF;

  /** The steepest of the functions that are not monotone. */
  private static final double STEEPEST = 1.5;

  /** What is more steps from its zero point, 255 at most, is held to the share of so many. */
  private static final double MOST_STEPS = 128;

  /** Which input of QLinearConv and QLinearMatMul is the scale of the result. */
  private static final int DST_SCALE = 6;

  private static final int MOVES_TRIED = 4;
  private static final double MOVE = 8 * UNIT_ROUNDOFF;
  private static final double MOVE_SAFETY = 8;

  /** What a node computes of other inputs. */
  @FunctionalInterface
  interface Definition {
    /** Computes it; absent inputs are null. */
    List<Values> apply(List<@Nullable Values> inputs);
  }

  private final Node node;
  private final List<@Nullable Tracked> inputs;
  private final List<Values> results;
  private final Definition definition;
  private final boolean relaxed;
  private final Permissions permissions;

  /**
   * Takes a node that the reference has computed.
   *
   * @param inputs null where absent
   * @param definition computes the node of other inputs
   * @param relaxed whether sums of products may be off by what relaxed accuracy promises
   * @param permissions of the engine
   */
  ErrorRules(
      Node node,
      List<@Nullable Tracked> inputs,
      List<Values> results,
      Definition definition,
      boolean relaxed,
      Permissions permissions) {
    this.node = node;
    this.inputs = inputs;
    this.results = results;
    this.definition = definition;
    this.relaxed = relaxed;
    this.permissions = permissions;
  }

  /** Returns the errors of each result; null for one that is exact. */
  List<double @Nullable []> errors() {
    List<double @Nullable []> all = new ArrayList<>();
    Family family = Family.of(node);
    boolean realInputs = present().stream().anyMatch(Tracked::isReal);
    boolean exactInputs = present().stream().allMatch(Tracked::isExact);
    for (int i = 0; i < results.size(); i++) {
      boolean real = results.get(i).type().element().isReal();
      if (exactInputs && family == Family.QUANTIZED_SUMS) {
        all.add(quantizedSums());
      } else if (exactInputs && (!real || !realInputs || family == Family.MOVES)) {
        all.add(null);
      } else if (family == Family.QUANTIZED) {
        all.add(quantized());
      } else if (!real && family == Family.MOVES && isByte(results.get(i))) {
        all.add(of(i, Tracked::asErrors));
      } else if (!real) {
        // A rounding may decide which of two it is.
        all.add(filled(results.get(i).size(), Double.POSITIVE_INFINITY));
      } else {
        all.add(stored(results.get(i), errors(family, i)));
      }
    }
    return all;
  }

  /** What has fewer digits than floats is rounded once more when it is stored. */
  private static double[] stored(Values result, double[] errors) {
    double unit = Difference.unitRoundoff(result.type().element());
    if (unit > UNIT_ROUNDOFF) {
      double[] y = result.reals();
      Arrays.setAll(errors, i -> errors[i] + unit * Math.abs(y[i]));
    }
    return errors;
  }

  private double[] errors(Family family, int result) {
    return switch (family) {
      case PRODUCTS -> products();
      case POSITIVE_SUMS -> positiveSums();
      case MOVES -> of(result, Tracked::asErrors);
      case BATCH_NORMALIZATION -> batchNormalization();
      case SUM -> rounded(shifted(of(0, Tracked::asErrors)));
      case DIFFERENCE -> rounded(shifted(difference()));
      case PRODUCT -> rounded(less(of(0, x -> sum(x, 1)), of(0, x -> x.magnitudes(1))));
      case QUOTIENT -> rounded(quotient());
      case EXACT_FUNCTION -> rounded(function(1));
      case FUNCTION -> approximated(function(STEEPEST));
      case SOFTMAX -> softmax(y -> y, 0);
      case LOG_SOFTMAX -> softmax(_ -> 1, UNIT_ROUNDOFF);
      case DEQUANTIZED -> rounded(function(1));
      case QUANTIZED, QUANTIZED_SUMS -> throw new AssertionError(node);
      case OTHER -> estimated(result);
    };
  }

  /**
   * Whether results that an engine does not show are integers with a scale to it: dequantized, or
   * only moved since.
   */
  static boolean keepsIntegers(Node node, List<@Nullable Tracked> inputs) {
    return switch (Family.of(node)) {
      case DEQUANTIZED -> true;
      case MOVES -> {
        boolean all = true;
        for (Tracked input : inputs) {
          all &= input == null || !input.isReal() || input.areScaledIntegers();
        }
        yield all;
      }
      default -> false;
    };
  }

  private static boolean isByte(Values values) {
    return values.type().element().isInteger() && values.type().element().byteSize() == 1;
  }

  /** Integers that a float becomes which is off, and rounded, to either side. */
  private double[] quantized() {
    double[] y = results.getFirst().asReals();
    double[] permitted = new double[y.length];
    Tracked x = inputs.getFirst();
    if (x == null) {
      return permitted;
    }
    boolean fused = permissions.requantization() == Requantization.FUSED && !x.isExact();
    double share = UNIT_ROUNDOFF * (fused ? ROUNDINGS_OF_STEPS : 1);
    double least = fused ? 2 * UNIT_ROUNDOFF * largest(2) * largest(1) : 0;
    for (double side : new double[] {-1, 1}) {
      double[] moved = x.values().asReals().clone();
      double[] off = x.errors();
      Arrays.setAll(
          moved,
          i -> moved[i] + side * (off[i] + share * Math.abs(moved[i]) + least + Float.MIN_VALUE));
      List<@Nullable Values> others = new ArrayList<>();
      inputs.forEach(input -> others.add(input == null ? null : input.values()));
      others.set(0, x.with(moved));
      furthest(permitted, y, others);
    }
    return permitted;
  }

  /** Sums are exact; what they are multiplied with, and the products, are rounded. */
  private double[] quantizedSums() {
    double[] y = results.getFirst().asReals();
    double[] permitted = moved(y, MORE_ROUNDINGS * UNIT_ROUNDOFF);
    if (permissions.requantization() == Requantization.EXACT) {
      return permitted;
    }
    // What is added is rounded by itself: by a share of what has so many steps or more.
    double added = 2 * largest(DST_SCALE + 1) + 2 * MORE_ROUNDINGS * largestBiasInSteps();
    double zero = signedZeroPoint();
    for (double steps = 0.5; steps <= MOST_STEPS; steps *= 2) {
      double[] other = moved(y, (MORE_ROUNDINGS + added / steps) * UNIT_ROUNDOFF);
      for (int i = 0; i < y.length; i++) {
        if (Math.abs(y[i] - zero) + 0.5 >= steps) {
          permitted[i] = other[i];
        }
      }
    }
    return permitted;
  }

  /** How far integers move when the scale of the result does, by a share to both sides. */
  private double[] moved(double[] y, double share) {
    double[] permitted = new double[y.length];
    for (double side : new double[] {-1, 1}) {
      List<@Nullable Values> moved = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        Tracked input = inputs.get(i);
        moved.add(
            input == null
                ? null
                : i == DST_SCALE ? input.magnitudes(1 + side * share) : input.values());
      }
      furthest(permitted, y, moved);
    }
    return permitted;
  }

  private double signedZeroPoint() {
    Tracked zero = DST_SCALE + 1 < inputs.size() ? inputs.get(DST_SCALE + 1) : null;
    return zero == null ? 0 : zero.values().asReals()[0];
  }

  private double largestBiasInSteps() {
    double scales = largest(1) * largest(4);
    return node.operator().equals("QLinearConv")
        ? largest(DST_SCALE + 2) * scales / largest(DST_SCALE)
        : 0;
  }

  /** The largest magnitude in an input; 0 without it. */
  private double largest(int index) {
    Tracked input = index < inputs.size() ? inputs.get(index) : null;
    return input == null
        ? 0
        : Arrays.stream(input.values().asReals()).map(Math::abs).max().orElse(0);
  }

  private void furthest(double[] permitted, double[] y, List<@Nullable Values> moved) {
    double[] other = definition.apply(moved).getFirst().asReals();
    Arrays.setAll(permitted, i -> Math.max(permitted[i], Math.abs(other[i] - y[i])));
  }

  private List<Tracked> present() {
    List<Tracked> present = new ArrayList<>();
    for (Tracked input : inputs) {
      if (input != null) {
        present.add(input);
      }
    }
    return present;
  }

  /** Computes a result of other inputs; returns its absolute values. */
  private double[] of(int result, Function<Tracked, Values> change) {
    return compute(result, (_, input) -> change.apply(input));
  }

  private interface Change {
    Values of(int index, Tracked input);
  }

  private double[] compute(int result, Change change) {
    List<@Nullable Values> changed = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Tracked input = inputs.get(i);
      changed.add(input == null ? null : change.of(i, input));
    }
    return Arrays.stream(definition.apply(changed).get(result).asReals()).map(Math::abs).toArray();
  }

  private double[] y() {
    return results.getFirst().reals();
  }

  /**
   * Each product is rounded, and each sum; errors of an input meet the magnitudes of the others.
   */
  private double[] products() {
    boolean exact = sumsIntegers();
    double[] permitted = exact ? sumsOfIntegers() : sumsOfFloats();
    for (int i = 0; i < inputs.size(); i++) {
      Tracked off = inputs.get(i);
      if (off != null && !off.isExact()) {
        int index = i;
        add(
            permitted,
            compute(
                0,
                (j, input) -> {
                  if (j == index) {
                    return input.asErrors();
                  }
                  // What is added does not meet the others.
                  return j == 2 || index == 2 ? input.zeros() : input.magnitudes(1);
                }));
      }
    }
    if (relaxed && !exact) {
      double least = 10 * EngineValidator.RELAXED_NORM * rootMeanSquare(y());
      Arrays.setAll(permitted, i -> Math.max(permitted[i], least));
    }
    return permitted;
  }

  private double[] sumsOfFloats() {
    double gamma = ErrorBound.of(productCount() + MORE_ROUNDINGS, permissions.fpmathMode()).at(1);
    double[] permitted = of(0, x -> x.magnitudes(1));
    for (int i = 0; i < permitted.length; i++) {
      permitted[i] *= gamma;
    }
    return permitted;
  }

  private boolean sumsIntegers() {
    Tracked src = inputs.get(0);
    Tracked weights = inputs.get(1);
    return src != null && weights != null && src.areScaledIntegers() && weights.areScaledIntegers();
  }

  /** Sums are exact: only the sum, its scale, its product with that, and the bias are rounded. */
  private double[] sumsOfIntegers() {
    double[] y = y();
    double[] bias = compute(0, (i, input) -> i == 2 ? input.values() : input.zeros());
    double[] permitted = new double[y.length];
    Arrays.setAll(
        permitted, i -> MORE_ROUNDINGS * UNIT_ROUNDOFF * (Math.abs(y[i]) + 2 * Math.abs(bias[i])));
    return permitted;
  }

  /** Returns of how many products each result is the sum, at most. */
  private long productCount() {
    long[] first = dims(0);
    long[] second = dims(1);
    return switch (node.operator()) {
      case "Conv" -> elementCount(1) / Math.max(1, second[0]);
      case "ConvTranspose" -> elementCount(1) / Math.max(1, second[1]);
      case "MatMul" -> first[first.length - 1];
      // One of them, transposed or not.
      default -> Math.max(first[0], first[first.length - 1]);
    };
  }

  private long[] dims(int input) {
    Tracked given = inputs.get(input);
    return given == null ? new long[] {1} : given.values().type().dims();
  }

  private long elementCount(int input) {
    Tracked given = inputs.get(input);
    return given == null ? 0 : given.values().size();
  }

  private double[] positiveSums() {
    long terms = elementCount(0) / Math.max(1, y().length);
    double gamma = new ErrorBound(terms + 2 * MORE_ROUNDINGS).at(1);
    return compute(0, (i, input) -> i == 0 ? sum(input, gamma) : input.values());
  }

  /** The magnitudes, each times a factor, and the errors. */
  private static Values sum(Tracked input, double factor) {
    if (!input.isReal()) {
      return input.values();
    }
    double[] sum = input.magnitudes(factor).reals().clone();
    add(sum, input.errors());
    return input.with(sum);
  }

  /** Returns of how many products results are sums that may have taken scales and shifts in. */
  long productsOfResult() {
    return switch (Family.of(node)) {
      case PRODUCTS -> productCount();
      case BATCH_NORMALIZATION, SUM, DIFFERENCE, PRODUCT, QUOTIENT -> productsBefore();
      default -> 0;
    };
  }

  private long productsBefore() {
    return present().stream().mapToLong(Tracked::products).max().orElse(0);
  }

  /** A shift may be where a sum of products begins: each addition rounds it again. */
  private double[] batchNormalization() {
    double share = MORE_ROUNDINGS * UNIT_ROUNDOFF;
    double shift = share + productsBefore() * UNIT_ROUNDOFF;
    return compute(
        0,
        (i, input) ->
            switch (i) {
              case 0 -> sum(input, share);
              case 1 -> input.magnitudes(1);
              case 2 -> input.magnitudes(shift);
              case 3 -> input.magnitudes(-shift);
              default -> input.values();
            });
  }

  private double[] difference() {
    return compute(
        0,
        (i, input) ->
            i == 0
                ? input.asErrors()
                : input.with(Arrays.stream(input.errors()).map(e -> -e).toArray()));
  }

  private double[] quotient() {
    double[] furthest =
        compute(
            0,
            (i, input) -> {
              if (i == 0) {
                return sum(input, 1);
              }
              double[] least = input.magnitudes(1).reals();
              double[] off = input.errors();
              return input.with(
                  IntStream.range(0, off.length)
                      .mapToDouble(j -> Math.max(0, least[j] - off[j]))
                      .toArray());
            });
    return less(furthest, Arrays.stream(y()).map(Math::abs).toArray());
  }

  /** What a function of single elements makes of errors to both sides. */
  private double[] function(double steepest) {
    double[] y = y();
    double[] permitted = new double[y.length];
    if (present().stream().allMatch(Tracked::isExact)) {
      return permitted;
    }
    for (double side : new double[] {-1, 1}) {
      List<@Nullable Values> moved = new ArrayList<>();
      for (Tracked input : inputs) {
        moved.add(input == null ? null : input.moved(side));
      }
      double[] other = definition.apply(moved).getFirst().reals();
      for (int i = 0; i < y.length; i++) {
        double difference = Math.abs(other[i] - y[i]);
        // Not a number on the side that the function is not defined for.
        permitted[i] = difference > permitted[i] ? difference : permitted[i];
      }
    }
    Tracked x = inputs.getFirst();
    if (steepest > 1 && x != null && x.values().size() == y.length) {
      double[] off = x.errors();
      boolean bounded = isGentle();
      Arrays.setAll(
          permitted, i -> bounded ? Math.max(permitted[i], steepest * off[i]) : permitted[i]);
    }
    return permitted;
  }

  /** Whether a function that is not monotone rises or falls by at most 1.5 times its argument. */
  private boolean isGentle() {
    return switch (node.operator()) {
      case "HardSwish", "Gelu", "Mish", "Swish", "Sin", "Cos" -> true;
      default -> false;
    };
  }

  /**
   * A constant may be added after what is behind the sum, scaled like it: {@code (x + 3) / 6} is
   * {@code x / 6 + 0.5}. Then what is rounded is as large as the terms, not as their sum.
   */
  private double[] shifted(double[] errors) {
    if (present().stream().noneMatch(Tracked::isConstant)) {
      return errors;
    }
    for (int i = 0; i < inputs.size(); i++) {
      int index = i;
      double[] term = compute(0, (j, input) -> j == index ? input.values() : input.zeros());
      Tracked input = inputs.get(i);
      // A constant may be where a sum of products begins, too.
      long roundings = input != null && input.isConstant() ? 2 + productsBefore() : 2;
      Arrays.setAll(errors, k -> errors[k] + roundings * UNIT_ROUNDOFF * term[k]);
    }
    return errors;
  }

  private double[] rounded(double[] errors) {
    double[] y = y();
    Arrays.setAll(errors, i -> errors[i] + 2 * UNIT_ROUNDOFF * Math.abs(y[i]));
    return errors;
  }

  private double[] approximated(double[] errors) {
    double[] y = y();
    Tracked x = inputs.getFirst();
    double[] arguments = x != null && x.values().size() == y.length ? x.values().reals() : y;
    Arrays.setAll(
        errors,
        i ->
            errors[i]
                + FUNCTION_SHARE * Math.abs(y[i])
                + FUNCTION_ABSOLUTE * Math.clamp(Math.abs(arguments[i]), 1, 1e30));
    return errors;
  }

  /** All arguments of a sum may be off to one side, the one in question to the other. */
  private double[] softmax(ToDoubleFunction<Double> sensitivity, double share) {
    double[] y = y();
    double worst =
        present().stream().flatMapToDouble(x -> Arrays.stream(x.errors())).max().orElse(0);
    double gamma = new ErrorBound(longestAxis() + 4 * MORE_ROUNDINGS).at(1);
    double[] permitted = new double[y.length];
    Arrays.setAll(
        permitted,
        i ->
            sensitivity.applyAsDouble(y[i]) * (Math.expm1(2 * worst) + gamma)
                + FUNCTION_ABSOLUTE
                + share * MORE_ROUNDINGS * Math.abs(y[i]));
    return permitted;
  }

  private long longestAxis() {
    return Arrays.stream(results.getFirst().type().dims()).max().orElse(1);
  }

  /** By how much results move when inputs move at random by some roundings and their errors. */
  private double[] estimated(int result) {
    double[] y = results.get(result).reals();
    double[] permitted = new double[y.length];
    var random = new SplittableRandom(1);
    double squares = 0;
    for (int round = 0; round < MOVES_TRIED; round++) {
      List<@Nullable Values> moved = new ArrayList<>();
      for (Tracked input : inputs) {
        moved.add(input == null ? null : shaken(input, random));
      }
      double[] other = definition.apply(moved).get(result).reals();
      // Where an input that moved was a size, there are more or fewer.
      for (int i = 0; i < y.length && other.length == y.length; i++) {
        double difference = Math.abs(other[i] - y[i]);
        if (Double.isFinite(difference)) {
          permitted[i] = Math.max(permitted[i], difference);
          squares += difference * difference;
        }
      }
    }
    double typical =
        Math.sqrt(squares / Math.max(1, MOVES_TRIED * (long) y.length))
            + FUNCTION_SHARE * rootMeanSquare(y);
    Arrays.setAll(permitted, i -> MOVE_SAFETY * (permitted[i] + typical));
    return permitted;
  }

  private static Values shaken(Tracked input, SplittableRandom random) {
    if (!input.isReal()) {
      return input.values();
    }
    double[] shaken = input.values().reals().clone();
    double[] off = input.errors();
    Arrays.setAll(
        shaken,
        i -> {
          double by = off[i] + MOVE * Math.abs(shaken[i]);
          return random.nextBoolean() ? shaken[i] + by : shaken[i] - by;
        });
    return input.with(shaken);
  }

  private static double rootMeanSquare(double[] values) {
    double sum = 0;
    long count = 0;
    for (double value : values) {
      if (Double.isFinite(value)) {
        sum += value * value;
        count++;
      }
    }
    return Math.sqrt(sum / Math.max(1, count));
  }

  private static double[] filled(int size, double value) {
    double[] filled = new double[size];
    Arrays.fill(filled, value);
    return filled;
  }

  private static void add(double[] to, double[] more) {
    Arrays.setAll(to, i -> to[i] + more[i]);
  }

  private static double[] less(double[] from, double[] other) {
    Arrays.setAll(from, i -> Math.abs(from[i] - other[i]));
    return from;
  }
}
