package io.github.conv4j.bench.results;

import io.github.conv4j.Convolution;
import io.github.conv4j.Geometry;
import io.github.conv4j.bench.network.NetworkLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What conv4j wants to be, held against a comparison. */
public final class Bars {
  private static final Set<String> CLASSIC = Set.of("resnet50", "mobilenetv2");
  private static final String ONEDNN = "onednn";
  private static final String VECTOR = "vector";
  private static final String VECTOR_RELAXED = "vector:relaxed";
  private static final String AUTO = "auto";
  private static final String AUTO_RELAXED = "auto:relaxed";
  private static final String NAIVE = "reference";
  private static final double AUTO_SLACK = 1.03;
  private static final double LEAST_OVER_NAIVE = 50;

  private final BenchResults results;
  private final List<Bar> bars = new ArrayList<>();

  private Bars(BenchResults results) {
    this.results = results;
  }

  /**
   * Returns all bars; those that there are no figures for are unknown. Without a load there are
   * none about it.
   */
  public static List<Bar> of(BenchResults results, @Nullable LoadResults load) {
    List<Bar> bars = new ArrayList<>(new Bars(results).all());
    if (load != null) {
      bars.addAll(LoadBars.of(load));
    }
    return List.copyOf(bars);
  }

  private List<Bar> all() {
    String strict = results.has(AUTO) ? AUTO : ONEDNN;
    againstPeers(strict, 2.0, 2.5);
    againstPeers(AUTO_RELAXED, 2.3, 3.0);
    noLayerSlower(strict);
    peakShare();
    each(VECTOR, ONEDNN, 0.85, "dense 3x3 and 1x1", inClassic(Bars::isDense));
    each(VECTOR, ONEDNN, 0.8, "depthwise", inClassic(Bars::isDepthwise));
    each(
        VECTOR,
        ONEDNN,
        0.6,
        "the rest of ResNet-50 and MobileNetV2",
        inClassic(layer -> !isDense(layer) && !isDepthwise(layer)));
    each(
        VECTOR_RELAXED,
        ONEDNN,
        1.6,
        "3x3, stride 1, 64 to 256 channels",
        networks(Bars::isWinograd));
    withinSlack(AUTO, false);
    withinSlack(AUTO_RELAXED, true);
    if (results.has(NAIVE)) {
      naiveLoops();
    }
    bars.addAll(CallBars.of(results.calls()));
    bars.addAll(ThreadBars.of(results));
    return bars;
  }

  private void againstPeers(String ours, double overOnnxRuntime, double overPyTorch) {
    geometricMean(ours, "onnx", "ONNX Runtime", overOnnxRuntime);
    geometricMean(ours, "pytorch", "PyTorch through DJL", overPyTorch);
  }

  /** Finds a peer by a part of its name. */
  private Optional<String> peer(String part) {
    return results.contenders().stream()
        .filter(c -> !c.ours())
        .map(BenchResults.Participant::name)
        .filter(name -> name.toLowerCase(Locale.ROOT).contains(part))
        .findFirst();
  }

  private void geometricMean(String ours, String part, String title, double least) {
    String subject = "%s against %s, geometric mean over the network layers".formatted(ours, title);
    String wanted = "at least %.1fx".formatted(least);
    Tally tally =
        peer(part).map(other -> results.tally(ours, other, networks(_ -> true))).orElse(null);
    if (tally == null || tally.layers() == 0) {
      unknown(subject, wanted, "not in this run: add --peers");
      return;
    }
    bar(
        subject,
        wanted,
        "%.2fx on %d layers (%s)".formatted(tally.geometricMean(), tally.layers(), tally.score()),
        tally.geometricMean() >= least);
  }

  private void noLayerSlower(String ours) {
    String subject = ours + " against ONNX Runtime, each layer";
    String wanted = "none slower";
    Tally tally =
        peer("onnx").map(other -> results.tally(ours, other, networks(_ -> true))).orElse(null);
    LayerResult worst = tally == null ? null : tally.worst();
    if (tally == null || worst == null) {
      unknown(subject, wanted, "not in this run: add --peers");
      return;
    }
    bar(
        subject,
        wanted,
        "%d slower; least %.2fx, on %s"
            .formatted(tally.losses(), tally.leastSpeed(), worst.title()),
        tally.losses() == 0);
  }

  /** Strict only: what leaves out multiplications has no share of a peak. */
  private void peakShare() {
    String subject = "the best strict engine on ResNet-50's dense 3x3 layers";
    String wanted = "at least 0.92 of the FMA peak";
    double peak = results.limits().of(results.threads()).map(c -> c.f32()).orElse(0.0);
    if (!results.limits().measured() || peak <= 0) {
      unknown(subject, wanted, "the peak was not measured: " + results.limits().source());
      return;
    }
    double least = Double.POSITIVE_INFINITY;
    double logs = 0;
    int count = 0;
    int reached = 0;
    LayerResult worst = null;
    for (LayerResult result : results.of("resnet50")) {
      double best =
          results.contenders().stream()
              .filter(c -> c.ours() && c.threads() == results.threads())
              .filter(c -> !c.name().endsWith(":relaxed"))
              .flatMap(c -> result.gigaflops(c.name()).stream())
              .mapToDouble(Double::doubleValue)
              .max()
              .orElse(0);
      if (isDense(result.layer()) && kernel(result.layer()) == 9 && best > 0) {
        double share = best / peak;
        logs += Math.log(share);
        count++;
        reached += share >= 0.92 ? 1 : 0;
        if (share < least) {
          least = share;
          worst = result;
        }
      }
    }
    if (worst == null) {
      unknown(subject, wanted, "no such layer in this run");
      return;
    }
    bar(
        subject,
        wanted,
        "%.2f (geometric mean); %d of %d layers reach it, least %.2f on %s"
            .formatted(Math.exp(logs / count), reached, count, least, worst.title()),
        reached == count);
  }

  private void each(
      String ours, String other, double least, String what, Predicate<LayerResult> chosen) {
    String subject = "%s against %s, each layer: %s".formatted(ours, other, what);
    String wanted = "at least %.2fx".formatted(least);
    Tally tally = results.tally(ours, other, chosen);
    LayerResult worst = tally.worst();
    if (worst == null) {
      unknown(subject, wanted, "no such layer in this run");
      return;
    }
    long reached =
        results.layers().stream()
            .filter(chosen)
            .flatMap(layer -> layer.versus(ours, other).stream())
            .filter(versus -> versus.speed() >= least)
            .count();
    bar(
        subject,
        wanted,
        "%d of %d layers reach it; least %.2fx on %s; geometric mean %.2fx"
            .formatted(
                reached, tally.layers(), tally.leastSpeed(), worst.title(), tally.geometricMean()),
        reached == tally.layers());
  }

  private void naiveLoops() {
    String subject = VECTOR + " against the naive loops, dense layers, geometric mean";
    String wanted = "at least %.0fx".formatted(LEAST_OVER_NAIVE);
    Predicate<LayerResult> dense = networks(_ -> true).and(LayerResult::isDense);
    Tally tally = results.tally(VECTOR, NAIVE, dense);
    LayerResult worst = tally.worst();
    if (worst == null) {
      unknown(subject, wanted, "no such layer in this run");
      return;
    }
    bar(
        subject,
        wanted,
        "%.1fx on %d layers; least %.1fx on %s"
            .formatted(tally.geometricMean(), tally.layers(), tally.leastSpeed(), worst.title()),
        tally.geometricMean() >= LEAST_OVER_NAIVE);
  }

  /** Fails only where the interval of the speed says so, not its middle. */
  private void withinSlack(String auto, boolean relaxed) {
    String subject = auto + " against the best other engine, each layer";
    String wanted = "at most 3 % slower";
    int count = 0;
    int within = 0;
    double least = Double.POSITIVE_INFINITY;
    LayerResult worst = null;
    for (LayerResult layer : results.layers()) {
      Versus versus = againstBest(layer, auto, relaxed).orElse(null);
      if (versus != null) {
        count++;
        within += versus.high() >= 1 / AUTO_SLACK ? 1 : 0;
        if (versus.speed() < least) {
          least = versus.speed();
          worst = layer;
        }
      }
    }
    if (worst == null) {
      unknown(subject, wanted, "not in this run");
      return;
    }
    bar(
        subject,
        wanted,
        "%d of %d layers within; least %.2fx on %s".formatted(within, count, least, worst.title()),
        within == count);
  }

  private Optional<Versus> againstBest(LayerResult layer, String auto, boolean relaxed) {
    return results.contenders().stream()
        .filter(c -> c.ours() && c.threads() == results.threads())
        .filter(c -> !c.name().startsWith(AUTO))
        .filter(c -> relaxed || !c.name().endsWith(":relaxed"))
        .flatMap(c -> layer.versus(auto, c.name()).stream())
        .min((a, b) -> Double.compare(a.speed(), b.speed()));
  }

  /** All of these are for one thread. */
  private void bar(String subject, String wanted, String found, boolean reached) {
    int threads = results.threads();
    bars.add(
        threads == 1
            ? Bar.judged(subject, wanted, found, reached)
            : Bar.unknown(
                subject,
                wanted,
                "it is for one thread, and this run has %d: %s".formatted(threads, found)));
  }

  private void unknown(String subject, String wanted, String why) {
    bars.add(Bar.unknown(subject, wanted, why));
  }

  /** Small problems are not layers of networks. */
  private static Predicate<LayerResult> networks(Predicate<NetworkLayer> chosen) {
    return result -> !result.network().equals(BenchResults.SMALL) && chosen.test(result.layer());
  }

  private static Predicate<LayerResult> inClassic(Predicate<NetworkLayer> chosen) {
    return result -> CLASSIC.contains(result.network()) && chosen.test(result.layer());
  }

  private static boolean isDense(NetworkLayer layer) {
    Convolution c = layer.problem().convolution();
    return c.groups() == 1
        && c.inChannels() >= 8
        && !c.isTransposed()
        && layer.problem().geometry().axes().size() == 2
        && (kernel(layer) == 1 || kernel(layer) == 9);
  }

  private static boolean isDepthwise(NetworkLayer layer) {
    Convolution c = layer.problem().convolution();
    return c.groups() > 1 && c.groups() == c.inChannels() && c.groups() == c.outChannels();
  }

  private static boolean isWinograd(NetworkLayer layer) {
    Convolution c = layer.problem().convolution();
    return isDense(layer)
        && kernel(layer) == 9
        && layer.problem().geometry().axes().stream()
            .allMatch(a -> a.stride() == 1 && a.dilation() == 1)
        && Math.min(c.inChannels(), c.outChannels()) >= 64
        && Math.max(c.inChannels(), c.outChannels()) <= 256;
  }

  /** Returns the taps of a kernel. */
  private static long kernel(NetworkLayer layer) {
    return layer.problem().geometry().axes().stream()
        .mapToLong(Geometry.Axis::kernel)
        .reduce(1, Math::multiplyExact);
  }
}
