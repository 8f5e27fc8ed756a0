package io.github.conv4j.internal.ready;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.Parameters;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompilationCutTest {
  /** The whole, and channels, rows and columns of what is left. */
  @ParameterizedTest
  @CsvSource({
    "mb1_ic576oc160_ih14kh1, 32, 96, 1, 8",
    "mb4_ic576oc160_ih7kh1, 32, 96, 2, 4",
    "mb1_ic100oc72_ih56kh1, 36, 72, 1, 8",
    "mb1_ic24oc40_ih56kh1, 24, 40, 1, 16",
    "mb1_ic32oc16_ih56kh1, 32, 16, 1, 16",
    "mb1_ic32oc16_ih14kh1, 32, 16, 2, 8",
    "g96mb1_ic96oc96_ih112kh3ph1, 32, 32, 3, 21",
    "g40mb2_ic40oc40_ih56kh3sh2ph1, 40, 40, 3, 12",
    "g40mb2_ic40oc40_ih14kh5ph2, 40, 40, 3, 14",
    "mb40_ic64oc64_ih1kh1, 32, 64, 1, 1",
    "mb1_ic64oc64_id9kd1_ih32kh1_iw32kw1, 32, 64, 1, 8",
  })
  void keepsAFewSteps(String line, long in, long out, long rows, long columns) {
    Problem problem = Problem.parse(line);
    withCut(
        problem,
        (whole, cut) -> {
          PrepareRequest part = Objects.requireNonNull(cut).request();
          Convolution c = part.convolution();
          assertThat(c.inChannels()).isEqualTo(in);
          assertThat(c.outChannels()).isEqualTo(out);
          assertThat(c.isDepthwise()).isEqualTo(problem.convolution().isDepthwise());
          assertThat(c.kernel(0)).isEqualTo(problem.convolution().kernel(0));
          assertThat(c.stride(0)).isEqualTo(problem.convolution().stride(0));
          Shape dst = part.dst().shape();
          assertThat(dst.dim(0)).isEqualTo(problem.src().dim(0) == 40 ? 8 : 1);
          assertThat(dst.dim(dst.rank() - 1)).isEqualTo(columns);
          assertThat(dst.rank() == 3 ? 1 : dst.dim(dst.rank() - 2)).isEqualTo(rows);
          assertThat(part.weights().spec().shape()).isEqualTo(c.weightsShape());
          assertThat(part.weights().toFloatArray()).doesNotContain(0);
          assertThat(cut.share())
              .isEqualTo(
                  (double) c.multiplications(part.src().shape()) / problem.multiplications());
        });
  }

  /** Kernels that know how far apart pixels lie are made for whole rows, or 64 columns. */
  @ParameterizedTest
  @CsvSource({"mb1_ic3oc32_ih224kh3sh2ph1, 16", "mb1_ic4oc64_iw20000kw9pw4, 8"})
  void fewTapsOfFewInputsAreAFewSteps(String line, long columns) {
    var ways = new AtomicInteger();
    withParts(
        Problem.parse(line),
        true,
        Accuracy.STRICT,
        (engine, whole, way, cut) -> {
          if (way.endsWith(":direct")) {
            ways.incrementAndGet();
            PrepareRequest part = Objects.requireNonNull(cut).request();
            assertThat(part.convolution().weightsShape())
                .isEqualTo(whole.convolution().weightsShape());
            long kept = part.dst().shape().dim(part.dst().shape().rank() - 1);
            if (engine.mostPixelsOfRow(whole) > 0) {
              assertThat(kept).isBetween(64L, 112L);
            } else {
              assertThat(kept).isEqualTo(columns);
            }
          }
        });
    assertThat(ways).hasValue(1);
  }

  /** Kernels that take source channels in chunks are the same for any number of channels. */
  @ParameterizedTest
  @CsvSource({
    "mb1_ic64oc64_ih56kh3ph1, , 64, 6",
    "mb1_ic256oc512_ih280kh3sh2ph1_iw28kw3sw2pw1, , 64, 5",
    "mb1_ic96oc24_ih112kh3ph1, , 24, 6",
    "mb1_ic64oc64_ih56kh3ph1, relu, 64, 5",
    "mb1_ic96oc24_ih112kh3ph1, clip:0:6, 24, 5",
    "mb1_ic64oc64_ih56kh3ph1, add:per_tensor:run, 64, 6",
    "mb1_ic64oc64_ih56kh3ph1, 'sigmoid,tanh', 64, 6",
    "mb1_ic64oc64_ih200kh3ph1_iw11kw3pw1, relu, 64, 6",
  })
  void layersInChunksAreAFewSteps(String line, @Nullable String postOps, long out, long columns) {
    Problem plain = Problem.parse(line);
    PostOps list = postOps == null ? PostOps.none() : PostOps.parse(postOps);
    var ways = new AtomicInteger();
    withParts(
        new Problem(plain.convolution().withPostOps(list), plain.src(), ""),
        true,
        Accuracy.STRICT,
        (engine, whole, way, cut) -> {
          if (way.endsWith(":direct")) {
            ways.incrementAndGet();
            PrepareRequest part = Objects.requireNonNull(cut).request();
            if (engine.mostPixelsOfRow(whole) > 0) {
              assertThat(part.convolution().inChannels()).isEqualTo(32);
              assertThat(part.convolution().outChannels()).isEqualTo(out);
              assertThat(part.dst().shape().dims()).containsExactly(1, out, 1, columns);
            } else {
              assertKeepsChannels(whole, cut);
            }
          }
        });
    assertThat(ways).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic576oc160_ih14kh1",
        "mb1_ic960oc320_ih7kh1",
        "mb1_ic16oc96_ih112kh1",
        "mb1_ic32oc192_ih28kh1",
        "mb40_ic64oc64_ih1kh1",
        "mb1_ic96oc96_ih56kh3ph1",
        "mb1_ic128oc128_ih56kh3ph1",
        "mb1_ic3oc32_ih224kh3sh2ph1",
        "g96mb1_ic96oc96_ih112kh3ph1",
        "g96mb1_ic96oc96_ih113kh3ph1",
        "g576mb1_ic576oc576_ih14kh3sh2ph1",
      })
  void partsHaveTheirWay(String line) {
    var parts = new AtomicInteger();
    for (Accuracy accuracy : Accuracy.values()) {
      for (boolean channelsLast : new boolean[] {true, false}) {
        withParts(
            Problem.parse(line),
            channelsLast,
            accuracy,
            (engine, whole, way, cut) -> {
              if (cut != null) {
                parts.incrementAndGet();
                assertThat(engine.implementations(cut.request())).contains(way);
                assertThat(cut.share()).isLessThan(0.25);
              }
            });
      }
    }
    // In either accuracy, at least with channels last.
    assertThat(parts.get()).isGreaterThanOrEqualTo(2);
  }

  /** How many pixels a block of a row has, which decides which kernel runs, is as in the whole. */
  @Test
  void blocksOfDepthwiseRowsAreAsWide() {
    for (int stride = 1; stride <= 2; stride++) {
      int most = stride == 1 ? 7 : 4;
      for (int columns = 7; columns < 520; columns++) {
        Problem problem =
            Problem.parse(
                "g96mb1_ic96oc96_ih%1$dkh3sh%2$dph1_iw%3$dkw3sw%2$dpw1"
                    .formatted(32 * stride, stride, columns * stride));
        long width = problem.dst().dim(3);
        withCut(
            problem,
            (whole, cut) -> {
              long kept = Objects.requireNonNull(cut).request().dst().shape().dim(3);
              assertThat(blockWidth(kept, most))
                  .as("%d of %d", kept, width)
                  .isEqualTo(blockWidth(width, most));
            });
      }
    }
  }

  private static long blockWidth(long columns, int most) {
    return Math.ceilDiv(columns, Math.ceilDiv(columns, most));
  }

  /** Winograd computes whole tiles, taps that lie apart and narrow images take other blocks. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "g32mb1_ic256oc256_ih56kh3ph1",
        "mb1_ic68oc64_ih56kh3ph1",
        "g96mb1_ic96oc96_ih56kh3dh3ph4",
        "g96mb1_ic96oc96_ih300kh3ph1_iw6kw3pw1",
      })
  void whatWouldRunOtherKernelsIsCutByRows(String line) {
    withCut(
        Problem.parse(line),
        (whole, cut) -> assertKeepsChannels(whole, Objects.requireNonNull(cut)));
  }

  @Test
  void whatIsTransposedIsCutByRows() {
    withCut(
        Problem.parseTransposed("mb1_ic64oc32_ih56kh4sh2ph1"),
        (whole, cut) -> assertKeepsChannels(whole, Objects.requireNonNull(cut)));
  }

  @Test
  void tensorsOfPostOpsKeepTheirChannels() {
    Problem plain = Problem.parse("mb1_ic96oc96_ih56kh1");
    withCut(
        new Problem(
            plain.convolution().withPostOps(PostOps.parse("relu,add:per_oc")), plain.src(), ""),
        (whole, cut) -> assertKeepsChannels(whole, Objects.requireNonNull(cut)));
  }

  @Test
  void aSmallProblemIsItsOwnPart() {
    withCut(Problem.parse("mb1_ic8oc8_ih3kh3ph1"), (whole, cut) -> assertThat(cut).isNull());
  }

  private static void assertKeepsChannels(PrepareRequest whole, ProblemCut cut) {
    assertThat(cut.request().weights()).isSameAs(whole.weights());
    assertThat(cut.share()).isLessThan(0.25);
  }

  /** With the part of the way that engine vector prefers. */
  private static void withCut(
      Problem problem, BiConsumer<PrepareRequest, @Nullable ProblemCut> action) {
    var isFirst = new AtomicBoolean(true);
    withParts(
        problem,
        true,
        Accuracy.STRICT,
        (engine, whole, way, cut) -> {
          if (isFirst.getAndSet(false)) {
            action.accept(whole, cut);
          }
        });
    assertThat(isFirst).isFalse();
  }

  @FunctionalInterface
  private interface Action {
    void accept(Alternatives engine, PrepareRequest whole, String way, @Nullable ProblemCut cut);
  }

  private static void withParts(
      Problem problem, boolean channelsLast, Accuracy accuracy, Action action) {
    Convolution c = problem.convolution();
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engines.named("vector", EngineOptions.defaults().withAccuracy(accuracy))) {
      var parameters =
          Parameters.of(
              c,
              new float[(int) c.weightsShape().elementCount()],
              new float[(int) c.outChannels()],
              arena);
      int rank = problem.src().rank();
      Layout layout = channelsLast ? Layout.channelsLast(rank) : Layout.channelsFirst(rank);
      var dst = TensorSpec.f32(layout, problem.dst().dims());
      var whole =
          PrepareRequest.of(
              ConvolutionRequest.of(c, TensorSpec.f32(layout, problem.src().dims()))
                  .withDst(dst)
                  .withParameters(parameters.weights(), parameters.bias())
                  .withOperands(
                      c.postOps().requestOperands().stream()
                          .map(operand -> ConvolutionRequest.runOperandSpec(operand, dst))
                          .map(spec -> Tensor.allocate(spec, arena))
                          .toList()));
      var vector = (Alternatives) engine;
      for (String way : vector.implementations(whole)) {
        action.accept(vector, whole, way, CompilationCut.of(vector, way, whole, arena));
      }
    }
  }
}
