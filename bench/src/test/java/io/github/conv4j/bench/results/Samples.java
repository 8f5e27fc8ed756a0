package io.github.conv4j.bench.results;

import io.github.conv4j.bench.limits.Bandwidth;
import io.github.conv4j.bench.limits.Ceiling;
import io.github.conv4j.bench.limits.Limits;
import io.github.conv4j.bench.network.NetworkLayer;
import io.github.conv4j.bench.network.Networks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Results made up for tests. */
public final class Samples {
  private Samples() {}

  /** Returns all networks; {@code auto} runs at some speed against onnxruntime. */
  public static BenchResults of(double speedOfAuto) {
    List<LayerResult> layers = new ArrayList<>();
    for (String network : List.of("resnet50", "mobilenetv2", "small")) {
      for (NetworkLayer layer : Networks.layers(network)) {
        double onednn = layer.problem().multiplications() / 110.0;
        List<Entrant> entrants = new ArrayList<>();
        entrants.add(timed("onednn", onednn, List.of()));
        entrants.add(timed("vector", onednn / 0.9, List.of(versus("onednn", 0.9, Verdict.SLOWER))));
        entrants.add(
            timed(
                "auto",
                onednn,
                List.of(versus("onednn", 1, Verdict.TIE), versus("vector", 1.1, Verdict.FASTER))));
        entrants.add(
            layer.name().equals("conv1")
                ? new Entrant(
                    "onnxruntime", Outcome.DISAGREES, "differs <b>", "", 3, null, null, List.of())
                : timed(
                    "onnxruntime",
                    onednn * speedOfAuto,
                    List.of(
                        versus("onednn", 1 / speedOfAuto, Verdict.SLOWER),
                        versus("vector", 0.9 / speedOfAuto, Verdict.SLOWER),
                        versus("auto", 1 / speedOfAuto, Verdict.SLOWER))));
        layers.add(LayerResult.of(layer, "reference", entrants).withRoof(240));
      }
    }
    return new BenchResults(
        BenchResults.SCHEMA,
        "./conv4j bench --peers",
        12.5,
        false,
        Map.of("CPU", "a <fast> one", "Date", "2026-01-02 03:04 +00:00"),
        1,
        "nhwc",
        List.of(
            new BenchResults.Participant("onednn", "oneDNN 3.13", true),
            new BenchResults.Participant("vector", "1", true),
            new BenchResults.Participant("auto", "1", true),
            new BenchResults.Participant("onnxruntime", "ONNX Runtime 1", false)),
        new Limits(
            "a test",
            true,
            List.of(
                new Ceiling(
                    1,
                    240,
                    480,
                    960,
                    List.of(new Bandwidth(1 << 20, 100, 120), new Bandwidth(256 << 20, 30, 35))))),
        new CallCosts(
            "C by cc, in turns",
            List.of(
                new CallCosts.Layer("mb1_ic8oc8_ih8kh1", 950, 1050, 100, 0.1),
                new CallCosts.Layer("mb1_ic64oc64_ih56kh3ph1", 1e6, 0.99e6, -1e4, -0.01))),
        layers);
  }

  private static Versus versus(String other, double speed, Verdict verdict) {
    return new Versus(other, speed, speed * 0.99, speed * 1.01, verdict);
  }

  private static Entrant timed(String name, double nanos, List<Versus> against) {
    return new Entrant(
        name,
        Outcome.TIMED,
        "",
        "kernel of " + name,
        1e-7,
        new Costs(2e6, 3e5, 4e4),
        new Timing(
            50,
            3,
            nanos * 0.9,
            nanos * 0.95,
            nanos * 0.98,
            nanos,
            nanos * 1.02,
            nanos * 1.1,
            nanos * 2),
        against);
  }
}
