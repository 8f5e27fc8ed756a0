package io.github.conv4j.onednn;

import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.compose.TypedConvolution;
import io.github.conv4j.internal.prepared.BudgetedConvolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Tensor;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A trial of each kernel that is said to sum products of bytes in 32 bits, once a process: with the
 * largest bytes everywhere. Whatever then does not come out exactly is not used.
 */
final class BytesCheck {
  static final BytesCheck OF_THE_PROCESS = new BytesCheck();

  private static final Logger LOG = System.getLogger("io.github.conv4j");

  private final Map<String, Boolean> known = new ConcurrentHashMap<>();

  /**
   * Tells whether a kernel computes what it should.
   *
   * @param way of the kernel
   * @param request that it runs
   * @param prepare prepares the kernel for other weights
   */
  boolean passes(
      Way way, PrepareRequest request, Function<PrepareRequest, PreparedConvolution> prepare) {
    long in = request.convolution().inChannels() / request.convolution().groups();
    long products =
        request.weights().spec().shape().elementCount() / request.convolution().outChannels();
    if (in == 1 && !way.spec().isDepthwise()) {
      // The products of one channel are not added in pairs, and prove nothing of others.
      return true;
    }
    if (products > TypedConvolution.MOST_BYTE_PRODUCTS) {
      return false;
    }
    String kernel = way.implementation().name() + (way.spec().isDepthwise() ? " depthwise" : "");
    Boolean before = known.get(kernel);
    if (before != null) {
      return before;
    }
    boolean passes = passes(request, prepare);
    if (known.putIfAbsent(kernel, passes) == null && !passes) {
      LOG.log(
          Level.WARNING,
          "oneDNN''s {0} does not sum bytes exactly on this CPU; it is not used for them",
          kernel);
    }
    return passes;
  }

  private static boolean passes(
      PrepareRequest request, Function<PrepareRequest, PreparedConvolution> prepare) {
    try (Arena arena = Arena.ofShared()) {
      int count = (int) request.weights().spec().shape().elementCount();
      int[] largest = new int[count];
      Arrays.fill(largest, DataType.S8.most());
      Tensor weights = Tensor.ofInts(request.weights().spec(), largest, arena);
      var trial =
          new PrepareRequest(
              request.convolution(),
              request.geometry(),
              request.src(),
              request.dst(),
              weights,
              null);
      try (PreparedConvolution prepared = prepare.apply(trial)) {
        Tensor src = Tensor.allocate(prepared.src(), arena);
        src.segment().fill((byte) DataType.U8.most());
        Tensor dst = Tensor.allocate(prepared.dst(), arena);
        // Not through the engine's queue: other callers may fill it.
        ((BudgetedConvolution) prepared).executeInside(src, dst, new Tensor[0]);
        long in = request.convolution().inChannels() / request.convolution().groups();
        return areMultiples(dst.toFloatArray(), in * DataType.U8.most() * DataType.S8.most());
      }
    }
  }

  /** Each output sums the same product over all source channels of some taps. */
  private static boolean areMultiples(float[] sums, long ofOneTap) {
    boolean any = false;
    for (float sum : sums) {
      double taps = Math.rint(sum / (double) ofOneTap);
      if (sum != (float) (taps * ofOneTap)) {
        return false;
      }
      any |= sum != 0;
    }
    return any;
  }
}
