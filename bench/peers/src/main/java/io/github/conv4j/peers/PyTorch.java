package io.github.conv4j.peers;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.Task;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch through DJL: arrays that are ready, then the convolution of {@code NDArray}s without
 * gradients. DJL makes a new array for each result, and PyTorch pads in a step of its own where the
 * padding is not symmetric; both belong to a call. Channels first: DJL offers no other memory
 * format. Threads are a setting of the process, made by whoever calls.
 */
public final class PyTorch implements Contender {
  @Override
  public String name() {
    return "pytorch";
  }

  @Override
  public String version() {
    return "PyTorch " + engine().getVersion() + " through DJL " + Engine.getDjlVersion();
  }

  /** Nothing is fetched while running, and nobody is called: the libraries are in the jars. */
  private static Engine engine() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    return Engine.getEngine("PyTorch");
  }

  @Override
  public Optional<String> lack(Task task) {
    if (task.problem().convolution().isTransposed()) {
      return Optional.of("DJL has no transposed convolution for PyTorch");
    }
    if (!Platform.starts(name(), PyTorch::engine)) {
      return Optional.of(Platform.CANNOT_START);
    }
    return CommonTerms.lack(task);
  }

  @Override
  public Entry enter(Task task) {
    NDManager manager = engine().newBaseManager(Device.cpu());
    try {
      return new Client(manager, task, CommonTerms.of(task));
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  @Override
  public void close() {}

  private static final class Client implements Entry {
    private final NDManager manager;
    private final int threads;
    private final NDArray src;
    private final NDArray weights;
    private final @Nullable NDArray bias;
    private final Shape stride;
    private final Shape padding;
    private final Shape dilation;
    private final int groups;
    private final @Nullable Shape extraPadding;
    private @Nullable NDList result;
    private @Nullable Thread lastCaller;

    Client(NDManager manager, Task task, CommonTerms terms) {
      this.manager = manager;
      this.threads = task.threads();
      this.src = manager.create(task.src(), new Shape(terms.src()));
      this.weights = manager.create(terms.weights(), new Shape(terms.weightsShape()));
      this.bias = task.bias().length > 0 ? manager.create(task.bias()) : null;
      this.stride = new Shape(terms.stride());
      this.dilation = new Shape(terms.dilation());
      this.groups = Math.toIntExact(terms.groups());
      boolean symmetric = terms.isSymmetric();
      this.padding = new Shape(symmetric ? terms.begin() : new long[terms.rank()]);
      this.extraPadding = symmetric ? null : new Shape(innermostFirst(terms));
    }

    /** Begin and end of the last axis, then of the one before it, as PyTorch's pad counts. */
    private static long[] innermostFirst(CommonTerms terms) {
      long[] pads = new long[2 * terms.rank()];
      for (int i = 0; i < terms.rank(); i++) {
        int axis = terms.rank() - 1 - i;
        pads[2 * i] = terms.begin()[axis];
        pads[2 * i + 1] = terms.end()[axis];
      }
      return pads;
    }

    @Override
    public void call() {
      if (lastCaller != Thread.currentThread()) {
        lastCaller = Thread.currentThread();
        JniUtils.setGradMode(false);
        JniUtils.setNumThreads(threads);
      }
      if (result != null) {
        result.close();
      }
      if (extraPadding == null) {
        result = convolve(src);
      } else {
        try (NDArray padded = src.pad(extraPadding, 0)) {
          result = convolve(padded);
        }
      }
    }

    private NDList convolve(NDArray from) {
      return from.getNDArrayInternal()
          .convolution(from, weights, bias, stride, padding, dilation, groups);
    }

    @Override
    public float[] result() {
      return result == null ? new float[0] : result.singletonOrThrow().toFloatArray();
    }

    @Override
    public String implementation() {
      return extraPadding == null ? "" : "pad+convolution";
    }

    @Override
    public void close() {
      manager.close();
    }
  }
}
