package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.load.HttpLoad;
import io.github.conv4j.bench.text.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a server as many clients do. */
@Command(
    name = "serve-load",
    sortOptions = false,
    description = {
      "Send a file to a server again and again: latencies of what it accepts and what it refuses.",
      "Without --rate each client asks again at once (closed loop). With --rate requests are sent",
      "at fixed times, whatever became of those before (open loop)."
    })
final class ServeLoadCommand implements Callable<Integer> {
  private static final double NANOS_PER_MILLI = 1e6;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FILE", description = "What is sent.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path file;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Where it is sent to; ${DEFAULT-VALUE} if left out.")
  private URI url = URI.create("http://127.0.0.1:8080/read");

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Its media type; that of the file's name if left out.")
  private @Nullable String type;

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "Of a closed loop; ${DEFAULT-VALUE} if left out.")
  private int clients = 8;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Requests a second; a closed loop if left out.")
  private double rate;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long; ${DEFAULT-VALUE} if left out.")
  private double seconds = 30;

  @Override
  public Integer call() throws IOException {
    requireLimits();
    if (!Files.isRegularFile(file)) {
      throw new ParameterException(spec.commandLine(), "there is no file '%s'".formatted(file));
    }
    var load = new HttpLoad(url, mediaType(), Files.readAllBytes(file));
    Duration time = Duration.ofMillis((long) (1000 * seconds));
    HttpLoad.Result result = rate > 0 ? load.open(rate, time) : load.closed(clients, time);
    print(result);
    return result.failed().getTotalCount() == 0 ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private void requireLimits() {
    if (clients < 1 || clients > 1000 || !(rate >= 0 && rate <= 1e6) || !(seconds > 0)) {
      throw new ParameterException(
          spec.commandLine(),
          "--clients must be from 1 to 1000, --rate up to 1000000, --seconds positive");
    }
  }

  private String mediaType() {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (type != null) {
      return type;
    }
    if (name.endsWith(".png")) {
      return "image/png";
    }
    return name.endsWith(".json") ? "application/json" : "image/jpeg";
  }

  private void print(HttpLoad.Result result) {
    var table = new TextTable("answers", "count", "a second", "p50", "p90", "p99", "max");
    add(table, "accepted", result.accepted(), result);
    add(table, "refused", result.refused(), result);
    add(table, "failed", result.failed(), result);
    PrintWriter out = spec.commandLine().getOut();
    table.lines().forEach(out::println);
    if (!result.firstError().isEmpty()) {
      out.println("first failure: " + Terminal.harmless(result.firstError()));
    }
    out.flush();
  }

  private static void add(
      TextTable table, String name, Histogram histogram, HttpLoad.Result result) {
    table.add(
        name,
        Long.toString(histogram.getTotalCount()),
        String.format(Locale.ROOT, "%.1f", result.perSecond(histogram)),
        millis(histogram, 50),
        millis(histogram, 90),
        millis(histogram, 99),
        millis(histogram, 100));
  }

  private static String millis(Histogram histogram, double percentage) {
    return histogram.getTotalCount() == 0
        ? "-"
        : String.format(
            Locale.ROOT, "%.1f ms", histogram.getValueAtPercentile(percentage) / NANOS_PER_MILLI);
  }
}
