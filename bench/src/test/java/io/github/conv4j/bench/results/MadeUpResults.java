package io.github.conv4j.bench.results;

import io.github.conv4j.bench.limits.Bandwidth;
import io.github.conv4j.bench.limits.Ceiling;
import io.github.conv4j.bench.limits.Limits;
import io.github.conv4j.bench.network.NetworkLayer;
import io.github.conv4j.bench.network.Networks;
import io.github.conv4j.bench.typed.TypeTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Results made up for tests. */
public final class MadeUpResults {
  private MadeUpResults() {}

  /** Returns all networks; {@code auto} runs at some speed against onnxruntime. */
  public static BenchResults of(double speedOfAuto) {
    List<LayerResult> layers = new ArrayList<>();
    for (String network : List.of("resnet50", "mobilenetv2", "small")) {
      for (NetworkLayer layer : Networks.layers(network)) {
        double onednn = layer.problem().multiplications() / 110.0;
        List<Entrant> entrants = new ArrayList<>();
        entrants.add(timed("onednn", onednn, List.of()));
        entrants.add(
            timed("vector", onednn / 0.9, List.of(versus("onednn", 0.9, SpeedVerdict.SLOWER))));
        entrants.add(
            timed(
                "auto",
                onednn,
                List.of(
                    versus("onednn", 1, SpeedVerdict.TIE),
                    versus("vector", 1.1, SpeedVerdict.FASTER))));
        entrants.add(
            layer.name().equals("conv1")
                ? new Entrant(
                    "onnxruntime", Outcome.DISAGREES, "differs <b>", "", 3, null, null, List.of())
                : timed(
                    "onnxruntime",
                    onednn * speedOfAuto,
                    List.of(
                        versus("onednn", 1 / speedOfAuto, SpeedVerdict.SLOWER),
                        versus("vector", 0.9 / speedOfAuto, SpeedVerdict.SLOWER),
                        versus("auto", 1 / speedOfAuto, SpeedVerdict.SLOWER))));
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
            new BenchResults.Participant("onednn", "oneDNN 3.13", true, 1),
            new BenchResults.Participant("vector", "1", true, 1),
            new BenchResults.Participant("auto", "1", true, 1),
            new BenchResults.Participant("onnxruntime", "ONNX Runtime 1", false, 1)),
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
        List.of(
            new TypeTime("onednn", "mb1_ic64oc64_ih56kh3ph1", "u8:s8:u8", 250, 1000, 8e-3, "vnni"),
            new TypeTime("vector", "mb1_ic64oc64_ih56kh3ph1", "u8:s8:u8", 999, 1000, 8e-3, "java"),
            new TypeTime("vector", "mb1_ic64oc64_ih56kh1", "u8:s8:s32", 9, 8, null, "java")),
        layers);
  }

  /** Returns the same, with {@code onednn@2} at some speed against onednn. */
  public static BenchResults withTwoThreads(double speed) {
    BenchResults one = of(2.5);
    var contenders = new ArrayList<>(one.contenders());
    contenders.add(new BenchResults.Participant("onednn@2", "oneDNN 3.13", true, 2));
    List<LayerResult> layers = new ArrayList<>();
    for (LayerResult layer : one.layers()) {
      double nanos = layer.medianNanos("onednn").orElseThrow() / speed;
      var entrants = new ArrayList<>(layer.entrants());
      entrants.add(
          timed(
              "onednn@2",
              nanos,
              List.of(
                  versus("onednn", speed, SpeedVerdict.FASTER),
                  versus("auto", speed, SpeedVerdict.FASTER))));
      layers.add(LayerResult.of(layer.layer(), layer.judge(), entrants).withRoof(240));
    }
    List<Ceiling> ceilings = new ArrayList<>(one.limits().ceilings());
    ceilings.add(new Ceiling(2, 480, 960, 1920, List.of()));
    return with(one, 1, contenders, new Limits("a test", true, ceilings), layers);
  }

  /** Returns the same, with the naive loops so many times as slow as vector. */
  public static BenchResults withNaiveLoops(double factor) {
    BenchResults fast = of(2.5);
    var contenders = new ArrayList<>(fast.contenders());
    contenders.add(new BenchResults.Participant("reference", "1", true, 1));
    List<LayerResult> layers = new ArrayList<>();
    for (LayerResult layer : fast.layers()) {
      double nanos = layer.medianNanos("vector").orElseThrow() * factor;
      var entrants = new ArrayList<>(layer.entrants());
      entrants.add(
          timed("reference", nanos, List.of(versus("vector", 1 / factor, SpeedVerdict.SLOWER))));
      layers.add(LayerResult.of(layer.layer(), layer.judge(), entrants).withRoof(240));
    }
    return with(fast, 1, contenders, fast.limits(), layers);
  }

  /** Returns the same, as if all had had so many threads. */
  public static BenchResults withThreads(int threads) {
    BenchResults one = of(2.5);
    List<BenchResults.Participant> contenders =
        one.contenders().stream()
            .map(c -> new BenchResults.Participant(c.name(), c.version(), c.ours(), 0))
            .toList();
    var limits =
        new Limits("a test", true, List.of(new Ceiling(threads, 240, 480, 960, List.of())));
    return with(one, threads, contenders, limits, one.layers());
  }

  private static BenchResults with(
      BenchResults old,
      int threads,
      List<BenchResults.Participant> contenders,
      Limits limits,
      List<LayerResult> layers) {
    return new BenchResults(
        old.schema(),
        old.command(),
        old.seconds(),
        old.quick(),
        old.machine(),
        threads,
        old.layout(),
        contenders,
        limits,
        old.calls(),
        old.types(),
        layers);
  }

  private static Versus versus(String other, double speed, SpeedVerdict verdict) {
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
