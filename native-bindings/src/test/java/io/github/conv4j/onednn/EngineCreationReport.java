package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.EngineFailureException;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.concurrent.atomic.AtomicBoolean;

/** Main class of a process in which oneDNN's engine cannot be created at the first attempt. */
final class EngineCreationReport {
  private EngineCreationReport() {}

  public static void main(String[] args) {
    var failed = new AtomicBoolean();
    DnnlLibrary real =
        Dnnl.replace(
            FailingLibrary.of(
                NativeLibrary.load().functions(),
                method ->
                    method.getName().equals("engineCreate") && failed.compareAndSet(false, true)));
    try (Engine engine = Engines.named("onednn")) {
      try {
        prepare(engine);
        System.out.println("unexpected");
      } catch (EngineFailureException e) {
        System.out.println("first " + e.getMessage());
      }
      prepare(engine);
      System.out.println("second prepared");
    } finally {
      Dnnl.replace(real);
    }
  }

  private static void prepare(Engine engine) {
    Convolution convolution = Convolution.conv2d(8, 8).kernel(3).padding(1).build();
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 8, 5, 5);
    engine.prepare(convolution, src, new float[8 * 8 * 9], new float[8]).close();
  }
}
