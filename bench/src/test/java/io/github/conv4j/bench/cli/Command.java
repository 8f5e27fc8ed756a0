package io.github.conv4j.bench.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * One command, run.
 *
 * @param exitCode what the shell sees
 * @param out lines on stdout
 * @param err lines on stderr
 */
record Command(int exitCode, List<String> out, List<String> err) {
  static Command run(String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode = Cli.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new Command(exitCode, out.toString().lines().toList(), err.toString().lines().toList());
  }

  String text() {
    return String.join("\n", out);
  }
}
