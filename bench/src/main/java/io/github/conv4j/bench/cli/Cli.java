package io.github.conv4j.bench.cli;

import io.github.conv4j.EngineUnavailableException;
import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs a command; whatever goes wrong ends with one sentence on stderr and an exit code. */
public final class Cli {
  private Cli() {}

  /** Runs a command on the process's own streams and returns its exit code. */
  public static int run(String... args) {
    LogLines.useOneLineEach();
    return commandLine().execute(args);
  }

  static int run(PrintWriter out, PrintWriter err, String... args) {
    return commandLine().setOut(out).setErr(err).execute(args);
  }

  private static CommandLine commandLine() {
    return new CommandLine(new RootCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler((e, _) -> refuse(e))
        .setExecutionExceptionHandler(Cli::explainFailure);
  }

  private static int refuse(ParameterException e) {
    CommandLine command = e.getCommandLine();
    command.getErr().println("conv4j: " + sentence(e));
    command
        .getErr()
        .println("see " + command.getCommandSpec().qualifiedName(" ").strip() + " --help");
    return ExitCodes.WRONG_ARGUMENTS;
  }

  private static String sentence(ParameterException e) {
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()
        && !spec.subcommands().isEmpty()) {
      return "there is no command '%s': choose one of %s"
          .formatted(
              unmatched.getUnmatched().getFirst(), String.join(", ", spec.subcommands().keySet()));
    }
    return oneSentence(e);
  }

  private static int explainFailure(Exception e, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (RootCommand.wantsStackTrace(parsed)) {
      e.printStackTrace(err);
    }
    if (e instanceof EngineUnavailableException) {
      err.println("conv4j: " + oneSentence(e));
      return ExitCodes.UNAVAILABLE;
    }
    err.println(
        "conv4j: unexpected %s: %s (add --stacktrace to see where)"
            .formatted(e.getClass().getSimpleName(), oneSentence(e)));
    return ExitCodes.UNEXPECTED;
  }

  private static String oneSentence(Exception e) {
    String message = Objects.requireNonNullElse(e.getMessage(), "no message");
    return message.replaceAll("\\s*\\R\\s*", " ");
  }
}
