package io.github.conv4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EngineOptionsTest {
  private record Colour(String name) implements EngineOption {}

  @Test
  void holdNothingOfSingleEnginesUntilItIsGiven() {
    EngineOptions options = EngineOptions.defaults();

    assertThat(options.find(Tuning.class)).isEmpty();
    assertThat(options.find(Colour.class)).isEmpty();
  }

  @Test
  void holdOneOptionOfAClass() {
    Tuning tuning = Tuning.defaults().withBudget(Duration.ofMillis(7));
    EngineOptions options =
        EngineOptions.defaults()
            .with(new Colour("red"))
            .with(tuning)
            .withThreads(3)
            .with(new Colour("blue"))
            .withAccuracy(Accuracy.RELAXED);

    assertThat(options.find(Colour.class)).hasValue(new Colour("blue"));
    assertThat(options.find(Tuning.class)).hasValue(tuning);
    assertThat(options.threads()).isEqualTo(3);
    assertThat(options.accuracy()).isEqualTo(Accuracy.RELAXED);
    assertThat(options)
        .hasToString("3 threads, relaxed, Colour[name=blue], " + tuning)
        .isEqualTo(
            EngineOptions.defaults()
                .withThreads(3)
                .withAccuracy(Accuracy.RELAXED)
                .with(tuning)
                .with(new Colour("blue")))
        .isNotEqualTo(options.with(new Colour("red")));
  }

  @Test
  void theLimitOfTheQueueIsAChoiceOfItsOwn() {
    EngineOptions defaults = EngineOptions.defaults();
    EngineOptions three = defaults.withQueueLimit(3);

    assertThat(defaults.queueLimit()).isEqualTo(65_536);
    assertThat(three.queueLimit()).isEqualTo(3);
    assertThat(three.withThreads(7).withAccuracy(Accuracy.RELAXED).queueLimit()).isEqualTo(3);
    assertThat(three).isNotEqualTo(defaults).isEqualTo(defaults.withQueueLimit(3));
    assertThat(three.withQueueLimit(65_536)).isEqualTo(defaults).hasSameHashCodeAs(defaults);
    assertThat(three.withQueueLimit(0).queueLimit()).isZero();
  }

  @Test
  void aNegativeLimitIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EngineOptions.defaults().withQueueLimit(-1))
        .withMessageContainingAll("queueLimit", "-1");
  }

  @Test
  void tuningIsChangedPartByPart() {
    Path file = Path.of("choices");
    Tuning tuning = Tuning.defaults().withBudget(Duration.ofSeconds(1)).withChoices(file);

    assertThat(tuning.budget()).isEqualTo(Duration.ofSeconds(1));
    assertThat(tuning.choices()).hasValue(file);
    assertThat(tuning).hasToString("tuning of 1000 ms, choices in choices");
    assertThat(tuning.withoutChoices().choices()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tuning.withBudget(Duration.ofDays(1)))
        .withMessageContainingAll("PT1H", "PT24H");
  }
}
