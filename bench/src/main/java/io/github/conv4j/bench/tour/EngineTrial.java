package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.Parameters;
import io.github.conv4j.Step;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.Collectors;

/** One work on one engine: checked, then timed. */
final class EngineTrial {
  private EngineTrial() {}

  /** Photos lie channels-last, so that is what engines read and write. */
  static TensorSpec spec(Shape shape) {
    return TensorSpec.of(DataType.F32, Layout.channelsLast(shape.rank()), shape);
  }

  static Measurement.EngineRun run(Work work, Expected expected, Engine engine, long budgetNanos) {
    String refusal = refusal(work, engine);
    if (!refusal.isEmpty()) {
      return new Measurement.EngineRun(engine.name(), 0, "", 0, true, List.of(), refusal);
    }
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared = prepare(work, engine, arena)) {
      Tensor src = Tensor.ofFloats(prepared.src(), work.srcValues(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      dst.fill(Float.NaN);
      prepared.execute(src, dst);
      float[] actual = dst.toFloatArray();
      Explanation explanation = prepared.explain();
      return new Measurement.EngineRun(
          engine.name(),
          Stopwatch.medianNanos(() -> prepared.execute(src, dst), budgetNanos),
          explanation.stages().stream()
              .map(Explanation.Stage::implementation)
              .collect(Collectors.joining(" + ")),
          expected.largestError(actual),
          expected.accepts(actual),
          explanation.warnings(),
          "");
    }
  }

  private static PreparedConvolution prepare(Work work, Engine engine, Arena arena) {
    List<Parameters> parameters = work.parameters(arena);
    TensorSpec src = spec(work.src());
    if (work.steps().steps().size() == 1) {
      Parameters own = parameters.getFirst();
      return engine.prepare(work.steps().convolutions().getFirst(), src, own.weights(), own.bias());
    }
    return engine.prepare(work.steps(), src, parameters);
  }

  private static String refusal(Work work, Engine engine) {
    Shape shape = work.src();
    for (Step step : work.steps().steps()) {
      if (step instanceof Convolution convolution
          && engine.support(convolution, spec(shape)) instanceof Support.Unsupported no) {
        return no.reason();
      }
      shape = step.outputShape(shape);
    }
    return "";
  }
}
