package io.github.conv4j.bench.cli;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.bench.report.TypesTable;
import io.github.conv4j.bench.typed.TypeTime;
import io.github.conv4j.bench.typed.TypesRace;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Times other types beside f32, in turns. */
@Command(
    name = "types",
    sortOptions = false,
    description = {
      "Time layers of other types beside f32: medians of one process, in turns, channels last.",
      "Numbers are random, as behind a relu; integers have scales that just fit, one for each",
      "output channel of weights.",
      "With --fpmath bf16 f32 that may be rounded is beside f32 too, and with --requantization",
      "fused bytes that kernels make of sums beside those of passes. The error is the relative L2",
      "distance from f32. What gains nothing on this CPU is said behind the table."
    })
final class TypesCommand implements Callable<Integer> {
  private static final int MOST_THREADS = 256;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(paramLabel = "LINE", description = "Problems; a few layers if left out.")
  private List<String> lines =
      List.of(
          "mb1_ic64oc64_ih56kh3ph1",
          "mb1_ic256oc256_ih14kh3ph1",
          "mb1_ic64oc128_ih56oh28kh3sh2ph1",
          "mb1_ic256oc64_ih56kh1",
          "mb1_ic64oc256_ih56kh1",
          "mb1_ic512oc512_ih14kh1",
          "mb1_ic3oc32_ih224oh112kh3sh2ph1",
          "g96mb1_ic96oc96_ih28kh3ph1");

  @Option(
      names = "--dt",
      paramLabel = "TYPES",
      split = ",",
      description = "Types, src:weights:dst; u8:s8:u8 and s8:s8:s8 if left out.")
  private List<String> types = List.of("u8:s8:u8", "s8:s8:s8");

  @Mixin private PermissionOptions permissions = new PermissionOptions();

  @Option(
      names = "--most-weight",
      paramLabel = "N",
      description =
          "The largest of the integer weights; 64 if left out, with which pairs of products fit"
              + " into 16 bits.")
  private int mostWeight = 64;

  @Option(names = "--engine", paramLabel = "NAME", description = "The engine; onednn if left out.")
  private String engineName = "onednn";

  @Option(names = "--threads", paramLabel = "N", description = "Threads; 1 if left out.")
  private int threads = 1;

  @Option(
      names = "--millis",
      paramLabel = "N",
      description = "So long for each layer; 2000 if left out.")
  private int millis = 2000;

  @Override
  public Integer call() {
    EngineChoice.requireKnown(engineName, spec.commandLine());
    requireRange("--threads", threads, MOST_THREADS);
    requireRange("--millis", millis, 60_000);
    requireRange("--most-weight", mostWeight, DataType.S8.most());
    TypesRace race = race();
    try (Engine engine =
            Engines.named(
                engineName, EngineOptions.defaults().withThreads(threads).withReady(true));
        var progress = Progress.of("types", lines.size());
        var _ = LogLines.withoutWarnings()) {
      List<String> refused = new ArrayList<>();
      List<TypeTime> times = race.run(List.of(engine), lines, _ -> progress.step(), refused::add);
      PrintWriter out = spec.commandLine().getOut();
      TypesTable.lines(times).forEach(out::println);
      refused.stream().map(Terminal::printable).forEach(out::println);
      out.flush();
    }
    return ExitCodes.OK;
  }

  private void requireRange(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new ParameterException(
          spec.commandLine(), "%s must be from 1 to %d but is %d".formatted(option, most, value));
    }
  }

  private TypesRace race() {
    try {
      lines.forEach(Problem::parse);
      return new TypesRace(
          types.stream().map(ConvolutionTypes::parse).toList(),
          permissions.fpmathMode(),
          permissions.requantization(),
          mostWeight,
          millis * 1_000_000L);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
