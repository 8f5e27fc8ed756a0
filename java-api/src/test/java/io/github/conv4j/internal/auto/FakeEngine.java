package io.github.conv4j.internal.auto;

import io.github.conv4j.EngineFailureException;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.Support;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** The reference in several ways that differ in speed and honesty; counts what happens to them. */
final class FakeEngine implements Alternatives {
  static final long PAUSE_OF_UNCOMPILED = 900_000;
  private static final int HEAP_OF_UNCOMPILED = 10_000;

  private final Engine reference = Engines.named("reference");
  private final String name;
  private final Map<String, Fake> fakes = new LinkedHashMap<>();
  int prepared;
  int executed;
  int open;
  boolean isClosed;
  private boolean warmsUp;
  private byte[] heap = {};

  FakeEngine(String name) {
    this.name = name;
  }

  private record Fake(long pauseNanos, float error, boolean fails, int uncompiledCalls) {}

  /** Adds a way that takes so long. */
  FakeEngine way(String implementation, long pauseMicros) {
    fakes.put(implementation, new Fake(pauseMicros * 1_000, 0, false, 0));
    return this;
  }

  /** Adds a fast way whose first output is wrong by so much. */
  FakeEngine wrong(String implementation, float error) {
    fakes.put(implementation, new Fake(0, error, false, 0));
    return this;
  }

  /** Adds a way that fails when it is executed. */
  FakeEngine failing(String implementation) {
    fakes.put(implementation, new Fake(0, 0, true, 0));
    return this;
  }

  /** Adds a fast way whose first calls are slow and take from the heap, as Java code does. */
  FakeEngine compiledAfter(String implementation, int calls) {
    fakes.put(implementation, new Fake(0, 0, false, calls));
    return this;
  }

  /** Makes all ways pass for Java code. */
  FakeEngine warmingUp() {
    warmsUp = true;
    return this;
  }

  @Override
  public List<String> implementations(PrepareRequest request) {
    return List.copyOf(fakes.keySet());
  }

  @Override
  public PreparedConvolution prepare(PrepareRequest request, String implementation) {
    Fake fake = fakes.get(implementation);
    if (fake == null) {
      throw new IllegalArgumentException(implementation);
    }
    prepared++;
    open++;
    return new FakeConvolution(reference.prepare(request.asRequest()), fake);
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
  public void close() {
    isClosed = true;
    reference.close();
  }

  private final class FakeConvolution implements PreparedConvolution {
    private final PreparedConvolution right;
    private final Fake fake;
    private boolean isOpen = true;
    private int calls;

    FakeConvolution(PreparedConvolution right, Fake fake) {
      this.right = right;
      this.fake = fake;
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
      executed++;
      if (fake.fails()) {
        throw new EngineFailureException(name, "a test", "executing", "a spring broke");
      }
      right.execute(src, dst);
      if (calls++ < fake.uncompiledCalls()) {
        heap = new byte[HEAP_OF_UNCOMPILED + heap.length % 2];
        pause(PAUSE_OF_UNCOMPILED);
      }
      if (fake.error() != 0) {
        long[] first = new long[dst.spec().shape().rank()];
        dst.setFloat(dst.getFloat(first) + fake.error(), first);
      }
      pause(fake.pauseNanos());
    }

    /** Parks again where a permit or a whim ended the pause early. */
    private static void pause(long nanos) {
      long end = System.nanoTime() + nanos;
      for (long rest = nanos; rest > 0; rest = end - System.nanoTime()) {
        LockSupport.parkNanos(rest);
      }
    }

    @Override
    public void close() {
      right.close();
      open -= isOpen ? 1 : 0;
      isOpen = false;
    }
  }
}
