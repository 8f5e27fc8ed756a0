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
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.internal.primitive.SinglePass;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A sequence on any engine: prepared steps, and one arena for what lies between them. */
public final class PreparedSequence {
  private PreparedSequence() {}

  /**
   * Prepares a sequence on the engine, and enters it in the ledger. What some steps expand is
   * computed in chunks of channels where that saves much of the arena.
   */
  public static PreparedConvolution prepare(
      Engine engine,
      Ledger ledger,
      ConvolutionSequence sequence,
      TensorSpec src,
      List<Parameters> parameters) {
    requireFitting(ledger, sequence, src, parameters);
    try (Arena parts = Arena.ofConfined()) {
      var chunks = ExpansionChunks.of(sequence, src, parameters, parts);
      return prepare(engine, ledger, sequence, src, chunks);
    }
  }

  /** Prepares every step as it is described, as a definition should, and enters the sequence. */
  public static PreparedConvolution prepareStepByStep(
      Engine engine,
      Ledger ledger,
      ConvolutionSequence sequence,
      TensorSpec src,
      List<Parameters> parameters) {
    requireFitting(ledger, sequence, src, parameters);
    return prepare(engine, ledger, sequence, src, ExpansionChunks.none(sequence, src, parameters));
  }

  private static void requireFitting(
      Ledger ledger, ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
    Objects.requireNonNull(sequence, "sequence");
    Objects.requireNonNull(src, "src");
    ledger.requireOpen();
    int needed = sequence.convolutions().size();
    if (parameters.size() != needed) {
      throw new IllegalArgumentException(
          "the sequence has %d convolutions but got %d parameters"
              .formatted(needed, parameters.size()));
    }
    sequence.resultShapes(src.shape());
  }

  private static PreparedConvolution prepare(
      Engine engine,
      Ledger ledger,
      ConvolutionSequence given,
      TensorSpec src,
      ExpansionChunks chunks) {
    ConvolutionSequence sequence = chunks.sequence();
    int last = sequence.steps().size();
    long partialSumBytes = 0;
    List<TensorSpec> results = new ArrayList<>(List.of(src));
    List<Explanation.Stage> explained = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    List<Integer> values = new ArrayList<>(List.of(Program.SRC));
    try (var program = new ProgramBuilder(0)) {
      var remaining = chunks.parameters().iterator();
      for (int i = 0; i < last; i++) {
        Connection connection = sequence.connections().get(i);
        int from = values.get(connection.src());
        switch (sequence.steps().get(i)) {
          case Convolution convolution -> {
            var request =
                request(
                        convolution,
                        results.get(connection.src()),
                        chunks.sameLayoutAs(i + 1),
                        results)
                    .withParameters(remaining.next());
            PreparedConvolution next = engine.prepare(request);
            try {
              explained.addAll(next.explain().stages());
              warnings.addAll(next.explain().warnings());
              results.set(connection.src(), next.src());
              results.add(next.dst());
              requireOperands(next, connection.operands(), results);
              values.add(i + 1 == last ? Program.DST : program.temporary(next.dst().byteSize()));
              partialSumBytes += chunks.isPartialSum(i + 1) ? next.dst().byteSize() : 0;
              int[] operands = connection.operands().stream().mapToInt(values::get).toArray();
              PreparedProgram.inline(next, ledger, program, from, values.getLast(), operands);
            } catch (Throwable e) {
              next.close();
              throw e;
            }
          }
          case ChannelShuffle shuffle -> {
            TensorSpec read = PrepareRequest.settled(results.get(connection.src()));
            results.set(connection.src(), read);
            results.add(read);
            explained.add(Explanation.Stage.of("channel shuffle", "java:copy", read, read));
            values.add(i + 1 == last ? Program.DST : program.temporary(read.byteSize()));
            var copy = new Shuffle(shuffle, read);
            program.step(new SinglePass(copy::run), from, values.getLast());
          }
        }
      }
      Program built = program.build();
      var explanation =
          Explanation.of(
                  engine.name(), given + " on " + results.getFirst() + chunks.note(), explained)
              .withWarnings(warnings.stream().distinct().toList())
              .withBuffers(built.arenaByteSize(), built.naiveByteSize() - partialSumBytes);
      return PreparedProgram.of(
          results.getFirst(), results.getLast(), List.of(), explanation, ledger, built);
    }
  }

  /** Results that operands are added to lie as the operands do. */
  private static ConvolutionRequest request(
      Convolution convolution,
      TensorSpec src,
      List<Integer> sameLayoutAs,
      List<TensorSpec> results) {
    var request = ConvolutionRequest.of(convolution, src);
    for (int result : sameLayoutAs) {
      request = request.withDst(PrepareRequest.settled(results.get(result)));
    }
    return request;
  }

  private static void requireOperands(
      PreparedConvolution step, List<Integer> operands, List<TensorSpec> results) {
    if (step.operands().size() != operands.size()) {
      throw new IllegalArgumentException(
          "%s takes %d operands but the sequence has %d"
              .formatted(step, step.operands().size(), operands.size()));
    }
    for (int i = 0; i < operands.size(); i++) {
      TensorSpec needed = step.operands().get(i);
      if (!needed.equals(results.get(operands.get(i)))) {
        throw new IllegalArgumentException(
            "%s takes operand %d as %s but result %d is %s"
                .formatted(step, i, needed, operands.get(i), results.get(operands.get(i))));
      }
    }
  }
}
