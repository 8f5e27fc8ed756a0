package io.github.conv4j.internal.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.QueueFullException;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What a recording says that listens, by the settings file or by its own settings. */
@ResourceLock("Flight Recorder")
class EventsTest {
  private static final String PREFIX = "io.github.conv4j.";
  private static final Convolution CONVOLUTION = Convolution.conv2d(5, 7).kernel(3).build();
  private static final TensorSpec SRC = TensorSpec.f32(Layout.NHWC, 1, 5, 11, 13);

  /** Other tests run beside this one: its events are those of this problem. */
  private static final String PROBLEM = "mb1_ic5oc7_ih11oh9kh3";

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  private Path folder;

  @Test
  void aPreparationSaysWhatWasChosen() throws Exception {
    List<RecordedEvent> events;
    try (Recording recording = new Recording(settings())) {
      recording.start();
      calls(1);
      events = ofThisTest(recording, "Prepare");
    }

    assertThat(events).hasSize(1);
    RecordedEvent event = events.getFirst();
    assertThat(event.getString("engine")).isEqualTo("vector");
    assertThat(event.getString("implementation")).isNotEmpty();
    assertThat(event.getLong("weights")).isGreaterThanOrEqualTo((5 * 7 * 9 + 7) * 4L);
    assertThat(event.getDuration()).isPositive();
  }

  @Test
  void oneCallInSoManyIsRecorded() throws Exception {
    List<RecordedEvent> events;
    try (Recording recording = new Recording()) {
      recording.enable(PREFIX + "Execute").with("sampling", "10");
      recording.start();
      calls(35);
      events = ofThisTest(recording, "Execute");
    }

    assertThat(events).hasSize(4);
    for (RecordedEvent event : events) {
      assertThat(event.getString("engine")).isEqualTo("vector");
      assertThat(event.getString("failure")).isNull();
      assertThat(event.getDuration("computeTime")).isPositive();
      assertThat(event.getDuration("queueTime"))
          .isBetween(Duration.ZERO, event.getDuration().plusMillis(1));
    }
  }

  @Test
  void theSettingsFileSamplesCalls() throws Exception {
    List<RecordedEvent> events;
    try (Recording recording = new Recording(settings())) {
      recording.start();
      calls(150);
      events = ofThisTest(recording, "Execute");
    }

    assertThat(events).hasSize(2);
  }

  @Test
  void whoIsRefusedComputesNothing() throws Exception {
    List<RecordedEvent> events;
    try (Recording recording = new Recording()) {
      recording.enable(PREFIX + "Execute").with("sampling", "1");
      recording.start();
      refused();
      events = ofThisTest(recording, "Execute");
    }

    assertThat(events)
        .filteredOn(event -> event.getString("failure") != null)
        .isNotEmpty()
        .allSatisfy(
            event -> {
              assertThat(event.getString("failure")).isEqualTo(QueueFullException.class.getName());
              assertThat(event.getDuration("computeTime")).isZero();
            });
  }

  @Test
  void reordersAndLossesAreRecorded() throws Exception {
    List<RecordedEvent> reorders;
    List<RecordedEvent> fallbacks;
    List<RecordedEvent> evictions;
    List<RecordedEvent> leaks;
    try (Recording recording = new Recording();
        Arena arena = Arena.ofConfined()) {
      for (String name : List.of("Reorder", "Fallback", "Eviction", "Leak")) {
        recording.enable(PREFIX + name).withoutThreshold();
      }
      recording.start();
      Tensor src = Tensor.allocate(SRC, arena);
      src.reorderTo(Tensor.allocate(TensorSpec.f32(Layout.NCHW, 1, 5, 11, 13), arena));
      Events.fallback(PROBLEM, "the reason");
      Events.eviction("the cache", PROBLEM, 42);
      Events.leak("the engine", PROBLEM);
      Path file = folder.resolve("recording.jfr");
      recording.dump(file);
      List<RecordedEvent> all = RecordingFile.readAllEvents(file);
      reorders = named(all, "Reorder");
      fallbacks = named(all, "Fallback");
      evictions = named(all, "Eviction");
      leaks = named(all, "Leak");
    }

    assertThat(reorders)
        .anySatisfy(
            event -> {
              assertThat(event.getString("from")).contains("NHWC").contains("1x5x11x13");
              assertThat(event.getString("to")).contains("NCHW");
              assertThat(event.getLong("bytes")).isEqualTo(5 * 11 * 13 * 4L);
            });
    assertThat(fallbacks)
        .anySatisfy(event -> assertThat(event.getString("reason")).isEqualTo("the reason"));
    assertThat(evictions).anySatisfy(event -> assertThat(event.getLong("bytes")).isEqualTo(42));
    assertThat(leaks)
        .anySatisfy(event -> assertThat(event.getString("problem")).isEqualTo(PROBLEM));
  }

  @Test
  void mismatchesAreRecorded() throws Exception {
    List<RecordedEvent> events;
    try (Recording recording = new Recording(settings())) {
      recording.start();
      Events.shadowMismatch(
          "one", PROBLEM, "a kernel", "other", true, "[0, 1]", 2.5, 1.5, 0.25, "./conv4j verify");
      events = ofThisTest(recording, "ShadowMismatch");
    }

    assertThat(events).hasSize(1);
    RecordedEvent event = events.getFirst();
    assertThat(event.getString("implementation")).isEqualTo("a kernel");
    assertThat(event.getBoolean("otherAtFault")).isTrue();
    assertThat(event.getDouble("value")).isEqualTo(2.5);
    assertThat(event.getString("repro")).isEqualTo("./conv4j verify");
  }

  private List<RecordedEvent> ofThisTest(Recording recording, String name) throws Exception {
    Path file = folder.resolve("recording.jfr");
    recording.dump(file);
    return named(RecordingFile.readAllEvents(file), name).stream()
        .filter(event -> event.getString("problem").startsWith(PROBLEM))
        .toList();
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals(PREFIX + name))
        .toList();
  }

  private static Configuration settings() throws Exception {
    try (var in =
            Objects.requireNonNull(
                Convolution.class.getResourceAsStream("/io/github/conv4j/conv4j.jfc"));
        Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      return Configuration.create(reader);
    }
  }

  private static void calls(int count) {
    try (Engine engine = Engines.named("vector", EngineOptions.defaults().withThreads(1));
        Arena arena = Arena.ofConfined();
        PreparedConvolution prepared = prepared(engine, arena)) {
      Tensor src = Tensor.allocate(prepared.src(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      for (int i = 0; i < count; i++) {
        prepared.execute(src, dst);
      }
    }
  }

  /** Many callers at once where nobody may wait. */
  private static void refused() throws InterruptedException {
    EngineOptions options = EngineOptions.defaults().withThreads(1).withQueueLimit(0);
    try (Engine engine = Engines.named("vector", options);
        Arena arena = Arena.ofShared();
        PreparedConvolution prepared = prepared(engine, arena)) {
      Tensor src = Tensor.allocate(prepared.src(), arena);
      var refused = new CountDownLatch(1);
      List<Thread> callers =
          IntStream.range(0, 4)
              .mapToObj(
                  _ ->
                      Thread.ofPlatform()
                          .start(
                              () -> {
                                Tensor dst = Tensor.allocate(prepared.dst(), arena);
                                while (refused.getCount() > 0) {
                                  try {
                                    prepared.execute(src, dst);
                                  } catch (QueueFullException e) {
                                    refused.countDown();
                                  }
                                }
                              }))
              .toList();
      refused.await();
      for (Thread caller : callers) {
        caller.join();
      }
    }
  }

  private static PreparedConvolution prepared(Engine engine, Arena arena) {
    Tensor weights =
        Tensor.ofFloats(
            TensorSpec.weights(CONVOLUTION.weightsShape()),
            Runs.integers(CONVOLUTION.weightsShape(), 1),
            arena);
    Tensor bias = Tensor.ofFloats(TensorSpec.bias(7), Runs.integers(7, 2), arena);
    return engine.prepare(CONVOLUTION, SRC, weights, bias);
  }
}
