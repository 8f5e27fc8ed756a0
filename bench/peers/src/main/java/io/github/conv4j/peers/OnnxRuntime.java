package io.github.conv4j.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.LastOut;
import io.github.conv4j.bench.contender.Task;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * ONNX Runtime: a session for one {@code Conv} or {@code ConvTranspose}, all optimisations, direct
 * buffers, pinned outputs. Clients share a session and so its threads. Channels first: it knows no
 * other layout of tensors.
 */
public final class OnnxRuntime implements Contender {
  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public String version() {
    return "ONNX Runtime " + DeepStack.environment().getVersion();
  }

  @Override
  public Optional<String> lack(Task task) {
    if (!Platform.starts(name(), DeepStack::environment)) {
      return Optional.of(Platform.CANNOT_START);
    }
    return CommonTerms.lack(task);
  }

  @Override
  public Entry enter(Task task) {
    return enter(task, 1).getFirst();
  }

  @Override
  public List<Entry> enter(Task task, int clients) {
    CommonTerms terms = CommonTerms.of(task);
    OrtEnvironment environment = DeepStack.environment();
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(task.threads());
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      OrtSession session = environment.createSession(OnnxModel.of(task, terms), options);
      var shared = new LastOut(clients, () -> close(session));
      List<Entry> entries = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        entries.add(new Client(environment, session, shared, terms, task.src()));
      }
      return entries;
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void close(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {}

  private static final class Client implements Entry {
    private final OrtSession session;
    private final LastOut shared;
    private final OnnxTensor src;
    private final OnnxTensor dst;
    private final FloatBuffer result;
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxTensor> outputs;
    private boolean closed;

    Client(
        OrtEnvironment environment,
        OrtSession session,
        LastOut shared,
        CommonTerms terms,
        float[] values)
        throws OrtException {
      this.session = session;
      this.shared = shared;
      this.result = Floats.direct(Floats.count(terms.dst()));
      this.src = OnnxTensor.createTensor(environment, Floats.direct(values), terms.src());
      this.dst = OnnxTensor.createTensor(environment, result, terms.dst());
      this.inputs = Map.of(OnnxModel.SRC, src);
      this.outputs = Map.of(OnnxModel.DST, dst);
    }

    @Override
    public void call() {
      try {
        session.run(inputs, outputs).close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public float[] result() {
      return Floats.toArray(result);
    }

    @Override
    public String implementation() {
      return "";
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        src.close();
        dst.close();
        shared.release();
      }
    }
  }
}
