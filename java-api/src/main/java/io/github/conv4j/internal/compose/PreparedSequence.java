package io.github.conv4j.internal.compose;

import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.Connection;
import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A sequence on any engine: prepared steps, and one arena for what lies between them. */
public final class PreparedSequence extends CheckedConvolution<SequenceMemory> {
  /** A step that is ready to run: a convolution or a copy, and the results that it reads. */
  private record Stage(
      @Nullable PreparedConvolution convolution,
      @Nullable Shuffle shuffle,
      int src,
      int[] operands) {}

  private final Stage[] stages;

  private PreparedSequence(
      List<TensorSpec> results,
      Explanation explanation,
      Ledger ledger,
      BufferPlan plan,
      AutoCloseable prepared,
      Stage[] stages) {
    super(
        results.getFirst(),
        results.getLast(),
        explanation,
        ledger,
        memoryFactory(results, plan, stages),
        prepared);
    this.stages = stages;
  }

  private static Supplier<SequenceMemory> memoryFactory(
      List<TensorSpec> results, BufferPlan plan, Stage[] stages) {
    int[] operandCounts = Arrays.stream(stages).mapToInt(s -> s.operands.length).toArray();
    return () -> new SequenceMemory(results, plan, operandCounts);
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
    sequence.resultShapes(src.shape());
    List<Stage> stages = new ArrayList<>();
    List<TensorSpec> results = new ArrayList<>(List.of(src));
    List<Explanation.Stage> explained = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    var remaining = parameters.iterator();
    for (int i = 0; i < sequence.steps().size(); i++) {
      Connection connection = sequence.connections().get(i);
      int[] operands = connection.operands().stream().mapToInt(Integer::intValue).toArray();
      switch (sequence.steps().get(i)) {
        case Convolution convolution -> {
          var request =
              ConvolutionRequest.of(convolution, results.get(connection.src()))
                  .withParameters(remaining.next());
          // An operand is as large as the result and lies as it does.
          for (int operand : operands) {
            request = request.withDst(PrepareRequest.settled(results.get(operand)));
          }
          PreparedConvolution next = engine.prepare(request);
          prepared.add(next);
          stages.add(new Stage(next, null, connection.src(), operands));
          explained.addAll(next.explain().stages());
          warnings.addAll(next.explain().warnings());
          results.set(connection.src(), next.src());
          results.add(next.dst());
          requireOperands(next, operands, results);
        }
        case ChannelShuffle shuffle -> {
          TensorSpec read = PrepareRequest.settled(results.get(connection.src()));
          results.set(connection.src(), read);
          stages.add(new Stage(null, new Shuffle(shuffle, read), connection.src(), operands));
          explained.add(Explanation.Stage.of("channel shuffle", "java:copy", read, read));
          results.add(read);
        }
      }
    }
    var plan = new BufferPlan(buffers(sequence, results));
    boolean closesWithEngine = engine instanceof LedgerOwner;
    if (!closesWithEngine) {
      warnings.add(
          "engine %s does not know of this sequence: close it before the engine, or its buffers stay"
                  .formatted(engine.name())
              + " until it is garbage");
    }
    var explanation =
        Explanation.of(engine.name(), sequence + " on " + results.getFirst(), explained)
            .withWarnings(warnings)
            .withBuffers(plan.byteSize(), plan.naiveByteSize());
    return new PreparedSequence(
        results,
        explanation,
        engine instanceof LedgerOwner owner
            ? owner.ledger()
            : new Ledger(engine.name(), engine.options()),
        plan,
        closeAll,
        stages.toArray(Stage[]::new));
  }

  private static void requireOperands(
      PreparedConvolution step, int[] operands, List<TensorSpec> results) {
    for (int i = 0; i < operands.length; i++) {
      TensorSpec needed = step.operands().get(i);
      if (!needed.equals(results.get(operands[i]))) {
        throw new IllegalArgumentException(
            "%s takes operand %d as %s but result %d is %s"
                .formatted(step, i, needed, operands[i], results.get(operands[i])));
      }
    }
  }

  /** Each result between the first and the last lives from its step to the last that reads it. */
  private static List<BufferPlan.Buffer> buffers(
      ConvolutionSequence sequence, List<TensorSpec> results) {
    List<BufferPlan.Buffer> buffers = new ArrayList<>();
    for (int result = 1; result < results.size() - 1; result++) {
      int last = result;
      for (int step = result; step < sequence.steps().size(); step++) {
        Connection connection = sequence.connections().get(step);
        if (connection.src() == result || connection.operands().contains(result)) {
          last = step;
        }
      }
      buffers.add(new BufferPlan.Buffer(results.get(result).byteSize(), result - 1, last));
    }
    return buffers;
  }

  @Override
  protected void run(SequenceMemory memory, Tensor src, Tensor dst) {
    Tensor[] results = memory.results();
    results[0] = src;
    results[stages.length] = dst;
    try {
      for (int i = 0; i < stages.length; i++) {
        run(stages[i], results, memory.operands(i), results[i + 1]);
      }
    } finally {
      memory.letGoOfCaller();
    }
  }

  private void run(Stage stage, Tensor[] results, Tensor[] operands, Tensor dst) {
    if (stage.shuffle != null) {
      stage.shuffle.run(results[stage.src], dst);
      return;
    }
    for (int i = 0; i < operands.length; i++) {
      operands[i] = results[stage.operands[i]];
    }
    executeStage(Objects.requireNonNull(stage.convolution), results[stage.src], dst, operands);
  }
}
