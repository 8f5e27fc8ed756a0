package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeLoadCommandTest {
  private final AtomicInteger count = new AtomicInteger();
  private final Path file;
  private final HttpServer server;
  private volatile int everySecond = 200;

  ServeLoadCommandTest(@TempDir Path folder) throws IOException {
    this.file = Files.writeString(folder.resolve("request.json"), "{}");
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() {
    server.createContext(
        "/",
        exchange -> {
          assertThat(exchange.getRequestHeaders().getFirst("Content-Type"))
              .isEqualTo("application/json");
          int status = count.getAndIncrement() % 2 == 0 ? 200 : everySecond;
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private Command run(String... more) {
    String[] arguments = {
      "serve-load",
      file.toString(),
      "--url",
      "http://127.0.0.1:" + server.getAddress().getPort(),
      "--seconds",
      "0.4"
    };
    return Command.run(Stream.of(arguments, more).flatMap(Arrays::stream).toArray(String[]::new));
  }

  @Test
  void countsWhatIsAcceptedAndRefusedApart() {
    everySecond = 429;
    Command command = run("--rate", "100");

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    assertThat(count).hasValue(40);
    assertThat(command.text())
        .containsPattern("accepted +20 ")
        .containsPattern("refused +20 ")
        .containsPattern("failed +0 .* - ");
  }

  @Test
  void saysWhatFailed() {
    everySecond = 500;
    Command command = run("--clients", "2");

    assertThat(command.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(command.text()).contains("first failure: 500");
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThat(run("--clients", "0").exitCode()).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(Command.run("serve-load", "none").err().getFirst())
        .contains("there is no file 'none'");
  }

  @Test
  void theServerRefusesArgumentsInOneSentence() {
    assertThat(Command.run("serve", "--model", "a/b=" + file).err().getFirst())
        .contains("'a/b' is no name for a URL");
    assertThat(Command.run("serve", "--model", "a=" + file).exitCode())
        .isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(Command.run("serve", "--help").text()).contains("--manifest");
  }
}
