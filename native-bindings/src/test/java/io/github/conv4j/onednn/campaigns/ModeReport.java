package io.github.conv4j.onednn.campaigns;

import io.github.conv4j.Convolution;
import io.github.conv4j.contract.Problems;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Prints what each problem gives, on integers and on fractions. Arguments: engines, number of
 * problems.
 */
final class ModeReport {
  private ModeReport() {}

  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments[1]);
    List<Problem> problems = new ArrayList<>(Problems.random(false, (count + 1) / 2));
    problems.addAll(Problems.random(true, count / 2));
    Campaign.runEach(arguments[0], name -> report(name, problems));
  }

  private static String report(String name, List<Problem> problems) {
    try (Engine engine = Engines.named(name)) {
      problems.forEach(problem -> report(engine, problem));
    }
    return "%d problems".formatted(problems.size());
  }

  private static void report(Engine engine, Problem problem) {
    Convolution convolution = problem.convolution();
    Layout layout = Layout.channelsLast(problem.src().rank());
    TensorSpec src = TensorSpec.of(DataType.F32, layout, problem.src());
    int biasCount = convolution.hasBias() ? Math.toIntExact(convolution.outChannels()) : 0;
    float[] onIntegers =
        Runs.on(
            engine,
            convolution,
            src,
            Runs.integers(problem.src(), 1),
            Runs.integers(convolution.weightsShape(), 2),
            biasCount == 0 ? null : Runs.integers(biasCount, 3));
    float[] onFractions =
        Runs.on(
            engine,
            convolution,
            src,
            fractions(problem.src().elementCount(), 1),
            fractions(convolution.weightsShape().elementCount(), 2),
            biasCount == 0 ? null : fractions(biasCount, 3));
    Campaign.say("integers %s %08x %s".formatted(engine.name(), hash(onIntegers), problem));
    Campaign.say("fractions %s %08x %s".formatted(engine.name(), hash(onFractions), problem));
  }

  private static int hash(float[] values) {
    return Arrays.hashCode(values);
  }

  private static float[] fractions(long count, long seed) {
    var random = new SplittableRandom(seed);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
