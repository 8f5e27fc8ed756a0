package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.tensor.NpyFile;
import io.github.conv4j.bench.tensor.TensorNumbers;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.graph.Constant;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a network on files. */
@Command(
    name = "run",
    sortOptions = false,
    description = {
      "Run a network in an ONNX file on arrays (.npy) and pictures; write its outputs as arrays.",
      "Pictures are scaled to what the input takes, red first; see --scale, --mean and --std."
    })
final class RunCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FILE", description = "The network.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path file;

  @Mixin private NetworkArguments arguments = new NetworkArguments();

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "The engine; the best if left out.")
  private @Nullable String engineName;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the outputs go; ./conv4j-run if left out.")
  private Path out = Path.of("conv4j-run");

  @Override
  public Integer call() throws IOException {
    var network = NetworkFile.read(file, arguments, spec.commandLine());
    network.requireFiles();
    Map<String, Constant> inputs = network.inputs(1);
    Folders.prepare(out, spec.commandLine());
    try (Engine engine = network.open(engineName);
        var _ = LogLines.withoutWarnings()) {
      run(network, engine, inputs);
    }
    return ExitCodes.OK;
  }

  private void run(NetworkFile network, Engine engine, Map<String, Constant> inputs)
      throws IOException {
    PrintWriter stdout = spec.commandLine().getOut();
    inputs.forEach((name, tensor) -> print(stdout, "input", name, tensor));
    try (Arena arena = Arena.ofShared();
        PreparedNetwork prepared = prepare(network, engine, inputs)) {
      var run = new NetworkRun(prepared, inputs, arena);
      long nanos = run.execute();
      stdout.printf(
          Locale.ROOT, "engine %s, first run %.1f ms%n", EngineChoice.title(engine), nanos / 1e6);
      Set<String> taken = new HashSet<>();
      for (var output : run.outputs().entrySet()) {
        print(stdout, "output", output.getKey(), output.getValue());
        String name = Folders.fileName(output.getKey());
        // Names that differ in characters that files do not have.
        while (!taken.add(name)) {
          name += "_";
        }
        Path written = out.resolve(name + ".npy");
        NpyFile.write(written, output.getValue());
        stdout.println("  wrote " + written);
      }
    }
    stdout.flush();
  }

  private static PreparedNetwork prepare(
      NetworkFile network, Engine engine, Map<String, Constant> inputs) {
    try (var progress = Progress.of("prepare", 1)) {
      progress.show("choosing kernels, packing weights");
      return network.prepare(engine, inputs);
    }
  }

  private static void print(PrintWriter stdout, String role, String name, Constant tensor) {
    var numbers = new TensorNumbers(tensor);
    stdout.println(Terminal.harmless("%s %s: %s".formatted(role, name, numbers.summary())));
    if (role.equals("output") && numbers.isVector()) {
      stdout.println("  largest: " + numbers.largest());
    }
  }
}
