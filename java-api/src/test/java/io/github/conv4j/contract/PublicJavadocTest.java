package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whose Javadoc is read. */
class PublicJavadocTest {
  private static final String OUTER = "/** The outer. */\npublic final class Outer {\n";

  @Test
  void ofTheTypeItself() {
    assertThat(PublicJavadoc.ofType(OUTER + "}", "Outer")).isEqualTo("/** The outer. ");
    assertThat(PublicJavadoc.ofType(OUTER + "/** One. */ record One() {}\n}", "One"))
        .isEqualTo("/** One. ");
    assertThat(PublicJavadoc.ofType(OUTER + "/** E. */ @Deprecated\n enum E {A}\n}", "E"))
        .isEqualTo("/** E. ");
  }

  @Test
  void neverOfAnother() {
    assertThat(PublicJavadoc.ofType(OUTER + "record Bare() {}\n}", "Bare")).isEmpty();
    assertThat(PublicJavadoc.ofType(OUTER + "/* no Javadoc */ record Bare() {}\n}", "Bare"))
        .isEmpty();
    assertThat(
            PublicJavadoc.ofType(
                OUTER + "/** A. */ record Same() {}\n/** B. */ record Same() {}\n}", "Same"))
        .isEmpty();
  }
}
