package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExplainCommandTest {
  @Test
  void showsImplementationLayoutsAndSizes() {
    Command command =
        Command.run(
            "explain", "mb1ic64ih56oc64kh3ph1", "--engine", "reference", "--layout", "nhwc");

    assertThat(command.exitCode()).isZero();
    assertThat(command.err()).isEmpty();
    assertThat(command.text())
        .contains("1. convolution: java:naive-loops")
        .contains("f32 NHWC 1x64x56x56, 784.0 KiB (802,816 bytes)")
        .containsPattern("MACs +115,605,504")
        .containsPattern("parameters +36,928, 144.3 KiB")
        .containsPattern("intensity +131.9 FLOP per byte")
        .containsPattern("receptive field +3x3");
  }

  @Test
  void saysWhatComesOfFpmath() {
    Command command =
        Command.run("explain", "mb1_ic8oc8_ih6kh3ph1", "--engine", "vector", "--fpmath", "bf16");

    assertThat(command.text()).contains("fpmath bf16 gains nothing: the Vector API");
  }

  @Test
  void showsEnginesThatCannotStart() {
    Command command = Command.run("explain", "ic4iw9oc2kw3");

    assertThat(command.exitCode()).isZero();
    assertThat(command.text())
        .contains("engine wrong cannot start")
        .contains(FakeEngines.REASON, FakeEngines.REMEDY)
        .contains("java:naive-loops");
  }

  @Test
  void showsWhatAnEngineLacks() {
    try (var _ = FakeEngines.enable()) {
      Command command = Command.run("explain", "ic4iw9oc2kw3", "--engine", "refusing");

      assertThat(command.exitCode()).isEqualTo(1);
      assertThat(command.text()).containsPattern("cannot run it +it is in no mood");
    }
  }

  @Test
  void warnsOfCheckerboards() {
    Command command =
        Command.run("explain", "--transposed", "mb1ic4ih8oc4kh3sh2", "--engine", "reference");

    assertThat(command.text()).contains("uneven overlap on axis 0");
  }

  @Test
  void showsWhatAutoChoseFrom() {
    Command command =
        Command.run("explain", "mb1ic16ih8oc16kh3ph1", "--engine", "auto", "--layout", "nhwc");

    assertThat(command.exitCode()).isZero();
    assertThat(command.text())
        .containsPattern("candidate +µs +note")
        .containsPattern("\\* \\w+ \\S+")
        .contains("vector vector");
  }
}
