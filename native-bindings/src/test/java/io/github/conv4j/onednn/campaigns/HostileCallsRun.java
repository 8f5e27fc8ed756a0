package io.github.conv4j.onednn.campaigns;

import io.github.conv4j.Conv4jException;
import io.github.conv4j.Convolution;
import io.github.conv4j.EngineFailureException;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOp;
import io.github.conv4j.contract.GuardPageArena;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Combinations of arguments, each plausible or what nobody means, from the description to the call,
 * on memory between guard pages: a result, a refusal or one of the documented exceptions.
 * Arguments: engine, number of combinations, seed.
 */
@SuppressWarnings("NullAway") // null is one of the arguments
final class HostileCallsRun {
  private static final long[] SMALL = {1, 1, 2, 3, 3, 4, 5, 7, 8, 8, 9, 13, 16, 17, 24};

  private static final long[] HOSTILE = {
    0,
    -1,
    -2,
    Long.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MAX_VALUE / 2 + 1,
    Long.MAX_VALUE / 3,
    Integer.MIN_VALUE,
    Integer.MAX_VALUE,
    1L << 31,
    (1L << 31) + 1,
    1L << 32,
    (1L << 32) + 1,
    (1L << 33) + 3,
    1L << 40,
    1L << 62,
    100_003,
    1 << 16
  };

  private static final int TELLS_EVERY = 1_000;
  private static final String EXECUTED = "executed";

  /** Of so many combinations some are valid. */
  private static final int LEAST_TO_EXECUTE = 200;

  private static final long MOST_BYTES = 1 << 20;
  private static final long MOST_PREPARED_BYTES = 1L << 28;
  private static final long MORE_THAN_THERE_IS = 1L << 47;
  private static final long MOST_MULTIPLICATIONS = 1 << 20;
  private static final long MOST_MILLIS = 60_000;

  private static final DataType[] TYPES = DataType.values();

  private final Engine engine;
  private final Engine closed;
  private final Tensor foreign;
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private SplittableRandom random = new SplittableRandom();

  /** One in so many arguments is hostile, in this combination. */
  private int oneIn;

  private boolean isNullGiven;

  /** Of one combination more is told. */
  private boolean isAlone;

  private HostileCallsRun(String name) throws InterruptedException {
    engine = Engines.named(name, EngineOptions.defaults().withThreads(2));
    closed = Engines.named(name);
    closed.close();
    Tensor[] ofAnotherThread = new Tensor[1];
    TensorSpec spec = TensorSpec.f32(Layout.NHWC, 1, 8, 5, 5);
    Thread other = new Thread(() -> ofAnotherThread[0] = Tensor.allocate(spec, Arena.ofConfined()));
    other.start();
    other.join();
    foreign = ofAnotherThread[0];
  }

  public static void main(String[] arguments) {
    Campaign.silenceWarnings();
    int count = Integer.parseInt(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    Campaign.runEach(arguments[0], name -> new HostileCallsRun(name).combinations(count, seed));
  }

  private String combinations(int count, long seed) {
    isAlone = count == 1;
    long slowest = 0;
    long slowestSeed = seed;
    for (int i = 0; i < count; i++) {
      if (i % TELLS_EVERY == 0) {
        // The culprit of a crash is one of these.
        Campaign.say(
            "-Dconv4j.test.seed=%d -Dconv4j.test.combinations=%d"
                .formatted(seed + i, Math.min(TELLS_EVERY, count - i)));
      }
      String repro = "-Dconv4j.test.seed=%d -Dconv4j.test.combinations=1".formatted(seed + i);
      long start = System.nanoTime();
      try {
        combination(seed + i);
      } catch (Throwable e) {
        throw new AssertionError(repro, e);
      }
      long millis = (System.nanoTime() - start) / 1_000_000;
      if (millis > slowest) {
        slowest = millis;
        slowestSeed = seed + i;
      }
      if (millis > MOST_MILLIS) {
        throw new AssertionError(repro + " takes too long");
      }
    }
    if (count >= LEAST_TO_EXECUTE && !outcomes.containsKey(EXECUTED)) {
      throw new AssertionError("nothing was executed: " + outcomes);
    }
    return "%d combinations %s, slowest %d ms (seed %d)"
        .formatted(count, outcomes, slowest, slowestSeed);
  }

  private void combination(long seed) {
    random = new SplittableRandom(seed);
    oneIn = 1 << random.nextInt(3, 9);
    isNullGiven = false;
    String outcome;
    try {
      outcome = call();
    } catch (NullPointerException e) {
      if (!isNullGiven) {
        throw e;
      }
      outcome = "null";
    } catch (EngineFailureException e) {
      throw new AssertionError("arguments that reached native code", e);
    } catch (IllegalArgumentException
        | IllegalStateException
        | WrongThreadException
        | Conv4jException
        | OutOfMemoryError e) {
      outcome = e.getClass().getSimpleName();
    } finally {
      Thread.interrupted();
    }
    outcomes.merge(outcome, 1, Integer::sum);
  }

  private String call() {
    Convolution convolution = convolution();
    int rank = convolution.spatialRank() + 2;
    TensorSpec src = spec(rank, channels(convolution));
    ConvolutionRequest request = ConvolutionRequest.of(convolution, orNull(src));
    if (random.nextInt(4) == 0) {
      request = request.withDst(orNull(dstSpec(request)));
    }
    try (Arena arena = Arena.ofConfined();
        Arena guarded = GuardPageArena.open(oneOf(GuardPageArena.Edge.values()))) {
      Tensor weights = tensor(request.weightsSpec(), guarded, arena);
      Tensor bias =
          request.biasSpec().isPresent() != isHostile()
              ? tensor(request.biasSpec().orElse(TensorSpec.bias(3)), guarded, arena)
              : null;
      request = request.withParameters(orNull(weights), bias);
      if (isAlone) {
        Campaign.say("%s of %s to %s".formatted(convolution, request.src(), request.dst()));
      }
      Engine chosen = isHostile() ? closed : engine;
      boolean isSupported = chosen.support(request) instanceof Support.Supported;
      long largest = Math.max(byteSize(request.src()), byteSize(request.dst()));
      if (isSupported && largest > MOST_PREPARED_BYTES) {
        // Whose working memory may be all that this machine has.
        return "too large to prepare";
      }
      try (PreparedConvolution prepared = chosen.prepare(request)) {
        if (!isSupported) {
          throw new AssertionError("prepared what is unsupported");
        }
        return execute(prepared, convolution, guarded, arena);
      }
    }
  }

  private static long byteSize(TensorSpec spec) {
    return Math.multiplyExact(spec.shape().elementCount(), spec.dataType().byteSize());
  }

  private String execute(
      PreparedConvolution prepared, Convolution convolution, Arena guarded, Arena arena) {
    boolean isSmall =
        prepared.src().byteSize() <= MOST_BYTES
            && prepared.dst().byteSize() <= MOST_BYTES
            && convolution.multiplications(prepared.src().shape()) <= MOST_MULTIPLICATIONS;
    if (!isSmall) {
      return "too large to run";
    }
    Tensor src = tensor(isHostile() ? spec(4, 8) : prepared.src(), guarded, arena);
    Tensor dst = isHostile() ? src : tensor(prepared.dst(), guarded, arena);
    if (isHostile()) {
      dst = dst.asReadOnly();
    }
    if (isHostile()) {
      src.reorderTo(dst);
    }
    if (isHostile()) {
      src = src.slice(values(src.spec().shape().rank()), values(src.spec().shape().rank()));
    }
    if (isHostile()) {
      prepared.close();
    }
    if (isHostile()) {
      Thread.currentThread().interrupt();
    }
    var call = prepared.call().src(orNull(src)).dst(orNull(dst));
    for (int i = 0; i < prepared.operands().size(); i++) {
      if (!isHostile()) {
        call.operand(i, orNull(tensor(prepared.operands().get(i), guarded, arena)));
      }
    }
    if (prepared.operands().isEmpty() && random.nextBoolean()) {
      prepared.execute(src, dst);
    } else if (random.nextInt(4) == 0) {
      call.execute(orNull(Duration.ofNanos(value())));
    } else {
      call.execute();
    }
    return EXECUTED;
  }

  private Convolution convolution() {
    long in = value();
    long out = value();
    boolean isTransposed = random.nextInt(4) == 0;
    int axes = random.nextInt(8) == 0 ? random.nextInt(1, 4) : 2;
    Convolution.Builder builder =
        switch (axes) {
          case 1 -> isTransposed ? Convolution.transposed1d(in, out) : Convolution.conv1d(in, out);
          case 2 -> isTransposed ? Convolution.transposed2d(in, out) : Convolution.conv2d(in, out);
          default -> isTransposed ? Convolution.transposed3d(in, out) : Convolution.conv3d(in, out);
        };
    builder.kernel(values(axes));
    if (random.nextBoolean()) {
      builder.padding(orNull(padding(axes)));
    }
    if (random.nextInt(3) == 0) {
      builder.stride(values(axes));
    }
    if (random.nextInt(4) == 0) {
      builder.dilation(values(axes));
    }
    if (random.nextInt(4) == 0) {
      builder.groups(isHostile() ? value() : in == out ? in : 1);
    }
    if (isTransposed && random.nextInt(3) == 0) {
      builder.outputPadding(values(axes));
    }
    if (isTransposed && random.nextInt(6) == 0) {
      builder.outputSize(values(axes));
    }
    if (random.nextInt(4) == 0) {
      builder.postOps(postOp(), postOp());
    }
    return builder.bias(random.nextBoolean()).flippedKernel(random.nextInt(8) == 0).build();
  }

  private Padding padding(int axes) {
    Padding padding =
        switch (random.nextInt(6)) {
          case 0 -> Padding.same();
          case 1 -> Padding.sameLower();
          case 2 -> Padding.valid();
          case 3 -> Padding.asymmetric(values(axes), signed(axes));
          default -> Padding.symmetric(values(axes));
        };
    return random.nextInt(4) == 0 ? padding.mode(oneOf(PaddingMode.values())) : padding;
  }

  private PostOp postOp() {
    float number =
        isHostile()
            ? oneOf(new Float[] {Float.NaN, Float.POSITIVE_INFINITY, -0f, Float.MAX_VALUE})
            : 0.5f;
    return orNull(
        switch (random.nextInt(8)) {
          case 0 -> PostOp.clip(number, 1);
          case 1 -> PostOp.linear(number, number);
          case 2 -> PostOp.add(PostOp.Operand.full().atEachRun());
          case 3 -> PostOp.mul(PostOp.Operand.scalar(number));
          case 4 -> PostOp.max(PostOp.Operand.perChannel());
          case 5 -> PostOp.leakyRelu(number);
          case 6 -> PostOp.sub(PostOp.Operand.scalarAtEachRun());
          default -> PostOp.relu();
        });
  }

  private long channels(Convolution convolution) {
    return isHostile() ? value() : convolution.inChannels();
  }

  private TensorSpec spec(int rank, long channels) {
    int actual = isHostile() ? random.nextInt(1, 7) : rank;
    long[] dims = values(actual);
    if (dims.length > 1) {
      dims[0] = isHostile() ? value() : 1;
      dims[1] = channels;
    }
    return TensorSpec.of(type(), layout(actual), Shape.of(dims));
  }

  private TensorSpec dstSpec(ConvolutionRequest request) {
    Shape shape = request.geometry().dst();
    return isHostile()
        ? spec(shape.rank(), value())
        : TensorSpec.of(type(), layout(shape.rank()), shape);
  }

  private DataType type() {
    return random.nextInt(6) == 0 ? oneOf(TYPES) : DataType.F32;
  }

  private Layout layout(int rank) {
    int usual = Math.clamp(rank, 3, 5);
    return orNull(
        switch (random.nextInt(8)) {
          case 0 -> Layout.ANY;
          case 1 -> Layout.strided(isHostile() ? signed(rank) : values(rank));
          case 2, 3, 4 -> Layout.channelsFirst(usual);
          default -> Layout.channelsLast(usual);
        });
  }

  /** Between guard pages; or where it does not belong, or is too small, or does not live. */
  private Tensor tensor(TensorSpec spec, Arena guarded, Arena arena) {
    if (isHostile()) {
      return switch (random.nextInt(8)) {
        case 0 -> foreign;
        case 1 -> Tensor.wrap(spec, MemorySegment.ofArray(new float[9]));
        case 2 -> Tensor.wrap(spec, arena.allocate(random.nextInt(256)));
        case 3 -> Tensor.wrap(spec, arena.allocate(MOST_BYTES).asSlice(random.nextInt(1, 4)));
        case 4 -> Tensor.wrap(spec, MemorySegment.ofAddress(value()));
        case 5 -> Tensor.wrap(spec, MemorySegment.NULL);
        case 6 -> ofClosedArena(spec);
        default -> Tensor.wrap(spec, arena.allocate(MOST_BYTES).asReadOnly());
      };
    }
    if (spec.isAny() || spec.byteSize() > MORE_THAN_THERE_IS) {
      return Tensor.allocate(spec, arena);
    }
    // What would take long to fill is left out.
    return spec.byteSize() > MOST_BYTES
        ? Tensor.wrap(spec, arena.allocate(MOST_BYTES, 64))
        : Tensor.allocate(spec, guarded);
  }

  private static Tensor ofClosedArena(TensorSpec spec) {
    try (Arena arena = Arena.ofConfined()) {
      return Tensor.wrap(spec, arena.allocate(MOST_BYTES, 64));
    }
  }

  private long[] values(int count) {
    long[] values = new long[isHostile() ? random.nextInt(8) : count];
    Arrays.setAll(values, i -> value());
    return values;
  }

  private long[] signed(int count) {
    long[] values = values(count);
    if (random.nextBoolean()) {
      Arrays.setAll(values, i -> -values[i]);
    }
    return values;
  }

  private long value() {
    return isHostile()
        ? HOSTILE[random.nextInt(HOSTILE.length)]
        : SMALL[random.nextInt(SMALL.length)];
  }

  private boolean isHostile() {
    return random.nextInt(oneIn) == 0;
  }

  private <T> T oneOf(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private <T> @Nullable T orNull(T value) {
    if (random.nextInt(8 * oneIn) == 0) {
      isNullGiven = true;
      return null;
    }
    return value;
  }
}
