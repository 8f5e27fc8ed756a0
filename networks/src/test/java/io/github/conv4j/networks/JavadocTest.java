package io.github.conv4j.networks;

import io.github.conv4j.contract.PublicJavadoc;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Every public type answers: who owns what, who may call, what is thrown. */
class JavadocTest {
  @Test
  void saysMemoryThreadsAndErrors() throws IOException {
    PublicJavadoc.requireParagraphs(Network.class);
  }
}
