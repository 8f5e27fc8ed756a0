package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Many class loaders in one process, each with its own copy of conv4j: {@code
 * -Dconv4j.test.redeployments} one after the other.
 */
@Execution(ExecutionMode.CONCURRENT)
class ClassLoadersTest {
  static final String REDEPLOYMENTS_PROPERTY = "conv4j.test.redeployments";

  private static final int REDEPLOYMENTS = Integer.getInteger(REDEPLOYMENTS_PROPERTY, 50);
  private static final long MOST_SPREAD_BYTES = 5_000_000;
  private static final int LAST = 10;

  /** From so many before the end on, threads and memory are waited for. */
  static final int SETTLED_COUNT = LAST + 5;

  /** The last one may still be there, and the one before while its threads end. */
  private static final Pattern ALIVE = Pattern.compile("resident .*, [012] alive");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void anyNumberOfThemShareOneFileAndLeaveNothingBehind() throws Exception {
    Path cache = folder.resolve("cache");
    Files.createDirectories(folder.resolve("tmp"));
    String output =
        new ChildJvm(folder, RedeploymentReport.class)
            .option("-Dconv4j.cache.dir=" + cache)
            .option("-D%s=%d".formatted(REDEPLOYMENTS_PROPERTY, REDEPLOYMENTS))
            // A heap that is touched at once and collected in one way, so that what grows is ours.
            .option("-Xms96m")
            .option("-Xmx96m")
            .option("-XX:+AlwaysPreTouch")
            .option("-XX:+UseSerialGC")
            // Compiled code and the compiler's memory are the JVM's, and come when they come.
            .option("-XX:TieredStopAtLevel=1")
            .run();

    List<String> libraries;
    try (Stream<Path> files = Files.walk(folder)) {
      libraries = files.map(Path::toString).filter(file -> file.contains("libdnnl")).toList();
    }
    assertThat(libraries).hasSize(1);
    String engine = " onednn " + libraries.getFirst() + " (jar of the platform)";
    assertThat(lines(output, "together ")).hasSize(8).allMatch(line -> line.endsWith(engine));
    assertThat(lines(output, "again ")).hasSize(8).allMatch(line -> line.endsWith(engine));
    assertThat(lines(output, "redeployed "))
        .hasSize(REDEPLOYMENTS)
        .allMatch(line -> line.endsWith(engine));
    assertThat(output).doesNotContain("not a subtype").doesNotContain("\tat ");

    List<String> resident = lines(output, "resident ");
    assertThat(resident).hasSize(REDEPLOYMENTS);
    assertThat(resident.subList(REDEPLOYMENTS - LAST, REDEPLOYMENTS))
        .as(output)
        .allMatch(line -> ALIVE.matcher(line).matches());
    LongSummaryStatistics bytes =
        resident.subList(REDEPLOYMENTS - LAST, REDEPLOYMENTS).stream()
            .mapToLong(line -> Long.parseLong(line.split("[ ,]", -1)[2]))
            .summaryStatistics();
    System.out.printf(
        "resident memory of the last %d redeployments: %d to %d kB%n",
        LAST, bytes.getMin() / 1000, bytes.getMax() / 1000);
    assertThat(bytes.getMax() - bytes.getMin()).as(output).isLessThanOrEqualTo(MOST_SPREAD_BYTES);
  }

  private static List<String> lines(String output, String start) {
    return output.lines().filter(line -> line.startsWith(start)).toList();
  }
}
