package io.github.conv4j.bench.network;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.problem.Problem;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A convolution of a network.
 *
 * @param problem what is computed, without a name
 * @param network what it belongs to, for example {@code resnet50}; empty if it is not said
 * @param name of its first occurrence there; empty if it is not said
 * @param count how often the network computes it
 */
public record NetworkLayer(Problem problem, String network, String name, int count) {
  /** As in benchdnn's own files: network, layer, how often. */
  private static final Pattern NAME = Pattern.compile("\"?(?:([^:]*):)?(.*?)(?:\\*(\\d{1,6}))?\"?");

  /**
   * Reads the problem's name, of the form {@code network:layer*count}; all parts may be missing.
   *
   * @throws IllegalArgumentException if the problem is not one of f32
   */
  public static NetworkLayer of(Problem problem) {
    if (!problem.types().isF32()) {
      throw new IllegalArgumentException(
          "layers are measured in f32 but '%s' is %s".formatted(problem.line(), problem.types()));
    }
    Matcher name = NAME.matcher(problem.name());
    boolean fits = name.matches();
    String network = fits && name.group(1) != null ? name.group(1) : "";
    String layer = fits ? name.group(2) : problem.name();
    int count = fits && name.group(3) != null ? Integer.parseInt(name.group(3)) : 1;
    return new NetworkLayer(
        Problem.of(problem.convolution(), problem.src()), network, layer, Math.max(1, count));
  }

  /** Returns a short description for people, for example {@code 64>64 @56 k3}. */
  public String label() {
    Convolution c = problem.convolution();
    List<Geometry.Axis> axes = problem.geometry().axes();
    long groups = c.groups();
    var text = new StringBuilder(c.isTransposed() ? "T " : "");
    if (groups > 1 && groups == c.inChannels() && groups == c.outChannels()) {
      text.append("dw ").append(groups);
    } else {
      text.append(c.inChannels()).append('>').append(c.outChannels());
      text.append(groups > 1 ? " g" + groups : "");
    }
    text.append(problem.src().dim(0) > 1 ? " n" + problem.src().dim(0) : "");
    text.append(" @").append(joined(axes.stream().map(Geometry.Axis::src).toList()));
    text.append(" k").append(joined(axes.stream().map(Geometry.Axis::kernel).toList()));
    String stride = joined(axes.stream().map(Geometry.Axis::stride).toList());
    String dilation = joined(axes.stream().map(Geometry.Axis::dilation).toList());
    text.append(stride.equals("1") ? "" : " s" + stride);
    text.append(dilation.equals("1") ? "" : " d" + dilation);
    return text.toString();
  }

  private static String joined(List<Long> sizes) {
    return sizes.stream().distinct().count() == 1
        ? sizes.getFirst().toString()
        : String.join("x", sizes.stream().map(String::valueOf).toList());
  }

  /** Returns the bytes of source, weights, bias and result in f32: the least that is moved. */
  public long byteSize() {
    Convolution c = problem.convolution();
    long elements =
        problem.src().elementCount()
            + c.weightsShape().elementCount()
            + (c.hasBias() ? c.outChannels() : 0)
            + problem.dst().elementCount();
    return elements * Float.BYTES;
  }
}
