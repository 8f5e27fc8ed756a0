package io.github.conv4j.examples.server;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Starts a server from the command line. */
public final class Main {
  private Main() {}

  /** Runs until the process is told to end. */
  public static void main(String[] args) {
    CommandSpec command = CommandSpec.forAnnotatedObject(new ServeCommand());
    System.exit(new CommandLine(command.mixinStandardHelpOptions(true)).execute(args));
  }
}
