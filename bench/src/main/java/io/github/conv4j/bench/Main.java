package io.github.conv4j.bench;

import io.github.conv4j.bench.cli.Cli;

/** The {@code conv4j} command. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    StandardError.useGiven();
    System.exit(Cli.run(args));
  }
}
