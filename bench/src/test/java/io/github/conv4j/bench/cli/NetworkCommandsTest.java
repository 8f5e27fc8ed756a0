package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.bench.tensor.NpyFile;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Support;
import io.github.conv4j.examples.ocr.OcrFiles;
import io.github.conv4j.examples.ocr.Sign;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkCommandsTest {
  private static final String DIMS = "x=1x3x48x64";

  private final Path folder;

  NetworkCommandsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static String classifier() {
    String models = Objects.requireNonNull(System.getProperty(OcrFiles.PROPERTY));
    return OcrFiles.in(Path.of(models)).classifier().toString();
  }

  @Test
  void explainsStepsAndMemory() {
    Command command =
        Command.run(
            "explain", classifier(), "--dims", DIMS, "--engine", "reference", "--threads", "1");

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    assertThat(command.text())
        .contains("network \"paddle-onnx\" of opset 11", "53 Conv", "1 threads, prepared in")
        .containsPattern("1 reorder +[0-9.]+ +[0-9.]+ % ")
        .containsPattern("Softmax.*[0-9.]+ +[0-9.]+ % ")
        .containsPattern("memory of a call +\\d")
        .containsPattern("without sharing +\\d")
        .containsPattern("packed weights +\\d");
  }

  @Test
  void fpmathIsOfNetworksToo() {
    Command verified =
        Command.run(
            "verify",
            "--network",
            classifier(),
            "--dims",
            DIMS,
            "--engine",
            "onednn",
            "--fpmath",
            "bf16");
    assertThat(verified.err()).isEmpty();
    assertThat(verified.text()).contains(" 0 failed");

    Command explained =
        Command.run(
            "explain", classifier(), "--dims", DIMS, "--engine", "onednn", "--fpmath", "bf16");
    assertThat(explained.exitCode()).isZero();
    assertThat(explained.text().lines().filter(line -> line.contains("fpmath bf16 gains nothing")))
        .hasSizeBetween(cpuGainsByBf16() ? 0 : 1, 1);
  }

  private static boolean cpuGainsByBf16() {
    Convolution convolution =
        Convolution.conv2d(1, 1).kernel(1).fpmathMode(FpmathMode.BF16).build();
    try (Engine engine = Engines.named("onednn")) {
      Support support =
          engine.support(
              ConvolutionRequest.of(convolution, TensorSpec.f32(Layout.NHWC, 1, 1, 1, 1)));
      return !((Support.Supported) support).note().contains("gains nothing");
    }
  }

  @Test
  void verifiesEveryTensor() {
    Command command =
        Command.run("verify", "--network", classifier(), "--dims", DIMS, "--engine", "vector");

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    assertThat(command.text())
        .contains("by chance, seed 1", " 0 failed")
        .containsPattern("conv4j.Conv +52 ");
  }

  @Test
  void namesTheFirstNodeThatDiverges() {
    try (var _ = FakeEngines.enable()) {
      Command command =
          Command.run("verify", "--network", classifier(), "--dims", DIMS, "--engine", "wrong");

      assertThat(command.err()).isEmpty();
      assertThat(command.exitCode()).isEqualTo(ExitCodes.FAILED);
      assertThat(command.text())
          .contains("first divergence: ", "of conv4j.Conv \"Conv@0\"")
          .containsPattern("1 of [0-9,]+ wrong, at \\[")
          .containsPattern(
              "./conv4j verify --engine wrong --floats --layout nhwc --problem \\S*ic3");
    }
  }

  @Test
  void runsOnArraysAndPictures() throws IOException {
    Path photo = folder.resolve("photo.png");
    ImageIO.write(Sign.draw(), "png", photo.toFile());
    Command command =
        Command.run(
            "run",
            classifier(),
            "--input",
            "x=" + photo,
            "--dims",
            DIMS,
            "--mean",
            "0.5",
            "--std",
            "0.5,0.5,0.5",
            "--engine",
            "vector",
            "--out",
            folder.toString());

    assertThat(command.err()).isEmpty();
    assertThat(command.text())
        .contains(
            "input x: FLOAT[1, 3, 48, 64], from -0.9", "output save_infer_model", "largest: ");
    Constant scores = NpyFile.read(folder.resolve("save_infer_model_scale_0_tmp_1.npy"));
    float[] numbers = scores.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    assertThat(numbers[0] + numbers[1]).isBetween(0.99999f, 1.00001f);

    Path array = folder.resolve("x.npy");
    NpyFile.write(array, Constant.of(new float[3 * 48 * 64], 1, 3, 48, 64));
    Command again =
        Command.run(
            "run",
            classifier(),
            "--input",
            "x=" + array,
            "--engine",
            "vector",
            "--out",
            folder.toString());
    assertThat(again.exitCode()).isZero();
  }

  @Test
  void saysWhichDimensionsAreOpen() {
    refuses(
        "input x: FLOAT[?, 3, ?, ?] leaves dimensions open: give them, for example --dims"
            + " x=1x3x224x224",
        "explain",
        classifier());
    refuses("give a file for each input: --input x=photo.png or x.npy", "run", classifier());
    refuses("must be positive numbers", "explain", classifier(), "--dims", "x=1x3xhxw");
    refuses("[1, 3, 48]", "explain", classifier(), "--dims", "x=1x3x48");
  }

  @Test
  void saysWhichInputsThereAre() {
    refuses(
        "--dims names 'y', but the network has no such input: there are x: FLOAT",
        "verify",
        "--network",
        classifier(),
        "--dims",
        "y=1x3x48x64");
    refuses("--input names 'y'", "run", classifier(), "--input", "y=photo.png");
  }

  @Test
  void refusesWhatIsNoNetwork() throws IOException {
    Path file = Files.writeString(folder.resolve("x.onnx"), "this is no network");
    refuses("x.onnx", "explain", file.toString());
    refuses("there is no file 'none.onnx'", "explain", "none.onnx");
    refuses("there is no file 'none'", "run", "none", "--input", "x=x.npy");
    refuses("there is no file", "verify", "--network", folder.toString());
    refuses(
        "give either --network or problems", "verify", "--network", classifier(), "--random", "1");
  }

  private static void refuses(String sentence, String... arguments) {
    Command command = Command.run(arguments);
    assertThat(command.exitCode()).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(command.err()).hasSize(2);
    assertThat(command.err().getFirst()).startsWith("conv4j: ").contains(sentence);
  }
}
