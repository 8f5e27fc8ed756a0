package io.github.conv4j.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code conv4j} command: wrong arguments end with one sentence and exit code 2. */
@Command(
    name = "conv4j",
    mixinStandardHelpOptions = true,
    description = "Convolutions for the JVM: see them, check them, explain them.")
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
