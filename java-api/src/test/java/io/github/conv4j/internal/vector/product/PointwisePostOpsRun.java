package io.github.conv4j.internal.vector.product;

import io.github.conv4j.PostOps;
import io.github.conv4j.contract.GuardPageArena;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pointwise layers, others with pixels that are computed together, and direct ones whose sums wait
 * in dst, with post-ops against the reference, between guard pages, in one part and in many; ends
 * with status 0 if all results are equal, and sums waited in the scratchpad for them where there
 * are 16 registers. Run in a JVM of its own. Argument: the number of registers that blocks must be
 * made for.
 */
final class PointwisePostOpsRun {
  private static final List<String> CHAINS =
      List.of(
          "relu",
          "clip:-3:50,add:per_tensor:run",
          "add:per_oc:run,relu",
          "prelu:per_oc",
          "add:common:run,abs",
          "linear:2:1,abs,max:7,sub:per_tensor",
          "add:per_oc,relu,mul:2,clip:-3:50");

  /**
   * Output channels that vectors hold or do not, of one pixel or of two; pixels of little more than
   * a block, chunks.
   */
  private static final List<String> LINES =
      List.of(
          "mb1_ic16oc16_ih3kh1_iw5kw1",
          "mb2_ic17oc17_ih5kh1_iw9kw1",
          "mb1_ic16oc40_ih7kh1_iw11kw1",
          "mb3_ic20oc24_ih5kh1_iw7kw1",
          "mb1_ic160oc16_ih11kh1_iw11kw1",
          "mb1_ic20oc112_ih7kh1_iw7kw1",
          "mb1_ic20oc80_ih9kh1_iw9kw1",
          "mb1_ic24oc65_ih13kh1_iw29kw1",
          "mb1_ic20oc256_ih3kh1_iw40kw1",
          "mb2_ic24oc48_ih14oh7kh1sh2",
          "mb1_ic17oc40_ih9oh5kh1sh2_iw31ow16kw1sw2",
          "mb1_ic23oc521_ih9kh1_iw17kw1");

  /** Direct layers whose sums wait in dst, where registers are few, and some that keep an array. */
  private static final List<String> DIRECT =
      List.of(
          "mb2_ic16oc32_ih23kh3ph1",
          "mb1_ic16oc96_ih7kh3ph1",
          "g2mb1_ic32oc64_ih9kh3ph1",
          "mb1_ic16oc24_ih12kh3ph1",
          "mb1_ic16oc20_ih12kh3ph1",
          "mb1_ic16oc32_ih9kh3sh2ph1_transposed",
          "mb1_ic16oc16_ih5kh1sh2_transposed",
          "mb1_ic16oc16_id5kd3pd1_ih6kh3ph1_iw7kw3pw1");

  private static final List<String> LONG_CHAINS =
      List.of(
          "relu,abs,square",
          "relu,add:per_oc:run,clip:-9:50",
          "add:per_tensor:run,relu,linear:2:1",
          "relu,mul:common:run,prelu:per_oc,max:-7");

  /**
   * Pixels that share vectors, or lie in rows, where registers are many and wide, the last ones
   * again; rows too short for that; and rows in several tiles.
   */
  private static final List<String> TOGETHER =
      List.of(
          "mb1_ic9oc8_ih3kh1_iw5kw1",
          "mb1_ic9oc4_ih3kh1_iw7kw1",
          "mb2_ic5oc4_ih5kh3ph1_iw7kw3pw1",
          "mb2_ic5oc8_ih5kh3ph1_iw7kw3pw1",
          "mb1_ic5oc24_ih9kh3ph1_iw8kw3pw1",
          "mb1_ic3oc40_ih3kh3ph1_iw3kw3pw1",
          "mb2_ic5oc8_ih3kh3ph1_iw17kw3pw1",
          "mb1_ic5oc4_ih2kh3ph1_iw12kw3pw1",
          "mb1_ic5oc24_ih3kh3ph1_iw15kw3pw1",
          "mb1_ic3oc40_ih2kh3ph1_iw13kw3pw1",
          "mb1_ic5oc12_ih2kh3ph1_iw21kw3pw1",
          "g2mb1_ic6oc32_ih2kh3ph1_iw69kw3sw2pw1",
          "mb1_ic96oc24_ih2kh3ph1_iw301kw3pw1");

  /** Half of the sums of the fewest pixels that a chunk of the last line has. */
  private static final long LEAST_WAITING_BYTES = 72 * 521 * 4 / 2;

  /** Each pair of a layer and a chain meets pages at other ends with one and with many threads. */
  private static final int[] THREADS = {1, 64};

  private static final long SEED = 1;

  private GuardPageArena.Edge edge = GuardPageArena.Edge.START;

  private PointwisePostOpsRun() {}

  public static void main(String[] arguments) {
    boolean passed = VectorWidth.REGISTERS == Integer.parseInt(arguments[0]);
    System.out.println("blocks for " + VectorWidth.REGISTERS + " registers");
    boolean waits = waits();
    System.out.println("sums wait: " + waits);
    passed &= waits == (VectorWidth.REGISTERS == 16);
    var run = new PointwisePostOpsRun();
    for (int threads : THREADS) {
      run.edge = threads == 1 ? GuardPageArena.Edge.START : GuardPageArena.Edge.END;
      passed &= run.passes(threads);
    }
    System.exit(passed ? 0 : 1);
  }

  /** Whether post-ops make the scratchpad larger by more than what a block of sums needs. */
  private static boolean waits() {
    Problem problem = Problem.parse(LINES.getLast()).withPostOps(PostOps.parse("relu"));
    TensorSpec src = TensorSpec.f32(Layout.NHWC, problem.src().dims());
    float[] weights = new float[(int) problem.convolution().weightsShape().elementCount()];
    float[] bias = new float[(int) problem.convolution().outChannels()];
    try (Engine engine = Engines.named("vector", EngineOptions.defaults().withThreads(1));
        PreparedConvolution prepared = engine.prepare(problem.convolution(), src, weights, bias);
        PreparedConvolution plain =
            engine.prepare(problem.withPostOps(PostOps.none()).convolution(), src, weights, bias)) {
      return prepared.explain().scratchpadByteSize() - plain.explain().scratchpadByteSize()
          > LEAST_WAITING_BYTES;
    }
  }

  private static List<String> lines() {
    return RegisterBlock.isWide()
        ? Stream.concat(LINES.stream(), TOGETHER.stream()).toList()
        : LINES;
  }

  private static String name(String line) {
    boolean direct = line.contains("kh3") || (line.contains("sh2") && !RegisterBlock.isNarrow());
    return direct ? ":direct" : ":pointwise";
  }

  private boolean passes(int threads) {
    boolean passed = true;
    EngineOptions options = EngineOptions.defaults().withThreads(threads);
    try (Engine engine = Engines.named("vector", options);
        var validator = new EngineValidator(engine, () -> GuardPageArena.open(edge))) {
      for (String line : lines()) {
        for (String chain : CHAINS) {
          Verdict verdict = verdict(validator, line, chain);
          passed &= verdict.passed() && verdict.implementation().endsWith(name(line));
        }
      }
      for (String line : DIRECT) {
        for (String chain : LONG_CHAINS) {
          passed &= verdict(validator, line, chain).passed();
        }
      }
    }
    return passed;
  }

  private Verdict verdict(EngineValidator validator, String line, String chain) {
    Problem problem = Problem.parse(line).withPostOps(PostOps.parse(chain));
    edge = edge == GuardPageArena.Edge.START ? GuardPageArena.Edge.END : GuardPageArena.Edge.START;
    Verdict verdict = validator.exact(problem, LayoutChoice.NHWC, SEED);
    System.out.println(verdict);
    return verdict;
  }
}
