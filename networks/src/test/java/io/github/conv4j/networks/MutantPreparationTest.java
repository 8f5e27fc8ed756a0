package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mutated files through prepare and a run, in JVMs of their own: {@code
 * -Dconv4j.test.preparations=10000} for more, {@code -Dconv4j.test.seed=N} for others.
 */
@Execution(ExecutionMode.CONCURRENT)
class MutantPreparationTest {
  private static final int COUNT = Integer.getInteger("conv4j.test.preparations", 10);
  private static final long SEED = Long.getLong("conv4j.test.seed", 20_250_101);
  private static final long LONGEST_HOURS = 8;

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void anEngineSurvives(String engine, @TempDir Path folder)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!flag.startsWith("-agentlib") && !flag.startsWith("-javaagent")) {
        command.add(flag);
      }
    }
    command.add("-XX:-CreateCoredumpOnCrash");
    command.add("-XX:ErrorFile=" + folder.resolve("crash.log"));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(MutantPreparation.class.getName());
    command.add(engine);
    command.add(Integer.toString(COUNT));
    command.add(Long.toString(SEED));
    Process child =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = child.waitFor(LONGEST_HOURS, TimeUnit.HOURS);
    child.destroyForcibly();
    List<String> lines = Files.readAllLines(output);
    String tail = String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    assertThat(ended).as(tail).isTrue();
    assertThat(child.exitValue()).as(tail).isZero();
    System.out.println(lines.getLast());
    assertThat(lines.getLast()).startsWith(engine + ": ").containsAnyOf("run=", "prepared=");
    assertThat(lines.stream().filter(line -> line.startsWith("seed "))).hasSize(COUNT);
  }
}
