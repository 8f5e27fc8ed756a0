package io.github.conv4j.bench.equal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairsTest {
  private static final int EACH_KIND = 6;

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void bothHalvesGiveTheSameBytes(long seed) {
    List<EqualPair> pairs =
        Pairs.random(new RandomWork(seed, 200, 20_000), EACH_KIND * Kinds.ALL.size());

    try (Engine reference = Engines.named("reference", EngineOptions.defaults().withThreads(1))) {
      assertThat(pairs)
          .filteredOn(EqualPair::sameResult)
          .allSatisfy(
              pair -> {
                var random = new SplittableRandom(seed);
                Convolution c = pair.first().problem().convolution();
                float[] src = integers(random, pair.first().problem().src().elementCount());
                float[] weights = integers(random, c.weightsShape().elementCount());
                float[] bias = integers(random, c.outChannels());
                try (var first = new Ready(reference, pair.first(), src, weights, bias);
                    var second =
                        new Ready(
                            reference, pair.second(), src, pair.weights().of(weights), bias)) {
                  first.call();
                  second.call();

                  assertThat(second.bytes()).isEqualTo(first.bytes());
                  assertThat(first.bytes()).as("is not all zero").isNotEqualTo(zeros(first));
                }
              });
    }
  }

  private static float[] zeros(Ready ready) {
    return new float[ready.bytes().length];
  }

  private static float[] integers(SplittableRandom random, long count) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(1, 5) * (random.nextBoolean() ? 1 : -1);
    }
    return values;
  }

  @Test
  void halvesThatAreOnlyAlikeMultiplyAsOften() {
    assertThat(Pairs.random(3, 100))
        .filteredOn(pair -> !pair.sameResult())
        .isNotEmpty()
        .allSatisfy(
            pair -> {
              assertThat(pair.second().problem().dst()).isEqualTo(pair.first().problem().dst());
              assertThat(pair.second().problem().multiplications())
                  .isEqualTo(pair.first().problem().multiplications());
            });
  }

  @Test
  void aSeedGivesTheSamePairsAndEveryKind() {
    List<EqualPair> pairs = Pairs.random(7, 100);

    assertThat(pairs).hasToString(Pairs.random(7, 100).toString());
    assertThat(pairs).doesNotHaveDuplicates();
    assertThat(pairs.stream().map(EqualPair::kind).collect(Collectors.toSet()))
        .contains(
            "one channel, layouts",
            "height 1",
            "width 1",
            "batch as height",
            "1x1, pixels in a row")
        .hasSizeGreaterThan(17);
  }

  @Test
  void countsWhatPartsGive() {
    assertThat(PartSpeed.of(8, 8)).isEqualTo(8);
    assertThat(PartSpeed.of(8, 12)).isEqualTo(8);
    assertThat(PartSpeed.of(8, 7)).isEqualTo(4);
    assertThat(PartSpeed.of(1, 64)).isEqualTo(1);
  }
}
