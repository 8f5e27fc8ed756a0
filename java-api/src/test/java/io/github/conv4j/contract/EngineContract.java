package io.github.conv4j.contract;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** One engine and the reference, fresh for each test. */
@SuppressWarnings("NullAway.Init") // set before each test
abstract class EngineContract {
  /** A small convolution with bias that every engine can run. */
  static final Convolution PLAIN = Convolution.conv2d(8, 16).kernel(3).padding(1).build();

  static final Shape PLAIN_SRC = Shape.of(1, 8, 7, 7);

  static final List<Layout> LAYOUTS = List.of(Layout.NCHW, Layout.NHWC, Layout.ANY);

  Engine engine;
  Engine reference;

  abstract String engineName();

  /** Whether the engine runs what other engines have, which keep this contract themselves. */
  final boolean isMadeOfOthers() {
    return engineName().equals("auto");
  }

  /** Or the naive loops, which others are held against. */
  final boolean isTestedElsewhere() {
    return isMadeOfOthers() || engineName().equals("reference");
  }

  @BeforeEach
  void openEngines() {
    engine = Engines.named(engineName());
    reference = Engines.named("reference");
  }

  @AfterEach
  void closeEngines() {
    engine.close();
    reference.close();
  }

  static TensorSpec spec(Layout layout, Shape shape) {
    return TensorSpec.f32(layout, shape.dims());
  }

  static TensorSpec plainSrc() {
    return spec(Layout.NHWC, PLAIN_SRC);
  }

  static float[] plainWeights() {
    return Runs.integers(PLAIN.weightsShape(), 1);
  }

  static float[] plainBias() {
    return Runs.integers(16, 2);
  }

  static float[] plainValues() {
    return Runs.integers(PLAIN_SRC, 3);
  }

  static float[] plainExpected() {
    return Runs.reference(PLAIN, PLAIN_SRC, plainValues(), plainWeights(), plainBias());
  }
}
