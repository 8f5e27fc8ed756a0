import static io.github.conv4j.tensor.Layout.NHWC;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;

class First {
  public static void main(String[] args) {
    var block = Convolution.conv2d(64, 128).kernel(3).padding(1).groups(4).build(); // describe
    float[] weights = new float[(int) block.weightsShape().elementCount()];
    float[] bias = new float[128];
    try (var arena = Arena.ofShared();
        var engine = Engines.best(); // or Engines.named("reference")
        var conv = engine.prepare(block, TensorSpec.f32(NHWC, 1, 64, 56, 56), weights, bias)) {
      Tensor src = Tensor.allocate(conv.src(), arena);
      Tensor dst = Tensor.allocate(conv.dst(), arena);
      conv.execute(src, dst); // as often as you like: silent, allocation-free, on any thread
      System.out.println(conv.explain());
    }
  }
}
