package io.github.conv4j.internal.auto;

import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.EngineFailureException;
import io.github.conv4j.Parameters;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.engine.spi.Sequences;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.InPlaceSums;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.code.Confinement;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The reference in several ways that differ in speed and honesty, with the time that a {@link
 * FakeStopwatch} shows; counts what happens to them.
 */
final class FakeEngine implements Alternatives, InPlaceSums {
  private static final long NANOS_OF_UNCOMPILED = 900_000;
  private static final long HEAP_OF_UNCOMPILED = 10_000;

  private final Engine reference = Engines.named("reference");
  private final String name;
  private final FakeStopwatch stopwatch;
  private final Sequences sequences;
  private final Map<String, Fake> fakes = new LinkedHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger confinedCalls = new AtomicInteger();
  private boolean warmsUp;
  private boolean isHasty;
  private boolean addsInPlace;
  private volatile boolean isBroken;
  private volatile boolean isClosed;
  private volatile Consumer<PrepareRequest> beforeCall = request -> {};

  FakeEngine(String name, FakeStopwatch stopwatch) {
    this.name = name;
    this.stopwatch = stopwatch;
    this.sequences = Sequences.of(name, reference.options());
  }

  /** One way, and how often it was prepared and executed. */
  static final class Fake {
    final AtomicInteger prepared = new AtomicInteger();
    final AtomicInteger executed = new AtomicInteger();

    /** The products of all calls together. */
    final LongAdder products = new LongAdder();

    private long nanos;
    private long disturbanceNanos;
    private double nanosPerProduct;
    private float error;
    private int wrongOutput;
    private int failsAfter = Integer.MAX_VALUE;
    private int uncompiledCalls;
  }

  Fake fake(String implementation) {
    return fakes.computeIfAbsent(implementation, key -> new Fake());
  }

  /** Adds a way that takes so long. */
  FakeEngine way(String implementation, double micros) {
    fake(implementation).nanos = (long) (micros * 1_000);
    return this;
  }

  /** Adds a way that takes so long for each product. */
  FakeEngine perProduct(String implementation, double nanos) {
    fake(implementation).nanosPerProduct = nanos;
    return this;
  }

  /** Adds a fast way of whose outputs one, counted along the last axis, is wrong by so much. */
  FakeEngine wrong(String implementation, float error, int output) {
    Fake fake = fake(implementation);
    fake.nanos = 1_000;
    fake.error = error;
    fake.wrongOutput = output;
    return this;
  }

  /** Adds a fast way whose first output is wrong by so much. */
  FakeEngine wrong(String implementation, float error) {
    return wrong(implementation, error, 0);
  }

  /** Adds a way that fails when it is executed. */
  FakeEngine failing(String implementation) {
    fake(implementation).failsAfter = 0;
    return this;
  }

  /** Makes a way fail after so many calls. */
  FakeEngine failingAfter(String implementation, int calls) {
    fake(implementation).failsAfter = calls;
    return this;
  }

  /** Makes the very first call of a way take longer. */
  FakeEngine disturbedFirst(String implementation, double micros) {
    fake(implementation).disturbanceNanos = (long) (micros * 1_000);
    return this;
  }

  /** Makes the first calls of a way slow and take from the heap, as Java code's do. */
  FakeEngine compiledAfter(String implementation, int calls) {
    fake(implementation).uncompiledCalls = calls;
    return this;
  }

  /** Makes all ways pass for Java code. */
  FakeEngine warmingUp() {
    warmsUp = true;
    return this;
  }

  /** Makes all ways write zeros, which is right where all weights are zero. */
  FakeEngine hasty() {
    isHasty = true;
    return this;
  }

  /** Makes its first way able to add to what dst holds. */
  FakeEngine addingInPlace() {
    addsInPlace = true;
    return this;
  }

  @Override
  public @Nullable PreparedConvolution prepareInPlace(ConvolutionRequest request) {
    return addsInPlace ? prepare(request) : null;
  }

  /** Makes whatever is asked of it fail. */
  void breakDown() {
    isBroken = true;
  }

  private void requireWhole() {
    if (isBroken) {
      throw new EngineFailureException(name, "a test", "preparing", "it broke down");
    }
  }

  /** Does something within each call. */
  void beforeCall(Consumer<PrepareRequest> action) {
    beforeCall = action;
  }

  int openCount() {
    return open.get();
  }

  /** How many calls were given memory that is confined to one thread. */
  int confinedCalls() {
    return confinedCalls.get();
  }

  int executedCount() {
    return fakes.values().stream().mapToInt(fake -> fake.executed.get()).sum();
  }

  int preparedCount() {
    return fakes.values().stream().mapToInt(fake -> fake.prepared.get()).sum();
  }

  /** How often it told its ways. */
  int askedCount() {
    return asked.get();
  }

  boolean isClosed() {
    return isClosed;
  }

  @Override
  public List<String> implementations(PrepareRequest request) {
    asked.incrementAndGet();
    requireWhole();
    return List.copyOf(fakes.keySet());
  }

  @Override
  public PreparedConvolution prepare(PrepareRequest request, String implementation) {
    requireWhole();
    Fake fake = fakes.get(implementation);
    if (fake == null) {
      throw new IllegalArgumentException(implementation);
    }
    fake.prepared.incrementAndGet();
    open.incrementAndGet();
    return new FakeConvolution(reference.prepare(request.asRequest()), request, fake);
  }

  @Override
  public PreparedConvolution prepare(ConvolutionRequest request) {
    return prepare(PrepareRequest.of(request), new ArrayList<>(fakes.keySet()).getFirst());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public EngineOptions options() {
    return reference.options();
  }

  @Override
  public Support support(ConvolutionRequest request) {
    return reference.support(request);
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public boolean warmsUp() {
    return warmsUp;
  }

  @Override
  public PreparedConvolution prepare(
      ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
    return sequences.prepare(this, sequence, src, parameters);
  }

  @Override
  public void close() {
    isClosed = true;
    sequences.close();
    reference.close();
  }

  private final class FakeConvolution implements PreparedConvolution {
    private final PreparedConvolution right;
    private final PrepareRequest request;
    private final long products;
    private final Fake fake;
    private boolean isOpen = true;

    FakeConvolution(PreparedConvolution right, PrepareRequest request, Fake fake) {
      this.right = right;
      this.request = request;
      this.fake = fake;
      this.products = request.convolution().multiplications(request.src().shape());
    }

    @Override
    public TensorSpec src() {
      return right.src();
    }

    @Override
    public TensorSpec dst() {
      return right.dst();
    }

    @Override
    public Explanation explain() {
      return right.explain();
    }

    @Override
    public void execute(Tensor src, Tensor dst) {
      int before = fake.executed.getAndIncrement();
      fake.products.add(products);
      beforeCall.accept(request);
      if (!src.segment().isAccessibleBy(Confinement.NOBODY)
          || !dst.segment().isAccessibleBy(Confinement.NOBODY)) {
        confinedCalls.incrementAndGet();
      }
      if (before >= fake.failsAfter) {
        throw new EngineFailureException(name, "a test", "executing", "a spring broke");
      }
      if (isHasty) {
        dst.fill(0);
      } else {
        right.execute(src, dst);
      }
      if (before == 0) {
        stopwatch.advance(fake.disturbanceNanos);
      }
      if (before < fake.uncompiledCalls) {
        stopwatch.allocate(HEAP_OF_UNCOMPILED);
        stopwatch.advance(NANOS_OF_UNCOMPILED);
      }
      if (fake.error != 0) {
        long[] at = new long[dst.spec().shape().rank()];
        at[at.length - 1] = fake.wrongOutput;
        dst.setFloat(dst.getFloat(at) + fake.error, at);
      }
      stopwatch.advance(fake.nanos + Math.round(fake.nanosPerProduct * products));
    }

    @Override
    public void close() {
      right.close();
      if (isOpen) {
        open.decrementAndGet();
        isOpen = false;
      }
    }
  }
}
