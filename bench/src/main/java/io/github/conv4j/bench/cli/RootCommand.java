package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.overhead.OverheadCommand;
import io.github.conv4j.examples.server.ServeCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** What all commands share. */
@Command(
    name = "conv4j",
    description = "Convolutions for the JVM: see them, check them, explain them.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionLines.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    subcommands = {
      TourCommand.class,
      VerifyCommand.class,
      ExplainCommand.class,
      EnginesCommand.class,
      RunCommand.class,
      QuantizeCommand.class,
      ReadCommand.class,
      ReadCheckCommand.class,
      ServeCommand.class,
      BenchCommand.class,
      TypesCommand.class,
      ShadowCommand.class,
      LoadCommand.class,
      ServeLoadCommand.class,
      JmhCommand.class,
      OverheadCommand.class,
    })
final class RootCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where an unexpected error happened.")
  private boolean stackTrace;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "give a command: " + String.join(", ", spec.subcommands().keySet()));
  }

  static boolean wantsStackTrace(ParseResult parsed) {
    return parsed.commandSpec().root().userObject() instanceof RootCommand root && root.stackTrace;
  }
}
