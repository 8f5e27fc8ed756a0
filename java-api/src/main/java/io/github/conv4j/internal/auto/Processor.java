package io.github.conv4j.internal.auto;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;

/** The processor as text: equal texts mean that measurements can be passed on. */
final class Processor {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final String DESCRIPTION = describe();

  private Processor() {}

  /** Returns for example {@code AMD EPYC, family 26 model 2, features 1b2c3d4e, 2 cores}. */
  static String description() {
    return DESCRIPTION;
  }

  private static String describe() {
    String cores = ", %d cores".formatted(Runtime.getRuntime().availableProcessors());
    String arch = System.getProperty("os.arch", "unknown");
    try {
      // A file of size 0 that is not empty: read as a stream, and only its first processor.
      byte[] text;
      try (var in = Files.newInputStream(CPU_INFO)) {
        text = in.readNBytes(1 << 16);
      }
      return describe(new String(text, StandardCharsets.UTF_8), arch) + cores;
    } catch (IOException | SecurityException e) {
      String identifier = System.getenv("PROCESSOR_IDENTIFIER");
      return arch + " " + Objects.requireNonNullElse(identifier, "processor") + cores;
    }
  }

  /** Describes the first processor of a {@code /proc/cpuinfo}, of x86 or of Arm. */
  static String describe(String cpuInfo, String arch) {
    Map<String, String> first = new LinkedHashMap<>();
    for (String line : cpuInfo.lines().toList()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        first.putIfAbsent(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
      }
    }
    String features = first.getOrDefault("flags", first.getOrDefault("Features", ""));
    var crc = new CRC32();
    crc.update(features.getBytes(StandardCharsets.UTF_8));
    String name = first.getOrDefault("model name", arch);
    String model =
        "family %s model %s"
            .formatted(
                first.getOrDefault("cpu family", first.getOrDefault("CPU implementer", "?")),
                first.getOrDefault("model", first.getOrDefault("CPU part", "?")));
    return "%s, %s, features %08x".formatted(name, model, crc.getValue());
  }
}
