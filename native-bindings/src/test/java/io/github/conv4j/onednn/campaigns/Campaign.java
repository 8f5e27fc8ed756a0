package io.github.conv4j.onednn.campaigns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the campaigns have in common, on both sides of the process. */
final class Campaign {
  static final long SEED = Long.getLong("conv4j.test.seed", 20_250_101L);

  /**
   * What campaigns run on; {@code -Dconv4j.test.engines=onednn,vector} for both, of which one can
   * end the JVM.
   */
  static final String ENGINES = System.getProperty("conv4j.test.engines", "onednn");

  /** Calls of any length are cut into parts, so that helpers are inside them. */
  static final String HELPERS_IN_EVERY_CALL = "-Dconv4j.sharing.nanos=1";

  private static final String SUMMARY = "summary: ";

  private Campaign() {}

  /** Returns a size that {@code -Dconv4j.test.NAME} sets. */
  static int size(String name, int inEveryBuild) {
    return Integer.getInteger("conv4j.test." + name, inEveryBuild);
  }

  /** Runs a main class that ends with a summary; prints what it sums up, and fails without. */
  static void run(Class<?> main, List<String> flags, Object... arguments) {
    run(main, Map.of(), flags, arguments);
  }

  /** Runs it with more variables of the environment. */
  static void run(
      Class<?> main, Map<String, String> environment, List<String> flags, Object... arguments) {
    requireSummary(main, ChildJvm.run(main, flag -> true, environment, flags, strings(arguments)));
  }

  static String[] strings(Object... arguments) {
    return Stream.of(arguments).map(String::valueOf).toArray(String[]::new);
  }

  static void requireSummary(Class<?> main, ChildJvm.Outcome outcome) {
    assertThat(outcome.exitCode()).as(outcome.tail(60)).isZero();
    assertThat(outcome.tail(1)).as(outcome.tail(60)).startsWith(SUMMARY);
    outcome
        .output()
        .lines()
        .filter(line -> line.startsWith(SUMMARY))
        .forEach(
            line ->
                System.out.println(main.getSimpleName() + " " + line.substring(SUMMARY.length())));
  }

  /** In the child: no warnings about what a campaign leaves open on purpose. */
  static void silenceWarnings() {
    Thread.setDefaultUncaughtExceptionHandler((_, e) -> e.printStackTrace(System.out));
    System.setErr(new PrintStream(OutputStream.nullOutputStream()));
  }

  /** In the child: a line, at once, since the next thing may be a crash. */
  static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /** In the child: what is done for one engine, and summed up. */
  interface Part {
    String run(String engine) throws Throwable;
  }

  /** In the child: all of it, to the end of the process. */
  static void runEach(String engines, Part part) {
    for (String engine : engines.split(",", -1)) {
      try {
        say(SUMMARY + engine + ": " + part.run(engine));
      } catch (Throwable e) {
        say("FAILED " + engine);
        e.printStackTrace(System.out);
        System.out.flush();
        Runtime.getRuntime().halt(1);
      }
    }
    System.exit(0);
  }
}
