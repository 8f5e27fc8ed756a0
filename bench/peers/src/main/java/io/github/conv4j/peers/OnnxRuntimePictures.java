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

  private record Runner(OrtEnvironment environment, OrtSession session) implements PictureRunner {
    @Override
    public Result run(float[] src, long[] dims) {
      String input = session.getInputNames().iterator().next();
      try (OnnxTensor image = OnnxTensor.createTensor(environment, FloatBuffer.wrap(src), dims);
          OrtSession.Result result = session.run(Map.of(input, image))) {
        var first = (OnnxTensor) result.get(0);
        float[] values = new float[Math.toIntExact(Floats.count(first.getInfo().getShape()))];
        first.getFloatBuffer().get(values);
        return new Result(values, Arrays.stream(first.getInfo().getShape()).boxed().toList());
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
