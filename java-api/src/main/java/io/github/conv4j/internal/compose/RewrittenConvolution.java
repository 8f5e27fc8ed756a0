package io.github.conv4j.internal.compose;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import java.util.ArrayList;
import java.util.List;

/** A convolution that another one computes between the same bytes, without a copy. */
public final class RewrittenConvolution {
  private RewrittenConvolution() {}

  /**
   * Takes ownership of the convolution that computes.
   *
   * @param request what was asked, with settled layouts
   * @param inner of the same ledger, prepared for an equal request over the same bytes
   */
  public static PreparedConvolution of(
      String engine, Ledger ledger, PrepareRequest request, PreparedConvolution inner) {
    try {
      List<Explanation.Stage> stages = new ArrayList<>();
      stages.add(
          Explanation.Stage.of(
              "seen as " + inner.explain().problem(), "no copy", request.src(), inner.src()));
      stages.addAll(inner.explain().stages());
      var explanation =
          Explanation.of(engine, request.problemText(), stages)
              .withWarnings(inner.explain().warnings());
      try (var program = new ProgramBuilder(0)) {
        PreparedProgram.inline(inner, ledger, program, Program.SRC, Program.DST);
        return PreparedProgram.of(
            request.src(), request.dst(), List.of(), explanation, ledger, program.build());
      }
    } catch (Throwable e) {
      inner.close();
      throw e;
    }
  }
}
