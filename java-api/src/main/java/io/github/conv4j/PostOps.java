package io.github.conv4j;

import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.PostOp.Function;
import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.PostOp.Operation;
import io.github.conv4j.PostOp.Origin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The post-ops of a convolution, in the order in which they are applied. Immutable.
 *
 * <p>As text they are separated by commas, their numbers by colons: {@code
 * relu,add:per_oc,clip:0:6}, in the spirit of benchdnn's {@code --attr-post-ops}. An operand is a
 * number, {@code per_oc} or {@code per_tensor}, given in the request; with {@code :run} behind it,
 * and {@code common:run}, it is given at each run. {@code leaky_relu:a} is {@code relu:a}, {@code
 * silu} is {@code swish:1}, {@code logistic} is {@code sigmoid}.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> More than {@value
 * #MOST} post-ops, and text that cannot be read, are refused with {@link IllegalArgumentException}.
 *
 * @see <a
 *     href="https://github.com/uxlfoundation/oneDNN/blob/main/tests/benchdnn/doc/knobs_attr.md">
 *     benchdnn, attributes</a>
 */
public final class PostOps {
  /** How many post-ops a convolution may have, as in oneDNN. */
  public static final int MOST = 32;

  static final String RUN = "run";
  static final String COMMON = "common";
  static final String PER_CHANNEL = "per_oc";
  static final String FULL = "per_tensor";

  private static final PostOps NONE = new PostOps(List.of());

  private static final Map<String, String> ALIASES =
      Map.of("leaky_relu", "relu", "silu", "swish", "logistic", "sigmoid");

  private final List<PostOp> list;

  private PostOps(List<PostOp> list) {
    if (list.size() > MOST) {
      throw new IllegalArgumentException(
          "a convolution takes up to %d post-ops but got %d".formatted(MOST, list.size()));
    }
    this.list = List.copyOf(list);
  }

  /** Returns the empty list. */
  public static PostOps none() {
    return NONE;
  }

  /** Returns post-ops in the order in which they are applied. */
  public static PostOps of(PostOp... postOps) {
    return of(Arrays.asList(postOps));
  }

  /** Returns post-ops in the order in which they are applied. */
  public static PostOps of(List<PostOp> postOps) {
    return postOps.isEmpty() ? NONE : new PostOps(postOps);
  }

  /** Returns these and one more, which is applied last. */
  public PostOps then(PostOp next) {
    Objects.requireNonNull(next, "next");
    List<PostOp> longer = new ArrayList<>(list);
    longer.add(next);
    return new PostOps(longer);
  }

  /** Returns the post-ops in order. */
  public List<PostOp> list() {
    return list;
  }

  /** Tells whether there are none. */
  public boolean isEmpty() {
    return list.isEmpty();
  }

  /** Returns the operands that are tensors of the request, in order. */
  public List<Operand> requestOperands() {
    return operands(Origin.REQUEST);
  }

  /** Returns the operands that are given at each run, in order. */
  public List<Operand> runOperands() {
    return operands(Origin.RUN);
  }

  private List<Operand> operands(Origin origin) {
    List<Operand> operands = new ArrayList<>();
    for (PostOp postOp : list) {
      Operand operand = operand(postOp);
      if (operand != null && operand.origin() == origin) {
        operands.add(operand);
      }
    }
    return List.copyOf(operands);
  }

  private static @Nullable Operand operand(PostOp postOp) {
    return postOp instanceof Binary binary ? binary.operand() : null;
  }

  /**
   * Tells whether an output's result depends on nothing but the output: no operand is a tensor.
   * Such post-ops may be applied in any layout, and to a part of the outputs.
   */
  public boolean isPointwise() {
    for (PostOp postOp : list) {
      Operand operand = operand(postOp);
      if (operand != null && operand.origin() != Origin.DESCRIPTION) {
        return false;
      }
    }
    return true;
  }

  /**
   * Applies all of {@link #isPointwise pointwise} post-ops to one number, in double precision.
   *
   * @throws IllegalStateException if an operand is a tensor
   */
  public double apply(double x) {
    double result = x;
    for (PostOp postOp : list) {
      Operand operand = operand(postOp);
      if (operand != null && operand.origin() != Origin.DESCRIPTION) {
        throw new IllegalStateException(this + " take a tensor");
      }
      result = postOp.apply(result, operand == null ? 0 : operand.value());
    }
    return result;
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException if the text is not well-formed; says where and why
   */
  public static PostOps parse(String text) {
    String stripped = Objects.requireNonNull(text, "text").strip();
    if (stripped.isEmpty()) {
      return NONE;
    }
    List<PostOp> list = new ArrayList<>();
    for (String entry : stripped.split(",", -1)) {
      list.add(postOp(entry.strip(), stripped));
    }
    return of(list);
  }

  private static PostOp postOp(String entry, String text) {
    String[] parts = entry.split(":", -1);
    String given = parts[0].toLowerCase(Locale.ROOT);
    String name = ALIASES.getOrDefault(given, given);
    for (Function function : Function.values()) {
      if (name(function).equals(name)) {
        return eltwise(function, parts, entry, text);
      }
    }
    for (Operation operation : Operation.values()) {
      if (name(operation).equals(name)) {
        return binary(operation, operand(operation, parts, entry, text), entry, text);
      }
    }
    throw refusal(entry, text, "is no post-op");
  }

  private static Binary binary(Operation operation, Operand operand, String entry, String text) {
    try {
      return new Binary(operation, operand);
    } catch (IllegalArgumentException e) {
      throw refusal(entry, text, "cannot be: " + e.getMessage());
    }
  }

  private static PostOp eltwise(Function function, String[] parts, String entry, String text) {
    int most = numberCount(function);
    if (parts.length - 1 > most) {
      throw refusal(entry, text, "takes up to %d numbers".formatted(most));
    }
    if (parts.length == 1 && most > 0) {
      return switch (function) {
        case RELU -> PostOp.relu();
        case ELU -> PostOp.elu(1);
        case SWISH -> PostOp.swish();
        case HARD_SIGMOID -> PostOp.hardSigmoid(0.2f, 0.5f);
        default -> throw refusal(entry, text, "takes %d numbers".formatted(most));
      };
    }
    if (parts.length - 1 < most) {
      throw refusal(entry, text, "takes %d numbers".formatted(most));
    }
    try {
      return new Eltwise(
          function,
          most > 0 ? number(parts[1], entry, text) : 0,
          most > 1 ? number(parts[2], entry, text) : 0);
    } catch (IllegalArgumentException e) {
      throw refusal(entry, text, "cannot be: " + e.getMessage());
    }
  }

  private static Operand operand(Operation operation, String[] parts, String entry, String text) {
    boolean run = parts.length > 1 && parts[parts.length - 1].equals(RUN);
    int count = parts.length - (run ? 1 : 0);
    if (operation == Operation.PRELU && count == 1) {
      return run ? Operand.perChannel().atEachRun() : Operand.perChannel();
    }
    if (count != 2) {
      throw refusal(
          entry, text, "takes an operand: a number, per_oc, per_tensor, per_oc:run and so on");
    }
    Operand operand =
        switch (parts[1]) {
          case COMMON -> Operand.scalarAtEachRun();
          case PER_CHANNEL -> Operand.perChannel();
          case FULL -> Operand.full();
          default -> Operand.scalar(number(parts[1], entry, text));
        };
    if (operand.extent() == Extent.SCALAR) {
      if (run != (operand.origin() == Origin.RUN)) {
        throw refusal(entry, text, "is given at each run as common:run, else as a number");
      }
      return operand;
    }
    return run ? operand.atEachRun() : operand;
  }

  private static float number(String digits, String entry, String text) {
    try {
      return switch (digits) {
        case "inf" -> Float.POSITIVE_INFINITY;
        case "-inf" -> Float.NEGATIVE_INFINITY;
        default -> Float.parseFloat(digits);
      };
    } catch (NumberFormatException e) {
      throw refusal(entry, text, "holds '%s', which is no number".formatted(digits));
    }
  }

  private static IllegalArgumentException refusal(String entry, String text, String reason) {
    return new IllegalArgumentException("post-op '%s' %s in '%s'".formatted(entry, reason, text));
  }

  /** Returns how many numbers a function takes. */
  static int numberCount(Function function) {
    return switch (function) {
      case RELU, ELU, SWISH -> 1;
      case HARD_SIGMOID, CLIP, LINEAR -> 2;
      case SIGMOID, TANH, GELU_ERF, GELU_TANH, HARD_SWISH, ABS, SQUARE, SQRT, EXP -> 0;
    };
  }

  /** Returns benchdnn's name of a function where it has one. */
  private static String name(Function function) {
    return switch (function) {
      case HARD_SWISH -> "hardswish";
      case HARD_SIGMOID -> "hardsigmoid";
      default -> function.name().toLowerCase(Locale.ROOT);
    };
  }

  private static String name(Operation operation) {
    return operation.name().toLowerCase(Locale.ROOT);
  }

  static String text(Eltwise eltwise) {
    String name = name(eltwise.function());
    if (eltwise.function() == Function.RELU && eltwise.alpha() == 0) {
      return name;
    }
    return switch (numberCount(eltwise.function())) {
      case 0 -> name;
      case 1 -> name + ":" + text(eltwise.alpha());
      default -> name + ":" + text(eltwise.alpha()) + ":" + text(eltwise.beta());
    };
  }

  static String text(Binary binary) {
    Operand operand = binary.operand();
    String name = name(binary.operation());
    if (binary.operation() == Operation.PRELU) {
      return operand.origin() == Origin.RUN ? name + ":" + RUN : name;
    }
    return name + ":" + operand;
  }

  /** Returns a number as short as it can be read back. */
  static String text(float number) {
    if (Float.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    String text = Float.toString(number);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PostOps that && list.equals(that.list);
  }

  @Override
  public int hashCode() {
    return list.hashCode();
  }

  /** Returns for example {@code relu,add:per_oc,clip:0:6}; empty if there are none. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    for (PostOp postOp : list) {
      text.append(text.isEmpty() ? "" : ",").append(postOp);
    }
    return text.toString();
  }
}
