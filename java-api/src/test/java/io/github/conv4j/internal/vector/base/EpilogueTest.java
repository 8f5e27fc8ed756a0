package io.github.conv4j.internal.vector.base;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.PostOps;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What layers must have in common to share a kernel. */
class EpilogueTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hardswish,linear:0.9:0.1 | hardswish,linear:-2:3",
        "clip:0:6 | clip:-1:1",
        "hardsigmoid:0.2:0.5 | hardsigmoid:0.1:0.4",
        "elu:1 | elu:0.5",
        "relu:0.1 | relu:0.25",
        "swish:2 | swish:0.5",
        "mul:3,add:per_oc | mul:7,add:per_oc"
      })
  void numbersMayDiffer(String one, String other) {
    assertThat(forms(one)).isEqualTo(forms(other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "relu | relu:0.1",
        "swish | swish:2",
        "add:3 | add:common:run",
        "add:per_oc | add:per_tensor",
        "clip:0:6 | linear:0:6",
        "add:3 | mul:3",
        "relu,abs | abs,relu"
      })
  void functionsAndOperandsMayNot(String one, String other) {
    assertThat(forms(one)).isNotEqualTo(forms(other));
  }

  /** Blocks of fewer sums leave registers to them, and parts that are compiled have such blocks. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "relu | true",
        "clip:0:6 | true",
        "mul:3 | true",
        "add:per_oc:run | true",
        "add:per_oc,relu | true",
        "relu,abs,square | false",
        "swish | false",
        "add:per_tensor:run | false",
        "add:per_tensor,relu | false",
        "none | false"
      })
  void shortChainsWithoutWholeTensorsTakeRegisters(String postOps, boolean expected) {
    PostOps list = postOps.equals("none") ? PostOps.none() : PostOps.parse(postOps);
    assertThat(Epilogue.takesRegisters(list)).isEqualTo(expected);
    assertThat(Epilogue.takesRegisters(Epilogue.forms(list))).isEqualTo(expected);
  }

  private static PostOps forms(String postOps) {
    return Epilogue.forms(PostOps.parse(postOps));
  }
}
