package io.github.conv4j.bench.whole;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.bench.contender.Closing;
import io.github.conv4j.bench.contender.EngineContender;
import io.github.conv4j.bench.contender.EngineName;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.LastOut;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkCall;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.graph.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Networks of conv4j on one of its engines. */
public final class EngineNetworks implements NetworkContender {
  private final EngineName name;
  private final boolean ready;

  /** Creates the contender of an engine, ready before its first run. */
  public EngineNetworks(EngineName name) {
    this(name, true);
  }

  /**
   * Creates the contender of an engine.
   *
   * @param ready whether code is compiled before the first run
   */
  EngineNetworks(EngineName name, boolean ready) {
    this.name = name;
    this.ready = ready;
  }

  @Override
  public String name() {
    return name.toString();
  }

  @Override
  public String version() {
    return "conv4j " + name;
  }

  @Override
  public boolean sharesThreads() {
    return true;
  }

  @Override
  public List<NetworkEntry> enter(NetworkTask task, int clients) {
    Engine engine = engine(task.threads());
    try {
      return entries(engine, task, clients, engine::close);
    } catch (Throwable e) {
      engine.close();
      throw e;
    }
  }

  @Override
  public NetworkHost open(int threads) {
    return new Host(engine(threads));
  }

  private Engine engine(int asked) {
    int threads = name.threads() == 0 ? asked : name.threads();
    var options =
        EngineOptions.defaults()
            .withThreads(threads)
            .withReady(ready)
            .withAccuracy(name.relaxed() ? Accuracy.RELAXED : Accuracy.STRICT);
    return Engines.named(name.engine(), options);
  }

  /**
   * Prepares a network.
   *
   * @param behind runs when the last client has let go
   */
  private List<NetworkEntry> entries(
      Engine engine, NetworkTask task, int clients, Runnable behind) {
    long begin = System.nanoTime();
    Network network = Network.read(task.file());
    double readMillis = (System.nanoTime() - begin) / 1e6;
    NetworkOptions networkOptions = NetworkOptions.defaults().withFpmathMode(name.fpmathMode());
    PreparedNetwork prepared = network.prepare(engine, task.dims(), networkOptions);
    var users = new LastOut(clients, () -> Closing.all(Stream.of(prepared::close, behind)));
    var shared = new Shared(prepared, users, readMillis);
    List<NetworkEntry> entries = new ArrayList<>();
    try {
      for (int i = 0; i < clients; i++) {
        entries.add(new Client(shared, task));
      }
      return entries;
    } catch (Throwable e) {
      entries.forEach(NetworkEntry::close);
      prepared.close();
      throw e;
    }
  }

  /** One engine for all. */
  private final class Host implements NetworkHost {
    private final Engine engine;

    Host(Engine engine) {
      this.engine = engine;
    }

    @Override
    public List<NetworkEntry> enter(NetworkTask task, int clients) {
      return entries(engine, task, clients, () -> {});
    }

    @Override
    public List<Entry> enter(Task layer, int clients) {
      return EngineContender.enter(engine, layer, clients);
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  /** What all clients use. */
  private record Shared(PreparedNetwork prepared, LastOut users, double readMillis) {}

  private static final class Client implements NetworkEntry {
    private final Shared shared;
    private final Arena arena = Arena.ofShared();
    private final NetworkCall call;
    private final Map<String, MemorySegment> outputs = new LinkedHashMap<>();

    Client(Shared shared, NetworkTask task) {
      this.shared = shared;
      PreparedNetwork prepared = shared.prepared();
      this.call = prepared.call();
      for (String input : prepared.inputs()) {
        float[] values = Inputs.of(input, Objects.requireNonNull(task.dims().get(input), input));
        MemorySegment segment = arena.allocate(values.length * (long) Float.BYTES, 64);
        MemorySegment.copy(values, 0, segment, JAVA_FLOAT, 0, values.length);
        call.input(input, segment);
      }
      for (String output : prepared.outputs()) {
        MemorySegment segment = arena.allocate(prepared.type(output).byteSize(), 64);
        outputs.put(output, segment);
        call.output(output, segment);
      }
    }

    @Override
    public void run() {
      call.execute();
    }

    @Override
    public Map<String, float[]> results() {
      Map<String, float[]> results = new LinkedHashMap<>();
      outputs.forEach(
          (output, segment) -> {
            if (shared.prepared().type(output).element() == ElementType.FLOAT) {
              results.put(output, segment.toArray(JAVA_FLOAT));
            }
          });
      return results;
    }

    @Override
    public double readMillis() {
      return shared.readMillis();
    }

    @Override
    public void close() {
      Closing.all(Stream.of(shared.users()::release, arena::close));
    }
  }
}
