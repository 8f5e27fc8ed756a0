package io.github.conv4j.internal.vector;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/** Which plans a problem admits, by name, and the making of one. */
final class PlanChoice {
  private static final String DIRECT = "direct";
  private static final String DEPTHWISE = "depthwise";

  /** With fewer channels the transforms cost what the products save. */
  private static final long LEAST_CHANNELS = 16;

  /** Transformed weights beyond this many floats would not be worth their memory. */
  private static final long MOST_WEIGHTS = 1 << 26;

  /**
   * From this many transformed weights on, and with few tiles, reading them takes longer than the
   * products that the larger tile saves.
   */
  private static final long LARGE_WEIGHTS = 6L << 20;

  private static final long FEW_TILES = 8;

  private PlanChoice() {}

  /**
   * Returns the names of the plans that may compute a problem, the default first.
   *
   * @param request a problem whose tensors have settled layouts and neighbouring channels
   * @param finite whether all weights are finite: else only plans that never multiply them with
   *     padding may run
   */
  static List<String> admitted(
      Kernels kernels, Accuracy accuracy, PrepareRequest request, boolean finite) {
    Convolution c = request.convolution();
    if (DepthwisePlan.serves(kernels, c, request.geometry().axes(), request.src())) {
      return List.of(DEPTHWISE);
    }
    if (!finite) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    if (accuracy == Accuracy.RELAXED && WinogradPlan.serves(kernels, request)) {
      for (WinogradTile tile : WinogradTile.values()) {
        if (transformedWeights(tile, c) <= MOST_WEIGHTS) {
          names.add(tile.planName);
        }
      }
    }
    names.add(isWorthwhile(c) ? names.size() : 0, DIRECT);
    String larger = WinogradTile.OUTPUTS_4X4.planName;
    if (names.contains(larger) && !readsTooMuch(request)) {
      names.remove(larger);
      names.add(names.getFirst().equals(DIRECT) ? 1 : 0, larger);
    }
    return List.copyOf(names);
  }

  private static boolean isWorthwhile(Convolution c) {
    return c.inChannels() / c.groups() >= LEAST_CHANNELS
        && c.outChannels() / c.groups() >= LEAST_CHANNELS;
  }

  private static boolean readsTooMuch(PrepareRequest request) {
    WinogradTile tile = WinogradTile.OUTPUTS_4X4;
    long tiles = request.geometry().dst().dim(0);
    for (var axis : request.geometry().axes()) {
      tiles *= Math.ceilDiv(axis.dst(), tile.outputs);
    }
    return tiles < FEW_TILES && transformedWeights(tile, request.convolution()) > LARGE_WEIGHTS;
  }

  private static long transformedWeights(WinogradTile tile, Convolution c) {
    return tile.points() * (c.inChannels() / c.groups()) * c.outChannels();
  }

  /**
   * Makes a plan.
   *
   * @param name one of {@link #admitted}
   * @param leastParts how many parts the work should have if they stay worth their while
   */
  static Plan plan(String name, Kernels kernels, PrepareRequest request, int leastParts) {
    TensorSpec src = request.src();
    TensorSpec dst = request.dst();
    for (WinogradTile tile : WinogradTile.values()) {
      if (name.equals(tile.planName)) {
        return new WinogradPlan(tile, kernels, request, src, dst, leastParts);
      }
    }
    return name.equals(DEPTHWISE)
        ? new DepthwisePlan(kernels, request, src, dst, leastParts)
        : new DirectPlan(kernels, request, src, dst, leastParts);
  }
}
