package io.github.conv4j.peers;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.bench.whole.Inputs;
import io.github.conv4j.bench.whole.NetworkContender;
import io.github.conv4j.bench.whole.NetworkEntry;
import io.github.conv4j.bench.whole.NetworkHost;
import io.github.conv4j.bench.whole.NetworkTask;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Whole networks by ONNX Runtime: all optimisations, direct buffers, pinned outputs. */
public final class OnnxRuntimeNetworks implements NetworkContender {
  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public String version() {
    return "ONNX Runtime " + DeepStack.environment().getVersion();
  }

  @Override
  public boolean sharesThreads() {
    return false;
  }

  @Override
  public List<NetworkEntry> enter(NetworkTask task, int clients) {
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(task.threads());
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      OrtEnvironment environment = DeepStack.environment();
      OrtSession session = environment.createSession(task.file().toString(), options);
      var users = new AtomicInteger(clients);
      List<NetworkEntry> entries = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        entries.add(new Client(environment, session, users, task));
      }
      return entries;
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Each session has threads of its own, as it has by default. */
  @Override
  public NetworkHost open(int threads) {
    return new NetworkHost() {
      private final OnnxRuntime layers = new OnnxRuntime();

      @Override
      public List<NetworkEntry> enter(NetworkTask task, int clients) {
        return OnnxRuntimeNetworks.this.enter(task, clients);
      }

      @Override
      public List<Entry> enter(Task layer, int clients) {
        layers
            .lack(layer)
            .ifPresent(
                lack -> {
                  throw new IllegalArgumentException(lack);
                });
        return layers.enter(layer, clients);
      }

      @Override
      public void close() {
        layers.close();
      }
    };
  }

  private static final class Client implements NetworkEntry {
    private final OrtEnvironment environment;
    private final OrtSession session;

    /** How many entries use the session; the last closes it. */
    private final AtomicInteger users;

    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();

    /** Those that the first run showed the shapes of; the session makes the others in each run. */
    private final Map<String, OnnxTensor> pinned = new LinkedHashMap<>();

    private final Set<String> free = new HashSet<>();
    private final Map<String, FloatBuffer> results = new LinkedHashMap<>();

    Client(OrtEnvironment environment, OrtSession session, AtomicInteger users, NetworkTask task)
        throws OrtException {
      this.environment = environment;
      this.session = session;
      this.users = users;
      for (String input : session.getInputNames()) {
        long[] dims = Objects.requireNonNull(task.dims().get(input), input);
        float[] values = Inputs.of(input, dims);
        inputs.put(input, OnnxTensor.createTensor(environment, Floats.direct(values), dims));
      }
    }

    @Override
    public void run() {
      try {
        if (pinned.isEmpty()) {
          runFirst();
        } else {
          session.run(inputs, free, pinned).close();
        }
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    private void runFirst() throws OrtException {
      try (OrtSession.Result first = session.run(inputs)) {
        for (Map.Entry<String, OnnxValue> output : first) {
          if (output.getValue() instanceof OnnxTensor tensor
              && tensor.getInfo().type == OnnxJavaType.FLOAT) {
            long[] dims = tensor.getInfo().getShape();
            FloatBuffer buffer = Floats.direct(Floats.count(dims));
            buffer.put(0, tensor.getFloatBuffer(), 0, buffer.capacity());
            results.put(output.getKey(), buffer);
            pinned.put(output.getKey(), OnnxTensor.createTensor(environment, buffer, dims));
          } else {
            free.add(output.getKey());
          }
        }
      }
    }

    @Override
    public Map<String, float[]> results() {
      Map<String, float[]> all = new LinkedHashMap<>();
      results.forEach((name, buffer) -> all.put(name, Floats.toArray(buffer)));
      return all;
    }

    @Override
    public void close() {
      inputs.values().forEach(OnnxTensor::close);
      pinned.values().forEach(OnnxTensor::close);
      if (users.decrementAndGet() == 0) {
        try {
          session.close();
        } catch (OrtException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
