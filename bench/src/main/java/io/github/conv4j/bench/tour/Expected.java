package io.github.conv4j.bench.tour;

import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.Convolution;
import io.github.conv4j.Parameters;
import io.github.conv4j.Step;
import io.github.conv4j.bench.picture.Planes;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.ErrorBound;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * What a work must give: each step alone on the reference, the shuffle by its definition.
 *
 * @param stages the result after each step
 * @param permitted how far each number of the last may be off; empty where nothing is rounded
 */
record Expected(List<Planes> stages, double[] permitted) {
  private static final double[] EXACT = {};

  static Expected of(Work work, Engine reference) {
    List<Planes> stages = stages(work, work.weights(), reference);
    if (Agreement.isExact(work)) {
      return new Expected(stages, EXACT);
    }
    List<float[]> magnitudes = new ArrayList<>();
    for (float[] weights : work.weights()) {
      float[] own = new float[weights.length];
      for (int i = 0; i < own.length; i++) {
        own[i] = Math.abs(weights[i]);
      }
      magnitudes.add(own);
    }
    float[] sums = stages(work, magnitudes, reference).getLast().values();
    ErrorBound bound = Agreement.bound(work);
    double[] permitted = new double[sums.length];
    for (int i = 0; i < permitted.length; i++) {
      permitted[i] = bound.at(sums[i]);
    }
    return new Expected(stages, permitted);
  }

  boolean isExact() {
    return permitted.length == 0;
  }

  float[] values() {
    return stages.getLast().values();
  }

  /** Returns the largest difference. */
  double largestError(float[] actual) {
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      double error = Math.abs((double) actual[i] - values()[i]);
      largest = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(largest, error);
    }
    return largest;
  }

  /** Tells whether every number is as close as it must be. */
  boolean accepts(float[] actual) {
    for (int i = 0; i < actual.length; i++) {
      double error = Math.abs((double) actual[i] - values()[i]);
      if (!(error <= (isExact() ? 0 : permitted[i]))) {
        return false;
      }
    }
    return true;
  }

  private static List<Planes> stages(Work work, List<float[]> weights, Engine reference) {
    List<Planes> stages = new ArrayList<>();
    float[] values = work.srcValues();
    Shape shape = work.src();
    try (Arena arena = Arena.ofConfined()) {
      var parameters = work.parameters(weights, arena).iterator();
      for (Step step : work.steps().steps()) {
        values =
            switch (step) {
              case Convolution convolution ->
                  run(convolution, shape, values, parameters.next(), reference);
              case ChannelShuffle shuffle -> shuffled(shuffle, values);
            };
        shape = step.outputShape(shape);
        stages.add(Planes.of(values, shape));
      }
    }
    return stages;
  }

  private static float[] run(
      Convolution convolution,
      Shape shape,
      float[] values,
      Parameters parameters,
      Engine reference) {
    var src = TensorSpec.of(DataType.F32, Layout.channelsFirst(shape.rank()), shape);
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            reference.prepare(convolution, src, parameters.weights(), parameters.bias())) {
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      prepared.execute(Tensor.ofFloats(src, values, arena), dst);
      return dst.toFloatArray();
    }
  }

  private static float[] shuffled(ChannelShuffle shuffle, float[] values) {
    int channels = (int) shuffle.channels();
    int plane = values.length / channels;
    float[] shuffled = new float[values.length];
    for (int channel = 0; channel < channels; channel++) {
      int from = (int) shuffle.sourceChannel(channel);
      System.arraycopy(values, from * plane, shuffled, channel * plane, plane);
    }
    return shuffled;
  }
}
