package io.github.conv4j.bench.report;

import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.EngineStatus;
import io.github.conv4j.engine.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/** What the figures were measured on. */
public final class Machine {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private Machine() {}

  /** Returns names and values, in the order to show them. */
  public static SequencedMap<String, String> describe() {
    SequencedMap<String, String> facts = new LinkedHashMap<>();
    facts.put("CPU", cpu());
    facts.put("Processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
    facts.put(
        "System",
        Stream.of("os.name", "os.version", "os.arch")
            .map(System::getProperty)
            .reduce("", (a, b) -> a + " " + b)
            .strip());
    facts.put("JDK", System.getProperty("java.vm.name") + " " + Runtime.version());
    for (EngineStatus engine : Engines.survey()) {
      facts.put("Engine " + engine.name(), describe(engine.availability()));
    }
    facts.put(
        "Date",
        ZonedDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm xxx")));
    return facts;
  }

  private static String describe(Availability availability) {
    return switch (availability) {
      case Availability.Available yes -> yes.version() + ", " + yes.detail();
      case Availability.Unavailable no -> "cannot start: " + no.reason() + "; " + no.remedy();
    };
  }

  private static String cpu() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElseGet(Machine::cpuByEnvironment);
    } catch (IOException _) {
      return cpuByEnvironment();
    }
  }

  private static String cpuByEnvironment() {
    Map<String, String> environment = System.getenv();
    return environment.getOrDefault("PROCESSOR_IDENTIFIER", System.getProperty("os.arch"));
  }
}
