package io.github.conv4j.networks.internal.operator;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.PostOp.Origin;
import io.github.conv4j.PostOps;
import java.util.ArrayList;
import java.util.List;

/** What {@link Elementwise} does to each number. */
public sealed interface Pointwise {
  /** A function of the number alone. */
  record Unary(UnaryFunction function, float alpha, float beta) implements Pointwise {
    /** A function without numbers of its own. */
    public Unary(UnaryFunction function) {
      this(function, 0, 0);
    }
  }

  /** A function of the number and a constant. */
  record WithConstant(BinaryFunction function, float value) implements Pointwise {}

  /**
   * A function of the number and an operand of the run.
   *
   * @param operand which one
   */
  record WithOperand(BinaryFunction function, Extent extent, int operand) implements Pointwise {
    /** Checks the number. */
    public WithOperand {
      Sizes.notNegative(operand, "operand");
    }
  }

  /** Returns {@code x^exponent}, by multiplication where that is the same. */
  static Pointwise pow(float exponent) {
    if (exponent == 1) {
      return new Unary(UnaryFunction.LINEAR, 1, 0);
    }
    if (exponent == 2) {
      return new Unary(UnaryFunction.SQUARE);
    }
    if (exponent == 3) {
      return new Unary(UnaryFunction.CUBE);
    }
    if (exponent == -1) {
      return new Unary(UnaryFunction.RECIPROCAL);
    }
    return new Unary(UnaryFunction.POW, exponent, 0);
  }

  /**
   * Returns what post-ops do. Their tensors are the operands of the run in the order of the list,
   * those of the request among them.
   */
  static List<Pointwise> of(PostOps postOps) {
    List<Pointwise> chain = new ArrayList<>();
    int operands = 0;
    for (PostOp postOp : postOps.list()) {
      switch (postOp) {
        case PostOp.Eltwise eltwise -> chain.add(of(eltwise));
        case PostOp.Binary binary -> {
          BinaryFunction function = of(binary.operation());
          PostOp.Operand operand = binary.operand();
          chain.add(
              operand.origin() == Origin.DESCRIPTION
                  ? new WithConstant(function, operand.value())
                  : new WithOperand(function, operand.extent(), operands++));
        }
      }
    }
    return List.copyOf(chain);
  }

  private static Unary of(PostOp.Eltwise eltwise) {
    UnaryFunction function =
        switch (eltwise.function()) {
          case RELU -> UnaryFunction.RELU;
          case ELU -> UnaryFunction.ELU;
          case SIGMOID -> UnaryFunction.SIGMOID;
          case TANH -> UnaryFunction.TANH;
          case GELU_ERF -> UnaryFunction.GELU_ERF;
          case GELU_TANH -> UnaryFunction.GELU_TANH;
          case SWISH -> UnaryFunction.SWISH;
          case HARD_SWISH -> UnaryFunction.HARD_SWISH;
          case HARD_SIGMOID -> UnaryFunction.HARD_SIGMOID;
          case CLIP -> UnaryFunction.CLIP;
          case LINEAR -> UnaryFunction.LINEAR;
          case ABS -> UnaryFunction.ABS;
          case SQUARE -> UnaryFunction.SQUARE;
          case SQRT -> UnaryFunction.SQRT;
          case EXP -> UnaryFunction.EXP;
        };
    return new Unary(function, eltwise.alpha(), eltwise.beta());
  }

  private static BinaryFunction of(PostOp.Operation operation) {
    return switch (operation) {
      case ADD -> BinaryFunction.ADD;
      case SUB -> BinaryFunction.SUB;
      case MUL -> BinaryFunction.MUL;
      case DIV -> BinaryFunction.DIV;
      case MIN -> BinaryFunction.MIN;
      case MAX -> BinaryFunction.MAX;
      case PRELU -> BinaryFunction.PRELU;
    };
  }
}
