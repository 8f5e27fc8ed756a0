package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.validation.RandomProblems;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The reference engine against a second, independent writing of the definition. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DefinitionTest {
  private static final long SEED = Long.getLong("conv4j.test.seed", 20_250_101L);
  private static final long MOST_MULTIPLICATIONS = 150_000;

  private final Engine reference = Engines.named("reference");

  @AfterAll
  void stop() {
    reference.close();
  }

  @Test
  void forwardAgreesOnRandomProblems() {
    var problems = new RandomProblems(SEED, false);
    for (int i = 0; i < 400; i++) {
      agrees(small(problems), i);
    }
  }

  @Test
  void transposedAgreesOnRandomProblems() {
    var problems = new RandomProblems(SEED, true);
    for (int i = 0; i < 400; i++) {
      agrees(small(problems), i);
    }
  }

  @Test
  void flippedKernelsAgree() {
    for (boolean transposed : new boolean[] {false, true}) {
      var problems = new RandomProblems(SEED + 1, transposed);
      for (int i = 0; i < 100; i++) {
        Problem problem = small(problems);
        Convolution flipped = problem.convolution().toBuilder().flippedKernel().build();
        agrees(Problem.of(flipped, problem.src()), i);
      }
    }
  }

  @Test
  void paddingModesAgree() {
    var random = new SplittableRandom(SEED);
    PaddingMode[] modes = PaddingMode.values();
    for (int i = 0; i < 400; i++) {
      Problem problem = padded(random, modes[i % modes.length]);
      agrees(problem, i);
    }
  }

  @Test
  void outputPaddingAgrees() {
    var random = new SplittableRandom(SEED);
    for (int i = 0; i < 200; i++) {
      long stride = random.nextLong(1, 5);
      long dilation = random.nextLong(1, 4);
      Convolution convolution =
          Convolution.transposed2d(2, 3)
              .kernel(random.nextLong(1, 5))
              .stride(stride)
              .dilation(dilation)
              .padding(random.nextLong(0, 2))
              .outputPadding(random.nextLong(0, Math.max(stride, dilation)))
              .build();
      Shape src = Shape.of(2, 2, random.nextLong(3, 8), random.nextLong(3, 8));
      agrees(Problem.of(convolution, src), i);
    }
  }

  private static Problem padded(SplittableRandom random, PaddingMode mode) {
    int rank = random.nextInt(1, 4);
    long[] src = new long[rank + 2];
    long[] begin = new long[rank];
    long[] end = new long[rank];
    long[] kernel = new long[rank];
    src[0] = random.nextLong(1, 3);
    src[1] = 4;
    for (int i = 0; i < rank; i++) {
      long size = random.nextLong(1, rank == 3 ? 5 : 8);
      long most = mode == PaddingMode.REFLECT ? size - 1 : size;
      src[i + 2] = size;
      begin[i] = random.nextLong(0, most + 1);
      end[i] = random.nextLong(0, most + 1);
      kernel[i] = random.nextLong(1, size + begin[i] + end[i] + 1);
    }
    Convolution.Builder builder =
        switch (rank) {
          case 1 -> Convolution.conv1d(4, 6);
          case 2 -> Convolution.conv2d(4, 6);
          default -> Convolution.conv3d(4, 6);
        };
    Convolution convolution =
        builder
            .kernel(kernel)
            .stride(random.nextLong(1, 4))
            .groups(random.nextInt(1, 3))
            .padding(Padding.asymmetric(begin, end).mode(mode))
            .bias(random.nextBoolean())
            .build();
    return Problem.of(convolution, Shape.of(src));
  }

  private static Problem small(RandomProblems problems) {
    while (true) {
      Problem problem = problems.next();
      if (problem.multiplications() <= MOST_MULTIPLICATIONS) {
        return problem;
      }
    }
  }

  private void agrees(Problem problem, int run) {
    Convolution convolution = problem.convolution();
    float[] x = Runs.integers(problem.src(), SEED + run);
    float[] weights = Runs.integers(convolution.weightsShape(), SEED + run + 1);
    float[] bias = Runs.integers(Shape.of(convolution.outChannels()), SEED + run + 2);
    float[] used = convolution.hasBias() ? bias : null;

    float[] actual = Runs.on(reference, convolution, Runs.dense(problem.src()), x, weights, used);

    double[] expected = Oracle.run(convolution, problem.src(), x, weights, used);
    assertThat(actual).as("seed %d, %s", SEED, problem).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      if (actual[i] != expected[i]) {
        assertThat((double) actual[i])
            .as("element %d, seed %d, %s", i, SEED, problem)
            .isEqualTo(expected[i]);
      }
    }
  }
}
