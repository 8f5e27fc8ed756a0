package io.github.conv4j.micrometer;

import io.github.conv4j.contract.PublicApi;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Nothing of the public API changes unseen. */
class PublicApiTest {
  @Test
  void isAccepted() throws IOException {
    PublicApi.requireAccepted("micrometer", EngineMetrics.class);
  }
}
