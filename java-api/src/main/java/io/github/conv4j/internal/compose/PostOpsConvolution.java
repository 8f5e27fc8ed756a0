package io.github.conv4j.internal.compose;

import io.github.conv4j.PostOps;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.prepared.Sharing;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A convolution without post-ops, then a pass over dst that applies them: for what an engine cannot
 * do while it writes.
 */
public final class PostOpsConvolution {
  private static final String PASS = "java:pass";

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
    return postOps.isEmpty() ? plain : of(engine, ledger, request, plain, null);
  }

  /**
   * Takes ownership of the convolution without bias and post-ops; adds the bias before these.
   *
   * @param request what was asked, with a bias, of f32
   * @param plain of the same ledger, prepared for {@link PrepareRequest#withoutBias}
   */
  public static PreparedConvolution withBias(
      String engine, Ledger ledger, PrepareRequest request, PreparedConvolution plain) {
    return of(engine, ledger, request, plain, Objects.requireNonNull(request.bias()));
  }

  private static PreparedConvolution of(
      String engine,
      Ledger ledger,
      PrepareRequest request,
      PreparedConvolution plain,
      @Nullable Tensor bias) {
    try {
      TensorSpec dst = plain.dst();
      PostOps postOps = request.convolution().postOps();
      List<Explanation.Stage> stages = new ArrayList<>(plain.explain().stages());
      List<Primitive> passes = new ArrayList<>();
      if (bias != null) {
        int threads = ledger.budget().threads();
        BiasPass pass = BiasPass.of(dst, bias, Sharing.partsOfPass(2 * dst.byteSize(), threads));
        passes.add(pass);
        stages.add(
            Explanation.Stage.of("add bias", PASS, dst, dst)
                .withWeights("per channel", pass.heapConstantsByteSize()));
      }
      int[] numbers = {};
      List<TensorSpec> operands = PrepareRequest.runOperandSpecs(request.convolution(), dst);
      if (!postOps.isEmpty()) {
        var pass = new PostOpsPass(postOps, request.operands(), dst);
        passes.add(pass);
        numbers = IntStream.range(0, operands.size()).map(i -> Program.FIRST_OPERAND + i).toArray();
        stages.add(
            Explanation.Stage.of("post-ops " + postOps, PASS, dst, dst)
                .withWeights("row-major", pass.heapByteSize())
                .withScratchpad(pass.scratchByteSize()));
      }
      var explanation =
          Explanation.of(engine, request.problemText(), stages)
              .withWarnings(plain.explain().warnings());
      try (var program = new ProgramBuilder(operands.size())) {
        PreparedProgram.inline(plain, ledger, program, Program.SRC, Program.DST);
        for (Primitive pass : passes) {
          int[] ofPass = pass instanceof PostOpsPass ? numbers : new int[0];
          program.step(pass, Program.DST, Program.DST, ofPass);
        }
        return PreparedProgram.of(plain.src(), dst, operands, explanation, ledger, program.build());
      }
    } catch (Throwable e) {
      plain.close();
      throw e;
    }
  }
}
