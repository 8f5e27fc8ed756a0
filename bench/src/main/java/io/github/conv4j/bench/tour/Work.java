package io.github.conv4j.bench.tour;

import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Parameters;
import io.github.conv4j.Step;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Shape;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * One computation of the tour. Where a convolution has a bias, it is zero.
 *
 * @param label tells the works of one exhibit apart
 * @param steps what runs
 * @param src the source shape
 * @param srcValues integers from 0 to 255, in row-major order
 * @param weights one array a convolution, in row-major order
 */
public record Work(
    String label, ConvolutionSequence steps, Shape src, float[] srcValues, List<float[]> weights) {
  static Work of(
      String label, Convolution convolution, Shape src, float[] srcValues, float[] weights) {
    return new Work(label, ConvolutionSequence.of(convolution), src, srcValues, List.of(weights));
  }

  static Work of(String label, Convolution convolution, Photo photo, float[] weights) {
    return of(label, convolution, photo.shape(), photo.values(), weights);
  }

  static Work of(String label, ConvolutionSequence steps, Photo photo, float[]... weights) {
    return new Work(label, steps, photo.shape(), photo.values(), List.of(weights));
  }

  /** Returns the shape of the result. */
  public Shape dst() {
    return steps.outputShape(src);
  }

  /** Returns the multiplications of one run. */
  public long multiplications() {
    return steps.multiplications(src);
  }

  /** Returns weights and biases. */
  public long parameterCount() {
    return steps.parameterCount();
  }

  /** Returns the warnings that a description carries whatever runs it. */
  public List<String> warnings() {
    return steps.convolutions().stream()
        .flatMap(convolution -> convolution.checkerboards().stream())
        .map(Object::toString)
        .toList();
  }

  /** Returns one problem line a convolution, with what the syntax has no word for. */
  public List<String> problemLines() {
    List<String> lines = new ArrayList<>();
    Shape shape = src;
    for (Step step : steps.steps()) {
      lines.add(
          switch (step) {
            case Convolution convolution -> line(convolution, shape);
            case ChannelShuffle shuffle -> "channel shuffle, groups " + shuffle.groups();
          });
      shape = step.outputShape(shape);
    }
    return lines;
  }

  private static String line(Convolution convolution, Shape src) {
    PaddingMode mode = convolution.padding().mode();
    return Problem.of(convolution, src).line()
        + (convolution.isTransposed() ? " transposed" : "")
        + (mode == PaddingMode.ZEROS ? "" : " padding " + mode)
        + (convolution.isKernelFlipped() ? " flipped" : "");
  }

  List<Parameters> parameters(Arena arena) {
    return parameters(weights, arena);
  }

  List<Parameters> parameters(List<float[]> values, Arena arena) {
    List<Parameters> parameters = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      Convolution convolution = steps.convolutions().get(i);
      float[] bias = convolution.hasBias() ? new float[(int) convolution.outChannels()] : null;
      parameters.add(Parameters.of(convolution, values.get(i), bias, arena));
    }
    return parameters;
  }
}
