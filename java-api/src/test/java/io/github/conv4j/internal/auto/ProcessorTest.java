package io.github.conv4j.internal.auto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorTest {
  @Test
  void x86() {
    String text =
        """
        processor\t: 0
        cpu family\t: 26
        model\t\t: 2
        model name\t: AMD EPYC 9965
        flags\t\t: fpu avx2

        processor\t: 1
        model name\t: something else
        """;

    assertThat(Processor.describe(text, "amd64"))
        .startsWith("AMD EPYC 9965, family 26 model 2, features ")
        .isNotEqualTo(Processor.describe(text.replace("avx2", "avx512f"), "amd64"));
  }

  @Test
  void arm() {
    String text =
        """
        processor\t: 0
        Features\t: fp asimd sve
        CPU implementer\t: 0x41
        CPU part\t: 0xd4f
        """;

    assertThat(Processor.describe(text, "aarch64"))
        .startsWith("aarch64, family 0x41 model 0xd4f, features ");
  }

  @Test
  void thisOneHasADescription() {
    assertThat(Processor.description()).contains(" cores").doesNotContain("\t", "\n");
  }
}
