package io.github.conv4j.bench.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import io.github.conv4j.bench.text.TextTable;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.quantization.Calibration;
import io.github.conv4j.networks.quantization.QuantizationOptions;
import io.github.conv4j.networks.quantization.QuantizationReport;
import io.github.conv4j.networks.quantization.QuantizedNetwork;
import io.github.conv4j.networks.quantization.Quantizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a network of integers. */
@Command(
    name = "quantize",
    sortOptions = false,
    description = {
      "Quantize a network in an ONNX file to integers of 8 bits; write it as an ONNX file, with"
          + " pairs of",
      "QuantizeLinear and DequantizeLinear. Samples tell which numbers each tensor holds: some 10"
          + " to 100, like",
      "what the network will be given. For a network of one input each array (.npy) or picture in"
          + " the folder is a",
      "sample; for one of several each folder in it is, with a file NAME.npy or NAME.png for each"
          + " input."
    })
final class QuantizeCommand implements Callable<Integer> {
  private static final double DEFAULT_PERCENTILE = 99.99;

  /** Which numbers count. */
  enum Method {
    error,
    minmax,
    percentile
  }

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FILE", description = "The network.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path file;

  @Option(
      names = "--calibrate",
      required = true,
      paramLabel = "FOLDER",
      description = "The samples.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path folder;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The network of integers.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path out;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description =
          "Which numbers integers reach: error for those of which they lose least, minmax for all,"
              + " percentile for all but those far out;"
              + " ${DEFAULT-VALUE} if left out.")
  private Method method = Method.error;

  @Option(
      names = "--percentile",
      paramLabel = "P",
      description = "With --method percentile: how many percent; 99.99 if left out.")
  private @Nullable Double percentile;

  @Option(
      names = "--weight-bits",
      paramLabel = "N",
      description =
          "8, or 7 where the network will run on CPUs with AVX2 or AVX-512 but without VNNI: there"
              + " only weights of 7 bits are both fast and exact; ${DEFAULT-VALUE} if left out.")
  private int weightBits = 8;

  @Option(
      names = "--least-db",
      paramLabel = "DB",
      description =
          "A layer whose signal is less than this above its noise stays f32; ${DEFAULT-VALUE} if"
              + " left out.")
  private double leastDecibels = QuantizationOptions.DEFAULT_DECIBELS;

  @Option(
      names = "--keep",
      paramLabel = "NAME",
      description = "A node, or all nodes of an operator, that stay f32; may be repeated.")
  private List<String> kept = List.of();

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "How many of the samples are read; all if left out.")
  private int most = Integer.MAX_VALUE;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Where the report goes, as JSON; only to the terminal if left out.")
  private @Nullable Path report;

  @Mixin private InputArguments arguments = new InputArguments();

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "The engine that runs the samples; the best if left out.")
  private @Nullable String engineName;

  @Override
  public Integer call() {
    Network network = NetworkFile.read(file, spec.commandLine());
    QuantizationOptions options = NetworkFile.refusing(spec.commandLine(), this::options);
    CalibrationFolder samples =
        NetworkFile.refusing(
            spec.commandLine(),
            () -> new CalibrationFolder(folder, network.inputs(), arguments, most));
    requireFolderOf(out);
    if (report != null) {
      requireFolderOf(report);
    }
    QuantizedNetwork quantized;
    try (Engine engine =
            NetworkFile.open(engineName, spec.commandLine(), () -> arguments.options());
        var _ = LogLines.withoutWarnings()) {
      quantized = quantize(network, engine, options, samples);
    }
    writeNetwork(quantized.network());
    print(network, quantized, options);
    return ExitCodes.OK;
  }

  /** Before minutes of work, not behind them. */
  private void requireFolderOf(Path target) {
    Path folderOfTarget = target.toAbsolutePath().getParent();
    if (folderOfTarget == null || !Files.isDirectory(folderOfTarget)) {
      throw new ParameterException(
          spec.commandLine(),
          "cannot write '%s': there is no folder '%s'; create it, or name another"
              .formatted(target, folderOfTarget));
    }
    if (!Files.isWritable(folderOfTarget)) {
      throw new ParameterException(
          spec.commandLine(),
          "cannot write '%s': the folder '%s' may not be written"
              .formatted(target, folderOfTarget));
    }
  }

  private QuantizationOptions options() {
    if (most < 1) {
      throw new IllegalArgumentException("--samples must be at least 1 but is " + most);
    }
    QuantizationOptions options =
        QuantizationOptions.defaults()
            .withCalibration(calibration())
            .withWeightBits(weightBits)
            .withLeastDecibels(leastDecibels);
    for (String name : kept) {
      options = options.without(name);
    }
    return options;
  }

  private Calibration calibration() {
    if (method == Method.percentile) {
      return Calibration.percentile(percentile == null ? DEFAULT_PERCENTILE : percentile);
    }
    if (percentile != null) {
      throw new IllegalArgumentException(
          "--percentile is for --method percentile: give that too, or leave --percentile out");
    }
    return method == Method.minmax ? Calibration.minMax() : Calibration.leastError();
  }

  private QuantizedNetwork quantize(
      Network network, Engine engine, QuantizationOptions options, CalibrationFolder samples) {
    try (var progress = Progress.of("quantize", samples.size())) {
      return NetworkFile.refusing(
          spec.commandLine(),
          () ->
              new Quantizer(network, engine, options)
                  .quantize(
                      samples,
                      (what, _, passes) -> {
                        progress.expect((long) passes * samples.size());
                        progress.show(what);
                        progress.step();
                      }));
    }
  }

  private void writeNetwork(Network network) {
    NetworkFile.refusing(
        spec.commandLine(),
        () -> {
          try {
            network.write(out);
          } catch (IOException e) {
            throw cannotWrite(out, e);
          }
          return network;
        });
  }

  private ParameterException cannotWrite(Path target, IOException e) {
    return new ParameterException(
        spec.commandLine(), "cannot write '%s': %s".formatted(target, e), e);
  }

  private void print(Network before, QuantizedNetwork after, QuantizationOptions options) {
    QuantizationReport told = after.report();
    PrintWriter stdout = spec.commandLine().getOut();
    table(told).lines().stream().map(Terminal::harmless).forEach(stdout::println);
    stdout.println();
    print(
        String.format(
            Locale.ROOT,
            "%d of %d layers are int8; %s; %d samples",
            told.quantizedCount(),
            told.layers().size(),
            options,
            told.sampleCount()));
    if (!told.others().isEmpty()) {
      print(
          "other nodes that stay f32: "
              + new TreeMap<>(told.others())
                  .entrySet().stream()
                      .map(entry -> entry.getValue() + " " + entry.getKey())
                      .collect(Collectors.joining(", ")));
    }
    for (QuantizationReport.OutputReport output : told.outputs()) {
      print(
          String.format(
              Locale.ROOT,
              "output %s: %s dB, largest error %.3g",
              output.name(),
              decibels(output.decibels()),
              output.largestError()));
    }
    print(
        String.format(
            Locale.ROOT,
            "wrote %s: constants of %,d bytes, before %,d",
            out,
            after.network().constantByteSize(),
            before.constantByteSize()));
    writeReport(told);
    stdout.flush();
  }

  /** JSON has no infinity, and no NaN. */
  private static final JsonSerializer<Double> FINITE_OR_NULL =
      (value, _, _) -> Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;

  private void writeReport(QuantizationReport told) {
    Path target = report;
    if (target == null) {
      return;
    }
    String json =
        new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .registerTypeAdapter(double.class, FINITE_OR_NULL)
            .registerTypeAdapter(Double.class, FINITE_OR_NULL)
            .create()
            .toJson(told);
    try {
      Files.writeString(target, json + "\n");
    } catch (IOException e) {
      throw cannotWrite(target, e);
    }
    print("wrote " + target);
  }

  private void print(String line) {
    spec.commandLine().getOut().println(Terminal.harmless(line));
  }

  private static TextTable table(QuantizationReport report) {
    var table =
        new TextTable("layer", "least", "greatest", "dB", "largest error", "type", "why")
            .textFrom(5);
    for (QuantizationReport.LayerReport layer : report.layers()) {
      table.add(
          layer.node(),
          number(layer.low()),
          number(layer.high()),
          decibels(layer.decibels()),
          number(layer.largestError()),
          layer.isQuantized() ? "int8" : "f32",
          layer.reason());
    }
    return table;
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3g", value);
  }

  private static String decibels(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    return Double.isInfinite(value)
        ? value > 0 ? "exact" : "none"
        : String.format(Locale.ROOT, "%.1f", value);
  }
}
