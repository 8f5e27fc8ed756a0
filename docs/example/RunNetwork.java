import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

class RunNetwork {
  public static void main(String[] args) {
    Network network = Network.read(Path.of(args[0]));
    System.out.println(network.summary()); // inputs, outputs, operators
    try (var engine = Engines.best();
        var prepared =
            network.prepare(
                engine, Map.of("x", new long[] {1, 3, 48, 192}), NetworkOptions.defaults());
        var arena = Arena.ofShared()) {
      String output = prepared.outputs().getFirst();
      MemorySegment image = arena.allocate(prepared.type("x").byteSize(), 64); // floats, row-major
      MemorySegment scores = arena.allocate(prepared.type(output).byteSize(), 64);
      var call = prepared.call().input("x", image).output(output, scores);
      call.execute(); // again and again: allocation-free; a call for each thread
      System.out.println(output + ": " + Arrays.toString(scores.toArray(JAVA_FLOAT)));
    }
  }
}
