package io.github.conv4j.internal.compose;

import io.github.conv4j.PostOps;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A convolution without post-ops, then a pass over dst that applies them: for what an engine cannot
 * do while it writes.
 */
public final class PostOpsConvolution {
  private PostOpsConvolution() {}

  /**
   * Takes ownership of the convolution without post-ops; returns it if none are asked.
   *
   * @param request what was asked
   * @param plain of the same ledger, prepared for {@link PrepareRequest#withoutPostOps}
   */
  public static PreparedConvolution of(
      String engine, Ledger ledger, PrepareRequest request, PreparedConvolution plain) {
    PostOps postOps = request.convolution().postOps();
    if (postOps.isEmpty()) {
      return plain;
    }
    try {
      var pass = new PostOpsPass(postOps, request.operands(), plain.dst());
      List<Explanation.Stage> stages = new ArrayList<>(plain.explain().stages());
      stages.add(
          Explanation.Stage.of("post-ops " + postOps, "java:pass", plain.dst(), plain.dst())
              .withWeights("row-major", pass.heapByteSize())
              .withScratchpad(pass.scratchByteSize()));
      var explanation =
          Explanation.of(engine, request.problemText(), stages)
              .withWarnings(plain.explain().warnings());
      List<TensorSpec> operands =
          PrepareRequest.runOperandSpecs(request.convolution(), plain.dst());
      int[] numbers =
          IntStream.range(0, operands.size()).map(i -> Program.FIRST_OPERAND + i).toArray();
      try (var program = new ProgramBuilder(operands.size())) {
        PreparedProgram.inline(plain, ledger, program, Program.SRC, Program.DST);
        program.step(pass, Program.DST, Program.DST, numbers);
        return PreparedProgram.of(
            plain.src(), plain.dst(), operands, explanation, ledger, program.build());
      }
    } catch (Throwable e) {
      plain.close();
      throw e;
    }
  }
}
