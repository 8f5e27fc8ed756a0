package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CompilationCacheTest {
  @BeforeAll
  static void loadLibrary() {
    Engines.named("onednn").close();
  }

  @Test
  void theSecondPrepareSharesWhatTheFirstCompiled() {
    var cache = new CompilationCache(2);
    CompiledConvolution first = compile(cache, 8);
    CompiledConvolution second = compile(cache, 8);

    assertThat(second).isSameAs(first);
    first.release();
    second.release();
  }

  @Test
  void theOldestIsDroppedButLivesWhileItIsUsed() {
    var cache = new CompilationCache(2);
    CompiledConvolution first = compile(cache, 8);
    compile(cache, 9).release();
    compile(cache, 10).release();

    assertThat(first.retain()).as("dropped from the cache, still used here").isTrue();
    first.release();
    first.release();
    assertThat(first.retain()).as("used by nobody").isFalse();
    CompiledConvolution again = compile(cache, 8);
    assertThat(again).isNotSameAs(first);
    again.release();
  }

  private static CompiledConvolution compile(CompilationCache cache, int size) {
    Convolution convolution = Convolution.conv2d(8, 8).kernel(3).padding(1).build();
    TensorSpec spec = TensorSpec.f32(Layout.NHWC, 1, 8, size, size);
    return cache.compile(
        NativeProblem.of(convolution, convolution.geometry(spec.shape())), spec, spec);
  }
}
