package io.github.conv4j.bench.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchResultsTest {
  @Test
  void jsonReadsBackTheSame() throws IOException {
    BenchResults results = MadeUpResults.of(2.5);

    assertThat(BenchResults.fromJson(results.toJson())).isEqualTo(results);
  }

  @Test
  void theRoofIsThatOfTheContendersThreads() {
    BenchResults results = MadeUpResults.withTwoThreads(1.9);
    LayerResult layer = results.layers().get(1);

    assertThat(results.threads("onednn@2")).isEqualTo(2);
    assertThat(results.roof(layer, "onednn")).contains(240.0);
    assertThat(results.roof(layer, "onednn@2")).contains(480.0);
    assertThat(results.share(layer, "onednn@2").orElse(0.0))
        .isCloseTo(results.share(layer, "onednn").orElse(0.0) * 1.9 / 2, within(1e-9));
  }

  @Test
  void whereThreadsHaveNoCeilingThereIsNoShare() throws IOException {
    JsonObject json =
        JsonParser.parseString(MadeUpResults.withTwoThreads(1.9).toJson()).getAsJsonObject();
    json.getAsJsonObject("limits").getAsJsonArray("ceilings").remove(1);

    BenchResults results = BenchResults.fromJson(json.toString());

    assertThat(results.share(results.layers().get(1), "onednn@2")).isEmpty();
    assertThat(results.share(results.layers().get(1), "onednn")).isPresent();
  }

  @Test
  void readsResultsFromBeforeContendersHadThreads() throws IOException {
    BenchResults results = MadeUpResults.of(2.5);
    JsonObject json = JsonParser.parseString(results.toJson()).getAsJsonObject();
    json.getAsJsonArray("contenders").forEach(each -> each.getAsJsonObject().remove("threads"));

    assertThat(BenchResults.fromJson(json.toString())).isEqualTo(results);
  }

  @Test
  void readsResultsFromBeforeCallsWereComparedWithC() throws IOException {
    BenchResults results = MadeUpResults.of(2.5);
    JsonObject json = JsonParser.parseString(results.toJson()).getAsJsonObject();
    json.remove("calls");

    BenchResults old = BenchResults.fromJson(json.toString());

    assertThat(old.calls()).isNull();
    assertThat(old.layers()).isEqualTo(results.layers());
    assertThat(state(Bars.of(old, null), "a call of onednn")).isEqualTo(Bar.State.UNKNOWN);
    assertThat(state(Bars.of(results, null), "a call of onednn")).isEqualTo(Bar.State.MISSED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "{}", "{\"schema\":\"other/1\"}", "{\"schema\":\"conv4j-bench/1\"}"})
  void refusesOtherText(String text) {
    assertThatThrownBy(() -> BenchResults.fromJson(text)).isInstanceOf(IOException.class);
  }

  @Test
  void looksFromBothSides() {
    LayerResult layer = MadeUpResults.of(2.5).layers().get(1);

    assertThat(layer.versus("auto", "onnxruntime").map(Versus::speed).orElse(0.0))
        .isCloseTo(2.5, within(1e-9));
    assertThat(layer.versus("onnxruntime", "auto").map(Versus::verdict))
        .contains(SpeedVerdict.SLOWER);
    assertThat(layer.versus("auto", "nobody")).isEmpty();
  }

  @Test
  void tallyCountsOnlyLayersThatBothComputed() {
    BenchResults results = MadeUpResults.of(2.5);

    Tally tally = results.tally("auto", "onnxruntime", layer -> layer.network().equals("resnet50"));

    assertThat(tally.layers()).isEqualTo(results.of("resnet50").size() - 1);
    assertThat(tally.geometricMean()).isCloseTo(2.5, within(1e-9));
    assertThat(tally.losses()).isZero();
    assertThat(results.tally("auto", "nobody", _ -> true).geometricMean()).isNaN();
  }

  @Test
  void barsSayWhatIsReached() {
    List<Bar> good = Bars.of(MadeUpResults.of(2.5), null);
    List<Bar> bad = Bars.of(MadeUpResults.of(0.8), null);

    assertThat(state(good, "auto against ONNX Runtime, geometric mean"))
        .isEqualTo(Bar.State.REACHED);
    assertThat(state(good, "auto against ONNX Runtime, each layer")).isEqualTo(Bar.State.REACHED);
    assertThat(state(bad, "auto against ONNX Runtime, geometric mean")).isEqualTo(Bar.State.MISSED);
    assertThat(state(good, "auto against PyTorch")).isEqualTo(Bar.State.UNKNOWN);
    assertThat(state(good, "vector against onednn, each layer: dense"))
        .isEqualTo(Bar.State.REACHED);
    assertThat(state(good, "vector:relaxed")).isEqualTo(Bar.State.UNKNOWN);
    assertThat(state(good, "auto against the best other")).isEqualTo(Bar.State.REACHED);
    // 2 / 240 * 110 = 0.917
    assertThat(state(good, "the best strict engine")).isEqualTo(Bar.State.MISSED);
  }

  @Test
  void vectorIsHeldAgainstTheNaiveLoopsWhereTheyTookPart() {
    String subject = "vector against the naive loops";

    assertThat(state(Bars.of(MadeUpResults.withNaiveLoops(51), null), subject))
        .isEqualTo(Bar.State.REACHED);
    assertThat(state(Bars.of(MadeUpResults.withNaiveLoops(49), null), subject))
        .isEqualTo(Bar.State.MISSED);
    assertThat(Bars.of(MadeUpResults.of(2.5), null))
        .noneMatch(bar -> bar.subject().startsWith(subject));
  }

  private static Bar.State state(List<Bar> bars, String beginning) {
    return bars.stream()
        .filter(bar -> bar.subject().startsWith(beginning))
        .map(Bar::state)
        .findFirst()
        .orElseThrow();
  }
}
