package io.github.conv4j.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PageTest {
  @Test
  void needsNothingFromElsewhere() throws IOException, InterruptedException {
    try (RunningServer server =
        RunningServer.ready(Map.of("sum", TestModels.sum()), RunningServer.limits())) {
      HttpResponse<String> page = server.get("/");
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
      assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
          .startsWith("default-src 'none'");
      assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(page.body().replace("http://www.w3.org/2000/svg", ""))
          .contains("fetch('read'", "<input id=\"file\" type=\"file\"")
          .doesNotContain("http:", "https:", "src=", "@import", "innerHTML");
    }
  }
}
