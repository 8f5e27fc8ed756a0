package io.github.conv4j.validation;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Function;
import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.PostOp.Operation;
import io.github.conv4j.PostOps;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A seeded source of lists of one to four post-ops. Not safe for use by several threads. */
final class RandomPostOps {
  private static final int MOST = 4;

  /** All are sums of powers of two, so that integers times them stay exact for long. */
  private static final float[] FACTORS = {-2, -1, -0.5f, -0.25f, 0.25f, 0.5f, 1, 1.5f, 2, 3};

  private static final List<Function> FUNCTIONS = List.of(Function.values());
  private static final List<Operation> OPERATIONS = List.of(Operation.values());

  private final SplittableRandom random;

  RandomPostOps(long seed) {
    this.random = new SplittableRandom(seed ^ 0x706f73746f7073L);
  }

  PostOps next() {
    int count = random.nextInt(1, MOST + 1);
    List<PostOp> list = new ArrayList<>();
    while (list.size() < count) {
      PostOp next = random.nextBoolean() ? eltwise() : binary();
      boolean mayBeNegative =
          next.equals(PostOp.sqrt()) && list.size() + 1 < count && random.nextInt(4) > 0;
      if (mayBeNegative) {
        list.add(PostOp.abs());
      }
      list.add(next);
    }
    return PostOps.of(list);
  }

  private PostOp eltwise() {
    Function function = FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
    return switch (function) {
      case RELU -> random.nextBoolean() ? PostOp.relu() : PostOp.leakyRelu(factor());
      case ELU -> PostOp.elu(factor());
      case SIGMOID -> PostOp.sigmoid();
      case TANH -> PostOp.tanh();
      case GELU_ERF -> PostOp.geluErf();
      case GELU_TANH -> PostOp.geluTanh();
      case SWISH -> PostOp.swish(random.nextBoolean() ? 1 : factor());
      case HARD_SWISH -> PostOp.hardSwish();
      case HARD_SIGMOID -> PostOp.hardSigmoid(0.2f, 0.5f);
      case CLIP -> {
        float low = random.nextInt(-9, 3);
        yield PostOp.clip(low, random.nextInt(8) == 0 ? low : low + random.nextInt(1, 20));
      }
      case LINEAR -> PostOp.linear(factor(), random.nextInt(-8, 9));
      case ABS -> PostOp.abs();
      case SQUARE -> PostOp.square();
      case SQRT -> PostOp.sqrt();
      case EXP -> PostOp.exp();
    };
  }

  private PostOp binary() {
    Operation operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
    if (operation == Operation.PRELU) {
      return PostOp.prelu();
    }
    Operand operand =
        switch (random.nextInt(6)) {
          case 0 -> Operand.scalar(factor());
          case 1 -> Operand.scalarAtEachRun();
          case 2 -> Operand.perChannel();
          case 3 -> Operand.perChannel().atEachRun();
          case 4 -> Operand.full();
          default -> Operand.full().atEachRun();
        };
    return new Binary(operation, operand);
  }

  private float factor() {
    return FACTORS[random.nextInt(FACTORS.length)];
  }
}
