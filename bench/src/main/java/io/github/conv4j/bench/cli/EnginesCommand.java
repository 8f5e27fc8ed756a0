package io.github.conv4j.bench.cli;

import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.EngineStatus;
import io.github.conv4j.engine.Engines;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the engines, the best first. */
@Command(name = "engines", description = "List the engines and whether they can start here.")
final class EnginesCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    for (EngineStatus found : Engines.survey()) {
      String state =
          switch (found.availability()) {
            case Availability.Available yes ->
                "available    %s, %s".formatted(yes.version(), yes.detail());
            case Availability.Unavailable no ->
                "unavailable  %s; %s".formatted(no.reason(), no.remedy());
          };
      out.printf("%-10s priority %-4d %s%n", found.name(), found.priority(), state);
    }
  }
}
