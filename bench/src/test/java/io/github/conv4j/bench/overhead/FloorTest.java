package io.github.conv4j.bench.overhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.Parameters;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class FloorTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  Path folder;

  private static Path library() {
    return Engines.survey().stream()
        .filter(found -> found.name().equals("onednn"))
        .map(found -> NativeEngine.library((Availability.Available) found.availability()))
        .findFirst()
        .orElseThrow();
  }

  /** The program; without a compiler the test is reported as aborted, in CI as failed. */
  private Path compile() throws Exception {
    return switch (new FloorCompiler(System.getenv()).compile(folder)) {
      case FloorCompiler.Result.Compiled compiled -> compiled.program();
      case FloorCompiler.Result.Absent absent -> {
        assertThat(System.getenv("CI"))
            .as("CI must have a C compiler: " + absent.reason())
            .isNull();
        assertThat(absent.reason()).isEqualTo(FloorCompiler.NO_COMPILER);
        throw new TestAbortedException(absent.reason());
      }
    };
  }

  @Test
  void computesWhatJavaComputes() throws Exception {
    Path program = compile();
    List<Layer> layers = new ArrayList<>(Layer.all());
    layers.add(Layer.of("g4mb2_ic32oc16_ih13iw9kh3kw5sh2ph1pw2"));
    layers.add(Layer.of("g24mb1_ic24oc24_ih17kh3ph2dh1"));
    try (Engine engine = Engines.named("onednn", EngineOptions.defaults().withThreads(1));
        FloorProcess floor = new FloorProcess(program, library())) {
      for (Layer layer : layers) {
        for (int round = 0; round < 3; round++) {
          Layer.Offsets offsets = Layer.Offsets.ofRound(round);
          assertAgrees(engine, layer, offsets, floor);
          assertThat(floor.run(4, 2)).hasSize(4).doesNotContain(0);
        }
      }
    }
  }

  private static void assertAgrees(
      Engine engine, Layer layer, Layer.Offsets offsets, FloorProcess floor) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Parameters parameters = layer.parameters(arena);
      try (PreparedConvolution prepared = layer.prepare(engine, parameters)) {
        Tensor src = layer.src(prepared, offsets, arena);
        Tensor dst = layer.dst(prepared, offsets, arena);
        assertThat(src.address() % 4096).isEqualTo(offsets.src());
        assertThat(dst.address() % 4096).isEqualTo(offsets.dst());
        prepared.execute(src, dst);
        String implementation = prepared.explain().stages().getFirst().implementation();
        assertThat(floor.prepare(layer, offsets, implementation))
            .as(layer.line())
            .isEqualTo(Layer.checksum(dst));
      }
    }
  }

  @Test
  void saysWhatWentWrong() throws Exception {
    Path program = compile();
    try (FloorProcess floor = new FloorProcess(program, folder.resolve("no-such-library"))) {
      assertThatThrownBy(() -> floor.run(1, 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no-such-library");
    }
    try (FloorProcess floor = new FloorProcess(program, library())) {
      assertThatThrownBy(() -> floor.run(1, 1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("run before prepare");
    }
  }

  @Test
  void runsNoOtherImplementationThanItIsAskedFor() throws Exception {
    Path program = compile();
    try (FloorProcess floor = new FloorProcess(program, library())) {
      assertThatThrownBy(
              () ->
                  floor.prepare(Layer.all().getFirst(), Layer.Offsets.ofRound(0), "magic:avx9000"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no such implementation");
    }
  }

  @Test
  void saysInOneSentenceThatThereIsNoCompiler() throws Exception {
    FloorCompiler.Result result =
        new FloorCompiler(Map.of("PATH", folder.toString())).compile(folder);

    assertThat(result).isEqualTo(new FloorCompiler.Result.Absent(FloorCompiler.NO_COMPILER));
  }

  @Test
  void saysInOneSentenceThatTheCompilerCannotDoIt() throws Exception {
    // A program that every system with Java has, and that takes none of these options.
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    FloorCompiler.Result result = new FloorCompiler(Map.of("CC", java)).compile(folder);

    assertThat(result).isInstanceOf(FloorCompiler.Result.Absent.class);
    assertThat(((FloorCompiler.Result.Absent) result).reason())
        .startsWith(java + " cannot compile the C program, so calls are not compared with C: ")
        .doesNotContain("\n");
  }
}
