package io.github.conv4j.bench.overhead;

import com.google.gson.Gson;
import io.github.conv4j.bench.toolchain.ChildJvm;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Times prepare and execute in a JVM of its own; see {@link Trials}. */
final class TrialProbe {

  private TrialProbe() {}

  /** Takes the number of rounds, then the C program and its library where there is one. */
  public static void main(String[] args) throws IOException {
    int rounds = Integer.parseInt(args[0]);
    // One thread: a call is then one primitive, as it is in C.
    try (Engine engine = Engines.named(NativeEngine.NAME, EngineOptions.defaults().withThreads(1));
        FloorProcess floor =
            args.length == 1 ? null : new FloorProcess(Path.of(args[1]), Path.of(args[2]))) {
      ChildJvm.answer(new Gson().toJson(run(engine, floor, rounds)));
    }
  }

  private static Trial run(Engine engine, @Nullable FloorProcess floor, int rounds)
      throws IOException {
    // First: nothing else may have prepared these layers before.
    List<Trial.Prepares> prepares = PrepareTimes.measure(engine);
    var callTimes = new CallTimes(engine, floor, rounds);
    List<Trial.Calls> calls = new ArrayList<>();
    try {
      for (Layer layer : Layer.all()) {
        calls.add(callTimes.measure(layer));
      }
    } catch (DisagreementException e) {
      return new Trial(e.getMessage(), prepares, List.of());
    }
    return new Trial(null, prepares, calls);
  }
}
