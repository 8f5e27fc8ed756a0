package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.bench.whole.NetworkContender;
import io.github.conv4j.bench.whole.NetworkEntry;
import io.github.conv4j.bench.whole.NetworkHost;
import io.github.conv4j.bench.whole.NetworkTask;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.LayoutChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NetworkLanesTest {
  private static final NetworkTask NETWORK =
      new NetworkTask("net", Path.of("net.onnx"), Map.of(), 2);
  private static final Task LAYER =
      Task.random(Problem.parse("mb1_ic4oc4_ih5kh3ph1"), LayoutChoice.NHWC, 2, 1);

  private final List<String> told = new ArrayList<>();

  @Test
  void allOfARequestShareOneEngine() {
    try (var lanes = new NetworkLanes(List.of(NETWORK, NETWORK), List.of(LAYER), 0)) {
      assertThat(lanes.add(new Recorder(9), List.of(2), false)).isEmpty();
      assertThat(told)
          .containsExactly("open 0 with 2", "net for 2 in 0", "net for 2 in 0", "layer for 2 in 0");
      told.clear();
    }
    assertThat(told).hasSize(7).endsWith("close 0").containsOnlyOnce("close 0");
  }

  @Test
  void enginesApartHaveOneThread() {
    try (var lanes = new NetworkLanes(List.of(NETWORK), List.of(), 0)) {
      assertThat(lanes.add(new Recorder(9), List.of(2), true)).isEmpty();
      assertThat(told.stream().filter(line -> line.startsWith("open")))
          .containsExactly("open 0 with 1", "open 1 with 1", "open 2 with 2");
    }
  }

  @Test
  void whatWasOpenedIsClosedIfALaterEngineDoesNotStart() {
    try (var lanes = new NetworkLanes(List.of(NETWORK), List.of(), 0)) {
      assertThat(lanes.add(new Recorder(1), List.of(2), true)).contains("no more engines");
      assertThat(told)
          .containsExactly("open 0 with 1", "net for 1 in 0", "close net in 0", "close 0");
    }
  }

  @Test
  void whatWasOpenedIsClosedIfALayerIsRefused() {
    Task refused = Task.random(Problem.parse("mb1_ic8oc8_ih5kh3ph1"), LayoutChoice.NHWC, 2, 1);
    try (var lanes = new NetworkLanes(List.of(NETWORK), List.of(refused), 0)) {
      assertThat(lanes.add(new Recorder(9), List.of(1), false)).contains("not this layer");
      assertThat(told)
          .containsExactly("open 0 with 2", "net for 1 in 0", "close net in 0", "close 0");
    }
  }

  /** Opens so many, and tells what it is asked for. */
  private final class Recorder implements NetworkContender {
    private final int most;
    private int opened;

    Recorder(int most) {
      this.most = most;
    }

    @Override
    public String name() {
      return "recorder";
    }

    @Override
    public String version() {
      return "recorder 1";
    }

    @Override
    public boolean sharesThreads() {
      return true;
    }

    @Override
    public List<NetworkEntry> enter(NetworkTask task, int clients) {
      throw new AssertionError("an engine of its own");
    }

    @Override
    public NetworkHost open(int threads) {
      if (opened == most) {
        throw new IllegalStateException("no more engines");
      }
      int number = opened++;
      told.add("open %d with %d".formatted(number, threads));
      return new NetworkHost() {
        @Override
        public List<NetworkEntry> enter(NetworkTask task, int clients) {
          told.add("net for %d in %d".formatted(clients, number));
          return IntStream.range(0, clients)
              .<NetworkEntry>mapToObj(_ -> new NetworkPart("close net in " + number))
              .toList();
        }

        @Override
        public List<Entry> enter(Task layer, int clients) {
          if (!layer.problem().equals(LAYER.problem())) {
            throw new IllegalArgumentException("not this layer");
          }
          told.add("layer for %d in %d".formatted(clients, number));
          return IntStream.range(0, clients)
              .<Entry>mapToObj(_ -> new LayerPart("close layer in " + number))
              .toList();
        }

        @Override
        public void close() {
          told.add("close " + number);
        }
      };
    }
  }

  private final class NetworkPart implements NetworkEntry {
    private final String closed;

    NetworkPart(String closed) {
      this.closed = closed;
    }

    @Override
    public void run() {}

    @Override
    public Map<String, float[]> results() {
      return Map.of();
    }

    @Override
    public void close() {
      told.add(closed);
    }
  }

  private final class LayerPart implements Entry {
    private final String closed;

    LayerPart(String closed) {
      this.closed = closed;
    }

    @Override
    public void call() {}

    @Override
    public float[] result() {
      return new float[0];
    }

    @Override
    public String implementation() {
      return "";
    }

    @Override
    public void close() {
      told.add(closed);
    }
  }
}
