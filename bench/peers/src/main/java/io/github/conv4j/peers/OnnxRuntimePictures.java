package io.github.conv4j.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.github.conv4j.examples.ocr.PictureRunner;
import io.github.conv4j.examples.ocr.PictureRuntime;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * ONNX Runtime inside the example server: one session for each network, which all requests share,
 * all optimisations, as many threads within operators as the server's engine has.
 */
public final class OnnxRuntimePictures implements PictureRuntime {
  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public PictureRunner open(Path file, int threads) {
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      OrtEnvironment environment = DeepStack.environment();
      return new Runner(environment, environment.createSession(file.toString(), options));
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A session does not wait for its runs when it is closed; this does. */
  private static final class Runner implements PictureRunner {
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final ReadWriteLock runs = new ReentrantReadWriteLock();
    private boolean isClosed;

    Runner(OrtEnvironment environment, OrtSession session) {
      this.environment = environment;
      this.session = session;
    }

    @Override
    public Result run(float[] src, long[] dims) {
      runs.readLock().lock();
      try {
        if (isClosed) {
          throw new IllegalStateException("the network is closed");
        }
        return runOpen(src, dims);
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      } finally {
        runs.readLock().unlock();
      }
    }

    private Result runOpen(float[] src, long[] dims) throws OrtException {
      String input = session.getInputNames().iterator().next();
      try (OnnxTensor image = OnnxTensor.createTensor(environment, FloatBuffer.wrap(src), dims);
          OrtSession.Result result = session.run(Map.of(input, image))) {
        var first = (OnnxTensor) result.get(0);
        // The buffer is a copy already.
        float[] values = first.getFloatBuffer().array();
        return new Result(values, Arrays.stream(first.getInfo().getShape()).boxed().toList());
      }
    }

    @Override
    public void close() {
      runs.writeLock().lock();
      try {
        isClosed = true;
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      } finally {
        runs.writeLock().unlock();
      }
    }
  }
}
