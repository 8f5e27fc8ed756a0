package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CompilationCacheTest {
  private static final long PLENTY_BYTES = 1L << 40;
  private static Engine engine;

  private final AtomicInteger emptied = new AtomicInteger();

  @BeforeAll
  static void loadLibrary() {
    engine = Engines.named("onednn");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  @Test
  void theSecondPrepareSharesWhatTheFirstCompiled() {
    CompilationCache cache = open(PLENTY_BYTES);
    CompiledConvolution first = compile(cache, 8);
    CompiledConvolution second = compile(cache, 8);

    assertThat(second).isSameAs(first);
    assertThat(cache.byteSize()).isEqualTo(first.byteSize());
    first.release();
    second.release();
    cache.close();
  }

  @Test
  void descriptionsThatComeToTheSameAreCompiledOnce() {
    CompilationCache cache = open(PLENTY_BYTES);
    Convolution explicit = Convolution.conv2d(8, 8).kernel(3).padding(1).build();
    Convolution same = Convolution.conv2d(8, 8).kernel(3).padding(Padding.same()).build();
    Convolution flipped = explicit.toBuilder().flippedKernel(true).build();
    Convolution other = explicit.toBuilder().bias(false).build();

    CompiledConvolution first = compile(cache, explicit, 8);
    assertThat(compile(cache, same, 8)).isSameAs(first);
    assertThat(compile(cache, flipped, 8)).isSameAs(first);
    CompiledConvolution second = compile(cache, other, 8);
    assertThat(second).isNotSameAs(first);
    cache.close();
    first.release();
    first.release();
    first.release();
    second.release();
  }

  @Test
  void theOldestIdleGoesFirst() {
    long bytes = bytesOfOne();
    CompilationCache cache = open(2 * bytes + bytes / 2);
    compile(cache, 8).release();
    compile(cache, 9).release();
    compile(cache, 8).release();
    CompiledConvolution third = compile(cache, 10);

    assertThat(cache.byteSize()).isLessThanOrEqualTo(2 * bytes + bytes / 2);
    CompiledConvolution first = compile(cache, 8);
    assertThat(cache.byteSizeInUse()).isEqualTo(third.byteSize() + first.byteSize());
    assertThat(first.retain()).isTrue();
    first.release();
    first.release();
    third.release();
    assertThat(cache.byteSizeInUse()).isZero();
    cache.close();
  }

  @Test
  void whatIsUsedIsKeptBeyondTheBoundUntilItIsIdle() {
    CompilationCache cache = open(1);
    CompiledConvolution first = compile(cache, 8);
    CompiledConvolution second = compile(cache, 9);

    assertThat(cache.byteSize()).isEqualTo(first.byteSize() + second.byteSize());
    assertThat(cache.byteSizeInUse()).isEqualTo(cache.byteSize());
    assertThat(compile(cache, 8)).as("found while it is used").isSameAs(first);
    first.release();
    first.release();
    assertThat(cache.byteSize()).isEqualTo(second.byteSize());
    assertThat(first.retain()).as("destroyed").isFalse();
    second.release();
    assertThat(cache.byteSize()).isZero();
    cache.close();
  }

  @Test
  void theLastEngineEmptiesIt() {
    CompilationCache cache = open(PLENTY_BYTES);
    cache.open();
    CompiledConvolution idle = compile(cache, 8);
    idle.release();
    CompiledConvolution used = compile(cache, 9);

    cache.close();
    assertThat(cache.byteSize()).as("one engine is still open").isPositive();
    assertThat(emptied).hasValue(0);
    cache.close();
    assertThat(cache.byteSize()).isZero();
    assertThat(emptied).hasValue(1);
    assertThat(idle.retain()).isFalse();
    assertThat(used.retain()).as("used by something else than the cache").isTrue();
    used.release();
    used.release();
    assertThat(used.retain()).isFalse();
  }

  @Test
  void keepsNothingWhileNoEngineIsOpen() {
    var cache = new CompilationCache(() -> PLENTY_BYTES, emptied::incrementAndGet);
    CompiledConvolution compiled = compile(cache, 8);

    assertThat(cache.byteSize()).isZero();
    compiled.release();
    assertThat(compiled.retain()).isFalse();
  }

  @Test
  void remembersWhatOneDnnLacks() {
    CompilationCache cache = open(PLENTY_BYTES);
    Convolution convolution = convolution();
    TensorSpec spec = TensorSpec.f32(Layout.NHWC, 1, 8, 8, 8);
    Way way = way(convolution, spec);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> cache.compile(way.spec(), "none of oneDNN's"))
          .isInstanceOf(DnnlStatusException.class)
          .hasMessageContaining("unimplemented");
    }
    cache.close();
  }

  private CompilationCache open(long bytes) {
    var cache = new CompilationCache(() -> bytes, emptied::incrementAndGet);
    cache.open();
    return cache;
  }

  private long bytesOfOne() {
    CompilationCache cache = open(PLENTY_BYTES);
    long most = 0;
    for (int size = 8; size <= 10; size++) {
      CompiledConvolution compiled = compile(cache, size);
      most = Math.max(most, compiled.byteSize());
      compiled.release();
    }
    cache.close();
    return most;
  }

  private static CompiledConvolution compile(CompilationCache cache, int size) {
    return compile(cache, convolution(), size);
  }

  private static Convolution convolution() {
    return Convolution.conv2d(8, 8).kernel(3).padding(1).build();
  }

  private static CompiledConvolution compile(
      CompilationCache cache, Convolution convolution, int size) {
    TensorSpec spec = TensorSpec.f32(Layout.NHWC, 1, 8, size, size);
    Way way = way(convolution, spec);
    return cache.compile(way.spec(), way.implementation().name());
  }

  private static Way way(Convolution convolution, TensorSpec spec) {
    var problem = NativeProblem.of(convolution, convolution.geometry(spec.shape()));
    return Way.of(problem, spec, spec, Integer.MAX_VALUE, false).getFirst();
  }
}
