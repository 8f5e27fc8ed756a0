package consumer;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/** Runs a convolution on the engines that compute; fails unless they start and agree. */
final class Consumer {
  private static final Convolution CONVOLUTION =
      Convolution.conv2d(16, 32).kernel(3).padding(1).build();

  private Consumer() {}

  /** With arguments {@code without MODULE}, fails if that module is there. */
  public static void main(String[] args) {
    if (args.length == 2) {
      require(ModuleLayer.boot().findModule(args[1]).isEmpty(), "%s is here".formatted(args[1]));
    }
    try (Engine best = Engines.best()) {
      require(best.name().equals("onednn"), "the best engine is " + best.name());
    }
    float[] expected = run("reference");
    for (String engine : List.of("onednn", "vector")) {
      require(Arrays.equals(run(engine), expected), engine + " computes something else");
    }
    System.out.println("conv4j works");
  }

  private static float[] run(String name) {
    float[] weights = integers(CONVOLUTION.weightsShape().elementCount());
    float[] bias = integers(CONVOLUTION.outChannels());
    TensorSpec spec = TensorSpec.f32(Layout.NHWC, 2, 16, 9, 7);
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engines.named(name);
        PreparedConvolution prepared = engine.prepare(CONVOLUTION, spec, weights, bias)) {
      String explained = prepared.explain().toString();
      require(!explained.contains("scalar"), "the vector engine has no vectors: " + explained);
      Tensor src = Tensor.ofFloats(spec, integers(spec.shape().elementCount()), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      prepared.execute(src, dst);
      return dst.toFloatArray();
    }
  }

  /** Small integers, whose sums are exact. */
  private static float[] integers(long count) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * 37 % 11 - 5;
    }
    return values;
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }
}
