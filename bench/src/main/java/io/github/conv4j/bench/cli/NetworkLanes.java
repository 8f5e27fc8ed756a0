package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.contender.Closing;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.LastOut;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.bench.load.JoinedEntry;
import io.github.conv4j.bench.load.Lane;
import io.github.conv4j.bench.load.LaneName;
import io.github.conv4j.bench.whole.NetworkContender;
import io.github.conv4j.bench.whole.NetworkEntry;
import io.github.conv4j.bench.whole.NetworkHost;
import io.github.conv4j.bench.whole.NetworkTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Clients that call one network, or several networks and layers as one request. */
final class NetworkLanes implements AutoCloseable {
  private final List<NetworkTask> tasks;
  private final List<Task> layers;
  private final double rate;
  private final List<Lane> lanes = new ArrayList<>();

  /**
   * Begins without any.
   *
   * @param tasks at least one; several are one request, one after the other
   * @param layers of the same request, behind them
   * @param rate of an open loop; 0 for a closed one
   */
  NetworkLanes(List<NetworkTask> tasks, List<Task> layers, double rate) {
    this.tasks = List.copyOf(tasks);
    this.layers = List.copyOf(layers);
    this.rate = rate;
  }

  List<Lane> all() {
    return lanes;
  }

  /**
   * Adds a lane for each number of clients.
   *
   * @param apart whether clients with an engine of one thread each come first, to compare with
   * @return why the contender does not run the network
   */
  Optional<String> add(NetworkContender contender, List<Integer> clientCounts, boolean apart) {
    try {
      if (apart) {
        lanes.add(apart(contender));
      }
      for (int clients : clientCounts) {
        int each = contender.sharesThreads() ? threads() : Math.max(1, threads() / clients);
        lanes.add(
            new Lane(
                name(contender, clients, each, false), entries(contender, each, clients), rate));
      }
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private int threads() {
    return tasks.getFirst().threads();
  }

  /** Clients that share what is prepared, and the budget of threads. */
  private List<Entry> entries(NetworkContender contender, int threads, int clients) {
    NetworkHost host = contender.open(threads);
    List<List<Entry>> parts = new ArrayList<>();
    try {
      for (NetworkTask task : tasks) {
        parts.add(clients(host.enter(task.withThreads(threads), clients)));
      }
      for (Task layer : layers) {
        parts.add(host.enter(layer.withThreads(threads), clients));
      }
    } catch (RuntimeException | Error e) {
      Closing.after(
          e,
          Stream.concat(
              parts.stream().flatMap(List::stream).map(entry -> entry::close),
              Stream.of(host::close)));
      throw e;
    }
    var users = new LastOut(clients, host::close);
    return IntStream.range(0, clients)
        .<Entry>mapToObj(
            client -> new JoinedEntry(parts.stream().map(each -> each.get(client)).toList(), users))
        .toList();
  }

  /** One client for each thread, each with an engine of one thread. */
  private Lane apart(NetworkContender contender) {
    List<Entry> entries = new ArrayList<>();
    try {
      for (int i = 0; i < threads(); i++) {
        entries.addAll(entries(contender, 1, 1));
      }
    } catch (RuntimeException | Error e) {
      Closing.after(e, entries.stream().map(entry -> entry::close));
      throw e;
    }
    return new Lane(name(contender, threads(), 1, true), entries, 0);
  }

  private static LaneName name(
      NetworkContender contender, int clients, int threads, boolean apart) {
    return new LaneName(contender.name(), contender.version(), clients, threads, apart);
  }

  private static List<Entry> clients(List<NetworkEntry> entries) {
    return entries.stream().<Entry>map(Client::new).toList();
  }

  /** One client; its result is all outputs, one after the other. */
  private record Client(NetworkEntry entry) implements Entry {
    @Override
    public void call() {
      entry.run();
    }

    @Override
    public float[] result() {
      return JoinedEntry.joined(List.copyOf(new TreeMap<>(entry.results()).values()));
    }

    @Override
    public String implementation() {
      return "";
    }

    @Override
    public void close() {
      entry.close();
    }
  }

  @Override
  public void close() {
    Closing.all(lanes.stream().map(lane -> lane::close));
  }
}
