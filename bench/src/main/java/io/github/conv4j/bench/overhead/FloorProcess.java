package io.github.conv4j.bench.overhead;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The C program, kept running so that its batches and those of Java follow each other at once.
 *
 * <p><b>Threads.</b> One at a time. <b>Errors.</b> An {@link IOException} tells what the program
 * said.
 */
final class FloorProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 5;

  private final Process process;
  private final BufferedWriter commands;
  private final BufferedReader answers;

  /** Starts the program with the library that it is to load. */
  FloorProcess(Path program, Path library) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(program.toString(), library.toString()).redirectErrorStream(true);
    builder.environment().put("OMP_NUM_THREADS", "1");
    process = builder.start();
    commands = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Makes a layer the current one and runs it once.
   *
   * @param implementation oneDNN's name for the code that is to run
   * @return the checksum of dst
   */
  long prepare(Layer layer, Layer.Offsets offsets, String implementation) throws IOException {
    return Long.parseUnsignedLong(ask(layer.floorCommand(offsets, implementation), "ready"), 16);
  }

  /** Runs the current layer; returns the nanoseconds of each batch. */
  long[] run(int batchCount, int callCount) throws IOException {
    String answer = ask("run %d %d".formatted(batchCount, callCount), "took");
    return Arrays.stream(answer.split(" ", -1)).mapToLong(Long::parseLong).toArray();
  }

  private String ask(String command, String expected) throws IOException {
    String answer;
    try {
      commands.write(command);
      commands.newLine();
      commands.flush();
      answer = answers.readLine();
    } catch (IOException e) {
      // It may have said why before it closed its input.
      answer = answers.readLine();
    }
    if (answer == null) {
      throw new IOException("the C program ended without an answer to: " + command);
    }
    if (!answer.startsWith(expected + " ")) {
      throw new IOException("the C program failed at '%s': %s".formatted(command, answer));
    }
    return answer.substring(expected.length() + 1);
  }

  @Override
  public void close() {
    try {
      commands.close();
      process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (IOException _) {
      // It has ended already.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}
