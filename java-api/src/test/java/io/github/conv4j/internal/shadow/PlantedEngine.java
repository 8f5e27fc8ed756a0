package io.github.conv4j.internal.shadow;

import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Shadow;
import io.github.conv4j.engine.ShadowCounts;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.LedgerOwner;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.internal.primitive.SinglePass;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What an engine does with {@link Shadowing}: the reference, in ways that change what it has
 * written, the first that is not avoided.
 */
final class PlantedEngine implements AutoCloseable {
  static final String NAME = "planted";

  /** What is wrong with a way. */
  record Way(String name, Consumer<MemorySegment> change) {}

  private final Engine reference =
      Engines.named("reference", EngineOptions.defaults().withThreads(1));
  private final EngineOptions options;
  private final Ledger ledger;
  private final Shadowing shadow;
  private final List<Way> ways;

  PlantedEngine(Shadow shadow, Way... ways) {
    this(shadow, "1", name -> Engines.named(name), ways);
  }

  PlantedEngine(Shadow shadow, String version, Function<String, Engine> others, Way... ways) {
    this.options = EngineOptions.defaults().withThreads(2).with(shadow);
    this.ledger = new Ledger(NAME, options);
    this.ways = List.of(ways);
    ((LedgerOwner) reference).ledger().shareBudget(ledger.budget());
    this.shadow = new Shadowing(NAME, version, options, shadow, ledger, new OtherEngines(others));
  }

  PreparedConvolution prepare(ConvolutionRequest request) {
    return shadow.prepare(request, avoided -> prepare(request, avoided));
  }

  private PreparedConvolution prepare(ConvolutionRequest request, Set<String> avoided) {
    Way way =
        ways.stream()
            .filter(each -> !avoided.contains(each.name()))
            .findFirst()
            .orElse(ways.getLast());
    PreparedConvolution inner = reference.prepare(request);
    List<Explanation.Stage> stages = new ArrayList<>();
    stages.add(Explanation.Stage.of("convolution", way.name(), inner.src(), inner.dst()));
    int[] operands = new int[inner.operands().size()];
    for (int i = 0; i < operands.length; i++) {
      operands[i] = Program.FIRST_OPERAND + i;
    }
    var explanation = Explanation.of(NAME, PrepareRequest.of(request).problemText(), stages);
    try (var program = new ProgramBuilder(operands.length)) {
      PreparedProgram.inline(inner, ledger, program, Program.SRC, Program.DST, operands);
      program.step(
          new SinglePass((src, dst) -> way.change().accept(dst)), Program.SRC, Program.DST);
      return PreparedProgram.of(
          inner.src(), inner.dst(), inner.operands(), explanation, ledger, program.build());
    }
  }

  ShadowCounts counts() {
    return shadow.counts();
  }

  @Override
  public void close() {
    ledger.close();
    shadow.close();
    reference.close();
  }
}
