package io.github.conv4j.bench.overhead;

import io.github.conv4j.Parameters;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Times {@link PreparedConvolution#execute} and, where there is one, the C program, in turns.
 *
 * <p>Each round prepares anew, at another place in memory, and gives each side one measurement: the
 * median of a few batches of about 0.2 ms. Neighbouring measurements are compared, so that what
 * else the machine does meets all sides alike.
 */
final class CallTimes {
  private static final int BATCHES = 15;
  private static final int WARM_UP_BATCHES = 3;
  private static final double BATCH_NANOS = 200_000;
  private static final int MOST_CALLS = 10_000;
  private static final long WARM_UP_NANOS = 400_000_000;

  private final Engine engine;
  private final @Nullable FloorProcess floor;
  private final int rounds;

  CallTimes(Engine engine, @Nullable FloorProcess floor, int rounds) {
    this.engine = engine;
    this.floor = floor;
    this.rounds = rounds;
  }

  /** The tensors of one arena. */
  private record Tensors(Tensor src, Tensor dst) {
    static Tensors of(
        Layer layer, PreparedConvolution prepared, Layer.Offsets offsets, Arena arena) {
      return new Tensors(layer.src(prepared, offsets, arena), layer.dst(prepared, offsets, arena));
    }
  }

  /**
   * Measures a layer.
   *
   * @throws DisagreementException if C and Java do not compute the same
   */
  Trial.Calls measure(Layer layer) throws IOException, DisagreementException {
    double[] fromC = new double[rounds];
    double[] confined = new double[rounds];
    double[] shared = new double[rounds];
    String implementation = "";
    try (Arena arena = Arena.ofConfined()) {
      Parameters parameters = layer.parameters(arena);
      int callCount = warmUp(layer, parameters);
      for (int round = 0; round < rounds; round++) {
        Layer.Offsets offsets = Layer.Offsets.ofRound(round);
        try (Arena confinedArena = Arena.ofConfined();
            Arena sharedArena = Arena.ofShared();
            PreparedConvolution prepared = layer.prepare(engine, parameters)) {
          Tensors inConfined = Tensors.of(layer, prepared, offsets, confinedArena);
          Tensors inShared = Tensors.of(layer, prepared, offsets, sharedArena);
          implementation = prepared.explain().stages().getFirst().implementation();
          requireAgreement(layer, offsets, prepared, List.of(inConfined, inShared));
          for (int turn = 0; turn < 3; turn++) {
            switch ((turn + round) % 3) {
              case 0 -> fromC[round] = timeFloor(callCount);
              case 1 -> confined[round] = time(prepared, inConfined, callCount);
              default -> shared[round] = time(prepared, inShared, callCount);
            }
          }
        }
      }
    }
    return new Trial.Calls(
        implementation,
        MedianEstimate.of(confined).median(),
        MedianEstimate.of(shared).median(),
        floor == null
            ? null
            : new Trial.Floor(
                MedianEstimate.of(fromC).median(),
                Trial.Added.of(confined, fromC),
                Trial.Added.of(shared, fromC)));
  }

  /** Runs both arenas until everything is compiled; returns how many calls make a batch. */
  private int warmUp(Layer layer, Parameters parameters) {
    Layer.Offsets offsets = Layer.Offsets.ofRound(0);
    try (Arena confinedArena = Arena.ofConfined();
        Arena sharedArena = Arena.ofShared();
        PreparedConvolution prepared = layer.prepare(engine, parameters)) {
      Tensors inConfined = Tensors.of(layer, prepared, offsets, confinedArena);
      Tensors inShared = Tensors.of(layer, prepared, offsets, sharedArena);
      int callCount = 1;
      for (long start = System.nanoTime(); System.nanoTime() - start < WARM_UP_NANOS; ) {
        time(prepared, inShared, callCount);
        double nanos = time(prepared, inConfined, callCount);
        callCount = (int) Math.clamp(BATCH_NANOS / nanos, 1, MOST_CALLS);
      }
      return callCount;
    }
  }

  private void requireAgreement(
      Layer layer, Layer.Offsets offsets, PreparedConvolution prepared, List<Tensors> sides)
      throws IOException, DisagreementException {
    if (floor == null) {
      return;
    }
    String implementation = prepared.explain().stages().getFirst().implementation();
    long fromC = floor.prepare(layer, offsets, implementation);
    for (Tensors side : sides) {
      prepared.execute(side.src(), side.dst());
      if (Layer.checksum(side.dst()) != fromC) {
        throw new DisagreementException("%s gives other numbers from C".formatted(layer));
      }
    }
  }

  private double timeFloor(int callCount) throws IOException {
    if (floor == null) {
      return Double.NaN;
    }
    return perCall(floor.run(WARM_UP_BATCHES + BATCHES, callCount), callCount);
  }

  private static double time(PreparedConvolution prepared, Tensors tensors, int callCount) {
    long[] nanos = new long[WARM_UP_BATCHES + BATCHES];
    run(prepared, tensors.src(), tensors.dst(), callCount, nanos);
    return perCall(nanos, callCount);
  }

  /** The counterpart of the C program's {@code run}. */
  private static void run(
      PreparedConvolution prepared, Tensor src, Tensor dst, int callCount, long[] nanos) {
    for (int batch = 0; batch < nanos.length; batch++) {
      long start = System.nanoTime();
      for (int call = 0; call < callCount; call++) {
        prepared.execute(src, dst);
      }
      nanos[batch] = System.nanoTime() - start;
    }
  }

  private static double perCall(long[] nanos, int callCount) {
    double[] kept = Arrays.stream(nanos, WARM_UP_BATCHES, nanos.length).asDoubleStream().toArray();
    return MedianEstimate.of(kept).median() / callCount;
  }
}
