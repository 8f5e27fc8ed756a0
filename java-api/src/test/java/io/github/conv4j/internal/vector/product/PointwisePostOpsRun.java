package io.github.conv4j.internal.vector.product;

import io.github.conv4j.PostOps;
import io.github.conv4j.contract.GuardPageArena;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Verdict;
import java.util.List;

/**
 * Pointwise layers with post-ops against the reference, between guard pages, in one part and in
 * many; ends with status 0 if all results are equal and pointwise kernels gave them. Run in a JVM
 * of its own. Argument: the number of registers that blocks must be made for.
 */
final class PointwisePostOpsRun {
  private static final List<String> CHAINS =
      List.of(
          "relu",
          "clip:-3:50,add:per_tensor:run",
          "add:per_oc:run,relu",
          "prelu:per_oc",
          "linear:2:1,abs,max:7,sub:per_tensor");

  /**
   * Output channels that vectors hold or do not, pixels of little more than a block, and of chunks.
   */
  private static final List<String> LINES =
      List.of(
          "mb1_ic16oc16_ih3kh1_iw5kw1",
          "mb2_ic17oc17_ih5kh1_iw9kw1",
          "mb1_ic16oc40_ih7kh1_iw11kw1",
          "mb1_ic24oc65_ih13kh1_iw29kw1",
          "mb1_ic20oc256_ih3kh1_iw40kw1",
          "mb1_ic23oc521_ih9kh1_iw17kw1");

  private static final long SEED = 1;

  private int turn;

  private PointwisePostOpsRun() {}

  public static void main(String[] arguments) {
    if (VectorWidth.REGISTERS != Integer.parseInt(arguments[0])) {
      System.out.println("blocks for " + VectorWidth.REGISTERS + " registers");
      System.exit(1);
    }
    var run = new PointwisePostOpsRun();
    System.exit(run.passes(1) & run.passes(64) ? 0 : 1);
  }

  private boolean passes(int threads) {
    boolean passed = true;
    EngineOptions options = EngineOptions.defaults().withThreads(threads);
    try (Engine engine = Engines.named("vector", options);
        var validator = new EngineValidator(engine, () -> GuardPageArena.open(edge()))) {
      for (String line : LINES) {
        for (String chain : CHAINS) {
          turn++;
          Problem problem = Problem.parse(line).withPostOps(PostOps.parse(chain));
          Verdict verdict = validator.exact(problem, LayoutChoice.NHWC, SEED);
          passed &= verdict.passed() && verdict.implementation().endsWith(":pointwise");
          System.out.println(verdict);
        }
      }
    }
    return passed;
  }

  private GuardPageArena.Edge edge() {
    return GuardPageArena.Edge.values()[turn % 2];
  }
}
