package io.github.conv4j.bench.whole;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Results that nobody measured. */
public final class MadeUpNetworks {
  private MadeUpNetworks() {}

  /** Returns two networks by three contenders, one of which cannot run one of them. */
  public static NetworkResults results() {
    return new NetworkResults(
        NetworkResults.SCHEMA,
        "./conv4j bench --networks det.onnx,cls.onnx",
        1,
        3_000,
        Map.of("CPU", "made of wood & wire", "Processors", "2", "JDK", "25"),
        List.of(
            new NetworkResults.Participant("onednn", "conv4j onednn"),
            new NetworkResults.Participant("vector", "conv4j vector"),
            new NetworkResults.Participant("onnxruntime", "ONNX Runtime 1")),
        List.of(
            result("det", "onednn", 10),
            result("det", "vector", 20),
            result("det", "onnxruntime", 20),
            result("cls", "onednn", 2),
            NetworkResult.lacking(
                new NetworkTask("cls", Path.of("cls.onnx"), Map.of(), 1), "vector", "no <mood>"),
            result("cls", "onnxruntime", 1)));
  }

  private static NetworkResult result(String network, String contender, double median) {
    double read = contender.equals("onnxruntime") ? Double.NaN : 2;
    return new NetworkResult(
        network,
        contender,
        1,
        "",
        new StartUp(true, read, 300, 3 * median, 64 << 20),
        median,
        1.5 * median,
        2 * median,
        0.9 * median,
        100,
        0,
        1e-6);
  }
}
