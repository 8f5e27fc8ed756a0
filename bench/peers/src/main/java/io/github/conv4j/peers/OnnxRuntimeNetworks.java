package io.github.conv4j.peers;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.conv4j.bench.whole.Inputs;
import io.github.conv4j.bench.whole.NetworkContender;
import io.github.conv4j.bench.whole.NetworkEntry;
import io.github.conv4j.bench.whole.NetworkTask;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Whole networks by ONNX Runtime: all optimisations, direct buffers, pinned outputs. */
public final class OnnxRuntimeNetworks implements NetworkContender {
  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public String version() {
    return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion();
  }

  @Override
  public NetworkEntry enter(NetworkTask task) {
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(task.threads());
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      OrtSession session = environment.createSession(task.file().toString(), options);
      return new Entry(environment, session, task);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Entry implements NetworkEntry {
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();

    /** Those that a first run showed the shapes of; the session makes the others in each run. */
    private final Map<String, OnnxTensor> pinned = new LinkedHashMap<>();

    private final Set<String> free;
    private final Map<String, FloatBuffer> results = new LinkedHashMap<>();

    Entry(OrtEnvironment environment, OrtSession session, NetworkTask task) throws OrtException {
      this.session = session;
      for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
        long[] dims = task.dims().get(input.getKey());
        float[] values = Inputs.of(input.getKey(), dims);
        inputs.put(
            input.getKey(), OnnxTensor.createTensor(environment, Floats.direct(values), dims));
      }
      try (OrtSession.Result first = session.run(inputs)) {
        for (Map.Entry<String, OnnxValue> output : first) {
          if (output.getValue().getInfo() instanceof TensorInfo info
              && info.type == OnnxJavaType.FLOAT) {
            FloatBuffer buffer = Floats.direct(Floats.count(info.getShape()));
            results.put(output.getKey(), buffer);
            pinned.put(
                output.getKey(), OnnxTensor.createTensor(environment, buffer, info.getShape()));
          }
        }
      }
      free = new HashSet<>(session.getOutputNames());
      free.removeAll(pinned.keySet());
    }

    @Override
    public void run() {
      try {
        session.run(inputs, free, pinned).close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
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
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
