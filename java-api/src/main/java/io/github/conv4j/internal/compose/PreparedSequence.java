package io.github.conv4j.internal.compose;

import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.Step;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.CheckedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.LedgerOwner;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A sequence on any engine: prepared steps with the buffers between them. */
public final class PreparedSequence extends CheckedConvolution<Buffers> {
  /** A step that is ready to run: a convolution or a copy. */
  private record Stage(@Nullable PreparedConvolution convolution, @Nullable Shuffle shuffle) {}

  private final Stage[] stages;

  private PreparedSequence(
      TensorSpec src,
      TensorSpec dst,
      Explanation explanation,
      Ledger ledger,
      List<TensorSpec> between,
      AutoCloseable prepared,
      Stage[] stages) {
    super(src, dst, explanation, ledger, () -> new Buffers(between), prepared);
    this.stages = stages;
  }

  /** Prepares every step on the engine. */
  public static PreparedConvolution prepare(
      Engine engine, ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
    Objects.requireNonNull(sequence, "sequence");
    Objects.requireNonNull(src, "src");
    int needed = sequence.convolutions().size();
    if (parameters.size() != needed) {
      throw new IllegalArgumentException(
          "the sequence has %d convolutions but got %d parameters"
              .formatted(needed, parameters.size()));
    }
    List<PreparedConvolution> prepared = new ArrayList<>();
    AutoCloseable closeAll = () -> prepared.reversed().forEach(PreparedConvolution::close);
    try {
      return assemble(engine, sequence, src, parameters, prepared, closeAll);
    } catch (Throwable e) {
      prepared.reversed().forEach(PreparedConvolution::close);
      throw e;
    }
  }

  private static PreparedConvolution assemble(
      Engine engine,
      ConvolutionSequence sequence,
      TensorSpec src,
      List<Parameters> parameters,
      List<PreparedConvolution> prepared,
      AutoCloseable closeAll) {
    List<Stage> stages = new ArrayList<>();
    List<TensorSpec> specs = new ArrayList<>();
    List<Explanation.Stage> explained = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    var remaining = parameters.iterator();
    TensorSpec current = src;
    for (Step step : sequence.steps()) {
      switch (step) {
        case Convolution convolution -> {
          Parameters own = remaining.next();
          if (!convolution.postOps().runOperands().isEmpty()) {
            throw new IllegalArgumentException(
                "a step of a sequence is given no operands at each run but %s takes some"
                    .formatted(convolution));
          }
          PreparedConvolution next =
              engine.prepare(ConvolutionRequest.of(convolution, current).withParameters(own));
          prepared.add(next);
          stages.add(new Stage(next, null));
          explained.addAll(next.explain().stages());
          warnings.addAll(next.explain().warnings());
          if (specs.isEmpty()) {
            specs.add(next.src());
          }
          current = next.dst();
        }
        case ChannelShuffle shuffle -> {
          if (specs.isEmpty()) {
            current = PrepareRequest.settled(current);
            specs.add(current);
          }
          shuffle.outputShape(current.shape());
          stages.add(new Stage(null, new Shuffle(shuffle, current)));
          explained.add(Explanation.Stage.of("channel shuffle", "java:copy", current, current));
        }
      }
      specs.add(current);
    }
    boolean closesWithEngine = engine instanceof LedgerOwner;
    if (!closesWithEngine) {
      warnings.add(
          "engine %s does not know of this sequence: close it before the engine, or its buffers stay"
                  .formatted(engine.name())
              + " until it is garbage");
    }
    var explanation =
        Explanation.of(engine.name(), sequence + " on " + specs.getFirst(), explained)
            .withWarnings(warnings);
    return new PreparedSequence(
        specs.getFirst(),
        specs.getLast(),
        explanation,
        engine instanceof LedgerOwner owner
            ? owner.ledger()
            : new Ledger(engine.name(), engine.options()),
        List.copyOf(specs.subList(1, specs.size() - 1)),
        closeAll,
        stages.toArray(Stage[]::new));
  }

  @Override
  protected void run(Buffers buffers, Tensor src, Tensor dst) {
    Tensor from = src;
    int last = stages.length - 1;
    for (int i = 0; i < last; i++) {
      Tensor to = buffers.get(i);
      run(stages[i], from, to);
      from = to;
    }
    run(stages[last], from, dst);
  }

  private void run(Stage stage, Tensor src, Tensor dst) {
    if (stage.convolution != null) {
      executeStage(stage.convolution, src, dst);
    } else if (stage.shuffle != null) {
      stage.shuffle.run(src, dst);
    }
  }
}
