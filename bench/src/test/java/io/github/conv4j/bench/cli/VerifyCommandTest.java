package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
  private static final String PROBLEM = "mb1_ic2oc3_ih5oh5kh3sh1dh0ph1_iw5ow5kw3sw1dw0pw1";

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @Test
  void agreementEndsWithCounts() {
    Command command =
        Command.run("verify", "--engine", "reference", "--problem", PROBLEM, "ic4iw9oc2kw3");

    assertThat(command.exitCode()).isZero();
    assertThat(command.out().getLast()).isEqualTo("2 passed, 0 failed");
    assertThat(command.out().getFirst()).contains("layouts nchw nhwc any").contains("seed 1");
    assertThat(command.err()).isEmpty();
  }

  @Test
  void aDifferenceGivesACommandThatFindsItAgain() {
    try (var _ = FakeEngines.enable()) {
      Command command =
          Command.run(
              "verify",
              "--engine",
              "wrong",
              "--layout",
              "nhwc",
              "--seed",
              "7",
              "--problem",
              PROBLEM);

      assertThat(command.exitCode()).isEqualTo(1);
      assertThat(command.out().getLast()).isEqualTo("0 passed, 1 failed");
      List<String> failures = failures(command);
      assertThat(failures).hasSize(1);
      assertThat(failures.getFirst())
          .contains("1 differ, first at [0, 0, 0, 0]")
          .endsWith("./conv4j verify --engine wrong --layout nhwc --seed 7 --problem " + PROBLEM);

      String repro = failures.getFirst();
      String[] again = repro.substring(repro.indexOf("./conv4j ") + 9).split(" ");
      assertThat(failures(Command.run(again))).isEqualTo(failures);
    }
  }

  @Test
  void floatsAreFoundAgainToo() {
    try (var _ = FakeEngines.enable()) {
      Command command =
          Command.run(
              "verify", "--engine", "wrong", "--layout", "any", "--floats", "--problem", PROBLEM);

      assertThat(command.exitCode()).isEqualTo(1);
      assertThat(failures(command).getFirst()).contains(" --floats --problem ");
    }
  }

  @Test
  void postOpsAreInTheLineThatFindsItAgain() {
    try (var _ = FakeEngines.enable()) {
      Command command =
          Command.run(
              "verify",
              "--engine",
              "wrong",
              "--layout",
              "nchw",
              "--post-ops",
              "linear:2:1,add:per_oc",
              "--problem",
              PROBLEM);

      assertThat(command.exitCode()).isEqualTo(1);
      String failure = failures(command).getFirst();
      assertThat(failure).endsWith("--problem " + PROBLEM + "_post/linear:2:1,add:per_oc/");
      String[] again = failure.substring(failure.indexOf("./conv4j ") + 9).split(" ");
      assertThat(failures(Command.run(again))).containsExactly(failure);
    }
  }

  @Test
  void theFpmathModeIsInTheLineThatFindsItAgain() {
    try (var _ = FakeEngines.enable()) {
      Command command =
          Command.run("verify", "--engine", "wrong", "--fpmath", "bf16", "--problem", PROBLEM);

      assertThat(failures(command)).allMatch(line -> line.contains("_fpmath/bf16/"));
    }
  }

  @Test
  void postOpsByChance() {
    Command command =
        Command.run("verify", "--engine", "reference", "--random", "20", "--post-ops", "random");

    assertThat(command.exitCode()).isZero();
    assertThat(command.out().getLast()).isEqualTo("20 passed, 0 failed");
  }

  @Test
  void postOpsThatCannotBeReadAreRefused() {
    for (String text : List.of("relo", "random")) {
      Command command =
          Command.run("verify", "--engine", "reference", "--post-ops", text, "--problem", PROBLEM);

      assertThat(command.exitCode()).isEqualTo(2);
      assertThat(String.join(" ", command.err())).contains("'" + text + "' is no post-op");
    }
  }

  @Test
  void eachLayoutFailsOnItsOwnLineAndCountsOnce() {
    try (var _ = FakeEngines.enable()) {
      Command command = Command.run("verify", "--engine", "wrong", "--problem", PROBLEM);

      assertThat(failures(command)).hasSize(3);
      assertThat(command.out().getLast()).isEqualTo("0 passed, 1 failed");
    }
  }

  @Test
  void aRefusalIsAFailureWithItsReason() {
    try (var _ = FakeEngines.enable()) {
      Command command =
          Command.run("verify", "--engine", "refusing", "--layout", "nchw", "--problem", PROBLEM);

      assertThat(command.exitCode()).isEqualTo(1);
      assertThat(failures(command).getFirst()).contains("it is in no mood");
    }
  }

  @Test
  void anExceptionIsAFailureAndTheRestGoesOn() {
    try (var _ = FakeEngines.enable()) {
      Command command =
          Command.run(
              "verify",
              "--engine",
              "throwing",
              "--layout",
              "nchw",
              "--problem",
              PROBLEM,
              "mb1_ic2oc3_iw5ow5kw1sw1dw0pw0");

      assertThat(command.exitCode()).isEqualTo(1);
      assertThat(failures(command)).hasSize(1);
      assertThat(failures(command).getFirst())
          .startsWith("FAILED IllegalStateException: a spring broke: ./conv4j verify");
      assertThat(command.out().getLast()).isEqualTo("1 passed, 1 failed");
    }
  }

  @Test
  void randomProblemsComeFromTheSeed() {
    Command command =
        Command.run(
            "verify",
            "--engine",
            "reference",
            "--layout",
            "nchw",
            "--random",
            "20",
            "--seed",
            "42");

    assertThat(command.exitCode()).isZero();
    assertThat(command.out().getFirst()).endsWith("seed 42");
    assertThat(command.out().getLast()).isEqualTo("20 passed, 0 failed");
  }

  @Test
  void relaxedEnginesAreHeldToWhatTheyPromise() {
    Command command =
        Command.run(
            "verify",
            "--relaxed",
            "--engine",
            "vector",
            "--layout",
            "nhwc",
            "--problem",
            "mb1_ic64_oc64_ih28kh3ph1");

    assertThat(command.out().getFirst()).contains("relaxed accuracy");
    assertThat(command.text()).contains("winograd");
    assertThat(command.out().getLast()).isEqualTo("1 passed, 0 failed");
  }

  @Test
  void transposedProblemsAreRead() {
    Command command =
        Command.run(
            "verify",
            "--engine",
            "reference",
            "--transposed",
            "--problem",
            "mb1_ic2oc3_iw5ow11kw3sw2dw0pw0");

    assertThat(command.out().getLast()).isEqualTo("1 passed, 0 failed");
  }

  /** Each line that is printed for a failure runs as it stands, and fails in the same way. */
  @Test
  void printedLinesRunAgain() {
    try (var _ = FakeEngines.enable()) {
      Command command =
          Command.run(
              "verify",
              "--engine",
              "wrong",
              "--problem",
              "mb1_ic2oc3_ih5kh3sh2_transposed",
              "mb1_ic2oc3_ih5kh3ph1_reflect_bias0",
              "mb1_ic2oc3_iw5kw3_flipped");

      assertThat(command.out().getLast()).isEqualTo("0 passed, 3 failed");
      for (String failure : failures(command)) {
        String[] printed = failure.split("./conv4j ", -1)[1].split(" ", -1);
        Command again = Command.run(printed);
        assertThat(failures(again)).as(failure).containsExactly(failure);
      }
      assertThat(failures(command))
          .hasSize(9)
          .anyMatch(line -> line.contains("_transposed"))
          .anyMatch(line -> line.contains("_bias0_reflect"))
          .anyMatch(line -> line.contains("_flipped"));
    }
  }

  @Test
  void filesMayHoldCommentsAndOptions() throws IOException {
    Files.writeString(folder.resolve("more"), "ic2iw7oc2kw3\n");
    Path file = folder.resolve("problems");
    Files.writeString(
        file,
        """
        # a comment

        --reset --dt=f32 --dir=FWD_B --stag=axb
        ic4ih7oc2kh3ph1n"named"   # another
        --mb=1,3 ic2iw9oc2kw5
        --deconv --mb=0
        ic2iw5oc2kw3sw2
        --batch=more
        """);

    Command command =
        Command.run(
            "verify", "--engine", "reference", "--layout", "nchw", "--problems", file.toString());

    assertThat(command.out().getLast()).isEqualTo("5 passed, 0 failed");
    assertThat(command.err()).containsExactly("conv4j: ignored in " + file + ": --stag");
  }

  @Test
  void filesAreRefusedWithTheLine() throws IOException {
    Path malformed = file("# first\nic4ih7oc2kh3\nrubbish\n");
    assertThat(refusal(malformed)).startsWith("conv4j: " + malformed + ":3: problem 'rubbish'");

    Path type = file("--dt=bf16:bf16:f32 ic4ih7oc2kh3\n");
    assertThat(refusal(type))
        .isEqualTo(
            "conv4j: %s:1: '--dt=bf16:bf16:f32' is not supported: conv4j verifies f32 only"
                .formatted(type));

    assertThat(refusal(file("--dir=BWD_D\n"))).contains("forward only");
    assertThat(refusal(file("--attr-post-ops=relu\n"))).contains("without attributes");
    assertThat(refusal(file("--mb=x\n"))).contains("needs numbers");
    assertThat(refusal(file("--batch=nowhere\n"))).contains("there is no file");
    assertThat(refusal(file("# nothing\n"))).contains("holds no problem");
    Path itself = file("");
    Files.writeString(itself, "--batch=" + itself.getFileName() + "\n");
    assertThat(refusal(itself)).contains("files name each other");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "problems", ""), text);
  }

  private static String refusal(Path file) {
    Command command = Command.run("verify", "--engine", "reference", "--problems", file.toString());
    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.out()).isEmpty();
    return command.err().getFirst();
  }

  private static List<String> failures(Command command) {
    return command.out().stream().filter(line -> line.startsWith("FAILED")).toList();
  }
}
