package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.tensor.NpyFile;
import io.github.conv4j.examples.ocr.OcrFiles;
import io.github.conv4j.examples.ocr.Sign;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.GraphBuilder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizeCommandTest {
  private final Path folder;
  private final Path samples;
  private final Path out;

  QuantizeCommandTest(@TempDir Path folder) {
    this.folder = folder;
    this.samples = folder.resolve("samples");
    this.out = folder.resolve("int8.onnx");
  }

  @BeforeEach
  void makeFolder() throws IOException {
    Files.createDirectory(samples);
  }

  private static String classifier() {
    String models = Objects.requireNonNull(System.getProperty(OcrFiles.PROPERTY));
    return OcrFiles.in(Path.of(models)).classifier().toString();
  }

  private Command quantize(String file, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("quantize", file, "--calibrate", samples.toString(), "--out", out.toString()));
    all.addAll(Arrays.asList(more));
    return Command.run(all.toArray(String[]::new));
  }

  private void drawLines() throws IOException {
    BufferedImage sign = Sign.draw();
    for (int i = 0; i < 3; i++) {
      BufferedImage line = sign.getSubimage(200 * i, 130, 400, 110);
      ImageIO.write(line, "png", samples.resolve(i + ".png").toFile());
    }
    Files.writeString(samples.resolve("README"), "ignored");
  }

  @Test
  void quantizesTheClassifier() throws IOException {
    drawLines();
    Path report = folder.resolve("report.json");

    Command command =
        quantize(
            classifier(),
            "--dims",
            "x=1x3x48x192",
            "--mean",
            "0.5",
            "--std",
            "0.5",
            "--engine",
            "vector",
            "--report",
            report.toString());

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    assertThat(command.text())
        .containsPattern("Conv \"Conv@0\" +-?[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +int8")
        .contains("79 of 79 layers are int8", "3 samples", "wrote " + out, "wrote " + report)
        .containsPattern("output save_infer_model/scale_0.tmp_1: [1-9][0-9]+[.][0-9] dB");
    assertThat(Files.readString(report)).contains("\"sampleCount\": 3", "\"decibels\":");
    Network before = Network.read(Path.of(classifier()));
    Network after = Network.read(out);
    assertThat(after.constantByteSize()).isLessThan(before.constantByteSize() / 3);
    Command run =
        Command.run(
            "run",
            out.toString(),
            "--input",
            "x=" + samples.resolve("0.png"),
            "--dims",
            "x=1x3x48x192",
            "--engine",
            "vector",
            "--out",
            folder.resolve("results").toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.text()).contains("largest: ");
  }

  @Test
  void keepsWhatIsNamedAndTakesFewerSamples() throws IOException {
    drawLines();

    Command command =
        quantize(
            classifier(),
            "--dims",
            "x=1x3x48x64",
            "--samples",
            "1",
            "--method",
            "percentile",
            "--keep",
            "Conv",
            "--keep",
            "MatMul",
            "--engine",
            "vector");

    assertThat(command.err()).isEmpty();
    assertThat(command.text()).contains("0 of 54 layers are int8; percentile 99.99", "1 samples");
    assertThat(command.out()).filteredOn(line -> line.endsWith("left out as asked")).hasSize(54);
  }

  @Test
  void takesAFolderASampleWhereThereAreSeveralInputs() throws IOException {
    var b = new GraphBuilder(13);
    String left = b.input("left", ElementType.FLOAT, new Dim.Symbol("n"), new Dim.Fixed(2));
    String right = b.input("right:0", ElementType.FLOAT, new Dim.Symbol("n"), new Dim.Fixed(2));
    String weights = b.constant(Constant.of(new float[] {1, 2, 3, 4}, 2, 2));
    String sum = b.node("Add", List.of(left, right));
    String product = b.node("MatMul", List.of(sum, weights));
    b.output(b.node("MatMul", List.of(product, product)));
    Path file = folder.resolve("two.onnx");
    Network.of(b.build()).write(file);
    Constant pair = Constant.of(new float[] {1, -1, 0.5f, 2}, 2, 2);
    Path first = Files.createDirectory(samples.resolve("first"));
    NpyFile.write(first.resolve("left.npy"), pair);

    assertThat(quantize(file.toString()).err().getFirst())
        .contains("lacks input right:0", "give left.npy, right_0.npy");
    NpyFile.write(first.resolve("right_0.npy"), pair);
    Path report = folder.resolve("report.json");
    Command command =
        quantize(file.toString(), "--engine", "vector", "--report", report.toString());

    assertThat(command.err()).isEmpty();
    assertThat(command.text()).contains("1 of 2 layers are int8");
    // Of a product of two values there is no range, and JSON has no NaN.
    assertThat(Files.readString(report)).contains("its weights are not constant");
  }

  @Test
  void refusesInOneSentence() throws IOException {
    assertRefused(quantize(classifier()), "holds no sample: put arrays (.npy) or pictures into it");
    drawLines();
    assertRefused(quantize(classifier(), "--keep", "Nothing"), "no node is named");
    assertRefused(quantize(classifier(), "--weight-bits", "4"), "weights have 7 or 8 bits, not 4");
    assertRefused(
        quantize(classifier(), "--method", "percentile", "--percentile", "0"),
        "the percentile must be more than 50");
    assertRefused(
        quantize(classifier(), "--percentile", "99.9"), "--percentile is for --method percentile");
    assertRefused(quantize(classifier(), "--samples", "0"), "--samples must be at least 1");
    assertRefused(quantize(classifier(), "--dims", "y=1x3x48x48"), "no such input");
    assertRefused(
        Command.run("quantize", classifier(), "--calibrate", "none", "--out", "x.onnx"),
        "there is no folder 'none'");
    assertRefused(
        Command.run(
            "quantize",
            classifier(),
            "--calibrate",
            samples.toString(),
            "--dims",
            "x=1x3x48x64",
            "--samples",
            "1",
            "--engine",
            "vector",
            "--out",
            folder.resolve("none").resolve("x.onnx").toString()),
        "cannot write '");
    Constant wrong = Constant.of(new float[] {Float.NaN, 0, 0}, 1, 3, 1, 1);
    NpyFile.write(samples.resolve("0.npy"), wrong);
    assertRefused(quantize(classifier()), "sample 1 has infinity or what is no number");
    assertThat(out).doesNotExist();
  }

  private static void assertRefused(Command command, String why) {
    assertThat(command.exitCode()).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(command.err().getFirst()).contains(why);
  }
}
