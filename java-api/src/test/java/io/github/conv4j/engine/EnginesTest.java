package io.github.conv4j.engine;

import static java.lang.ClassLoader.getPlatformClassLoader;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.EngineUnavailableException;
import io.github.conv4j.contract.LogCapture;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // the folder is injected
class EnginesTest {
  private static final String PREFIX = TestProviders.class.getName() + "$";

  @TempDir private Path folder;
  private final LogCapture log = LogCapture.open();

  @AfterEach
  void forget() {
    log.close();
    System.clearProperty(Engines.ENGINE_PROPERTY);
  }

  @Test
  void theReferenceIsAlwaysThere() {
    assertThat(Engines.survey())
        .extracting(EngineStatus::name)
        .contains("reference")
        .doesNotHaveDuplicates();
    try (Engine engine = Engines.named("reference")) {
      assertThat(engine.name()).isEqualTo("reference");
      assertThat(engine.options()).isEqualTo(EngineOptions.defaults());
    }
  }

  /** As in a server, where an application brings the classes that the server has, too. */
  @Test
  void anotherCopyInTheContextClassLoaderIsPassedOverInSilence() throws Exception {
    URL classes = EngineProvider.class.getProtectionDomain().getCodeSource().getLocation();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (var other = new URLClassLoader(new URL[] {classes}, getPlatformClassLoader())) {
      assertThat(other.loadClass(EngineProvider.class.getName())).isNotSameAs(EngineProvider.class);
      assertThat(other.getResource("META-INF/services/" + EngineProvider.class.getName()))
          .as("what the look-up would find")
          .isNotNull();
      thread.setContextClassLoader(other);
      assertThat(Engines.survey()).extracting(EngineStatus::name).contains("vector", "reference");
    } finally {
      thread.setContextClassLoader(before);
    }
    assertThat(log.lines(Level.INFO)).isEmpty();
    assertThat(log.lines(Level.WARNING)).isEmpty();
    assertThat(log.thrown()).isEmpty();
  }

  @Test
  void optionsReachTheEngine() {
    try (Engine engine = Engines.named("reference", EngineOptions.defaults().withThreads(3))) {
      assertThat(engine.options().threads()).isEqualTo(3);
    }
  }

  @Test
  void anUnknownNameIsRefusedWithWhatIsThere() {
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> Engines.named("gpu"))
        .withMessageContainingAll("engine gpu", "reference", "choose one of these");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "Reference", "reference ", "../reference"})
  void namesAreTakenLiterally(String name) {
    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(() -> Engines.named(name));
  }

  @Test
  void bestLogsOneLineThatSaysWhatAndWhy() {
    try (Engine engine = Engines.best()) {
      assertThat(log.lines(Level.INFO))
          .hasSize(1)
          .first()
          .asString()
          .contains("engine " + engine.name(), ":");
      assertThat(log.lines(Level.WARNING)).isEmpty();
    }
  }

  @Test
  void namedIsSilent() {
    Engines.named("reference").close();

    assertThat(log.lines(Level.INFO)).isEmpty();
  }

  @Test
  void thePropertyForcesAnEngine() {
    System.setProperty(Engines.ENGINE_PROPERTY, " reference ");

    try (Engine engine = Engines.best()) {
      assertThat(engine.name()).isEqualTo("reference");
      assertThat(log.lines(Level.INFO))
          .singleElement()
          .asString()
          .contains("reference", "conv4j.engine");
    }
  }

  @Test
  void aBlankPropertyForcesNothing() {
    System.setProperty(Engines.ENGINE_PROPERTY, "  ");

    Engines.best().close();

    assertThat(log.lines(Level.INFO)).singleElement().asString().doesNotContain("conv4j.engine");
  }

  @Test
  void thePropertyNeverFallsBack() {
    System.setProperty(Engines.ENGINE_PROPERTY, "absent");
    TestProviders.with(
        folder,
        () ->
            assertThatExceptionOfType(EngineUnavailableException.class)
                .isThrownBy(Engines::best)
                .withMessageContainingAll("absent", "the chip is missing", "put one in"),
        PREFIX + "Absent");
    assertThat(log.lines(Level.INFO)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "conv4j.tuning.millis, abc, a whole number from 0 to 3600000",
    "conv4j.tuning.millis, -1, a whole number from 0 to 3600000",
    "conv4j.tuning.millis, 99999999999999999999, a whole number from 0 to 3600000",
    "conv4j.tuning.choices, a\0b, the path of a file"
  })
  void aWrongPropertyOfTuningBreaksTheTuningEngineOnly(
      String property, String given, String expected) {
    String value = given.replace("\\0", "\0");
    System.setProperty(property, value);
    try {
      Engines.best().close();
      Engines.named("vector").close();
      assertThat(Engines.survey()).extracting(EngineStatus::name).contains("auto");
      assertThatExceptionOfType(EngineUnavailableException.class)
          .isThrownBy(() -> Engines.named("auto"))
          .withMessageContainingAll("engine auto", property, "'" + value + "'", expected)
          .satisfies(e -> assertThat(e.engine()).isEqualTo("auto"))
          .satisfies(e -> assertThat(e.reason()).contains(property))
          .satisfies(e -> assertThat(e.remedy()).hasValue("correct or remove the property"))
          .satisfies(e -> assertThat(e.problem()).isEmpty());
      assertThatIllegalArgumentException()
          .isThrownBy(Tuning::defaults)
          .withMessageContainingAll(property, value, expected);
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void givenTuningNeedsNoProperty() {
    Tuning tuning = Tuning.defaults();
    System.setProperty(Tuning.BUDGET_PROPERTY, "abc");
    try (Engine engine = Engines.named("auto", EngineOptions.defaults().with(tuning))) {
      assertThat(engine.options().find(Tuning.class)).hasValue(tuning);
    } finally {
      System.clearProperty(Tuning.BUDGET_PROPERTY);
    }
  }

  @Test
  void thePropertyThatForcesAnUnknownEngineIsNamed() {
    System.setProperty(Engines.ENGINE_PROPERTY, "gpu");

    assertThatExceptionOfType(EngineUnavailableException.class)
        .isThrownBy(Engines::best)
        .withMessageContainingAll("engine gpu", "conv4j.engine", "reference", "remove");
    Engines.named("reference").close();
  }

  @Test
  void bestFallsBackAndSaysSoOnce() {
    TestProviders.with(
        folder,
        () -> {
          try (Engine engine = Engines.best()) {
            assertThat(engine.name()).isNotEqualTo("absent");
          }
        },
        PREFIX + "Absent");

    assertThat(log.lines(Level.INFO))
        .singleElement()
        .asString()
        .contains("not absent", "the chip is missing", "put one in");
  }

  @Test
  void surveyListsTheBestFirstWithWhetherItCanStart() {
    TestProviders.with(
        folder,
        () -> {
          List<EngineStatus> survey = Engines.survey();
          assertThat(survey.getFirst())
              .isEqualTo(
                  new EngineStatus(
                      "absent",
                      1_000,
                      new Availability.Unavailable("the chip is missing", "put one in")));
          assertThat(survey)
              .extracting(EngineStatus::priority)
              .isSortedAccordingTo((a, b) -> b - a);
        },
        PREFIX + "Absent");
  }

  @Test
  void aNamedEngineThatCannotStartSaysWhatToDo() {
    TestProviders.with(
        folder,
        () ->
            assertThatExceptionOfType(EngineUnavailableException.class)
                .isThrownBy(() -> Engines.named("absent"))
                .withMessageContainingAll("absent", "the chip is missing", "put one in"),
        PREFIX + "Absent");
  }

  @Test
  void providersThatCannotBeCreatedAreSkippedWithAWarning() {
    TestProviders.with(
        folder,
        () -> Engines.best().close(),
        PREFIX + "Exploding",
        "no.such.Provider",
        TestProviders.class.getName(),
        PREFIX + "Absent");

    assertThat(log.lines(Level.WARNING))
        .anyMatch(line -> line.contains("Exploding"))
        .anyMatch(line -> line.contains("no.such.Provider"))
        .anyMatch(line -> line.contains("not a subtype"));
    assertThat(log.lines(Level.INFO)).singleElement().asString().contains("not absent");
  }

  @ParameterizedTest
  @ValueSource(strings = {"WithoutName", "NullName", "WithoutPriority"})
  void aProviderThatCannotTellWhatItIsIsSkippedWithOneWarning(String provider) {
    TestProviders.with(
        folder,
        () -> {
          Engines.best().close();
          Engines.named("reference").close();
          assertThat(Engines.survey())
              .extracting(EngineStatus::name)
              .contains("absent", "vector", "reference")
              .doesNotContain("broken");
        },
        PREFIX + provider,
        PREFIX + "Absent");

    assertThat(log.lines(Level.WARNING)).singleElement().asString().contains(provider);
    assertThat(log.lines(Level.INFO)).singleElement().asString().contains("not absent");
  }

  @Test
  void aProviderThatCannotTellWhetherItCanStartIsUnavailable() {
    TestProviders.with(
        folder,
        () -> {
          Engines.best().close();
          assertThat(Engines.survey())
              .filteredOn(status -> status.name().equals("broken"))
              .singleElement()
              .asString()
              .contains("cannot start", "WithoutAvailability", "no answer today");
          assertThatExceptionOfType(EngineUnavailableException.class)
              .isThrownBy(() -> Engines.named("broken"))
              .withMessageContaining("no answer today");
        },
        PREFIX + "WithoutAvailability");

    assertThat(log.lines(Level.WARNING)).singleElement().asString().contains("WithoutAvailability");
    assertThat(log.lines(Level.INFO)).singleElement().asString().contains("not broken");
  }

  @Test
  void anUnreadableProviderListIsSkipped() {
    TestProviders.with(folder, () -> Engines.best().close(), "this is not a class name!");

    assertThat(log.lines(Level.WARNING)).isNotEmpty();
    assertThat(log.lines(Level.INFO)).hasSize(1);
  }

  /** An engine that was built for a newer Java must not keep the others from being used. */
  @Test
  void providersOfAnotherClassFileVersionAreSkipped() throws IOException {
    TestProviders.writeClassOfTheFuture(folder, "FutureProvider");
    TestProviders.with(folder, () -> Engines.best().close(), "FutureProvider", PREFIX + "Absent");

    assertThat(log.lines(Level.WARNING)).anyMatch(line -> line.contains("FutureProvider"));
    assertThat(log.lines(Level.INFO)).singleElement().asString().contains("not absent");
  }

  /** Such a loader fails at every step; it must be given up, not asked forever. */
  @Test
  void aLoaderThatCannotListResourcesIsGivenUp() {
    var questions = new AtomicInteger();
    var failing =
        new ClassLoader(EngineProvider.class.getClassLoader()) {
          @Override
          public Enumeration<URL> getResources(String name) throws IOException {
            if (questions.incrementAndGet() < 1_000) {
              throw new IOException("disk on fire");
            }
            return super.getResources(name);
          }
        };

    TestProviders.with(failing, () -> Engines.best().close());

    assertThat(questions.get()).isLessThan(200);
    assertThat(log.lines(Level.INFO)).hasSize(1);
  }

  /** As in an application server, where the application brings the same jar. */
  @Test
  void anotherCopyInTheContextLoaderIsNothingToWarnOf() throws IOException {
    URL main = EngineProvider.class.getProtectionDomain().getCodeSource().getLocation();
    try (var copy = new URLClassLoader(new URL[] {main}, ClassLoader.getPlatformClassLoader())) {
      TestProviders.with(
          copy,
          () ->
              assertThat(Engines.survey())
                  .extracting(EngineStatus::name)
                  .contains("reference", "vector", "auto"));
    }

    assertThat(log.lines(Level.WARNING)).isEmpty();
  }

  @Test
  void aBrokenProviderIsWarnedOfOnce() {
    for (int i = 0; i < 3; i++) {
      TestProviders.with(folder, Engines::survey, "no.such.ProviderAtAll");
    }

    assertThat(log.lines(Level.WARNING)).singleElement().asString().contains("ProviderAtAll");
  }

  @Test
  void aThreadWithoutContextLoaderFindsTheReference() {
    TestProviders.with(
        ClassLoader.getPlatformClassLoader(),
        () -> assertThat(Engines.survey()).extracting(EngineStatus::name).contains("reference"));
  }
}
