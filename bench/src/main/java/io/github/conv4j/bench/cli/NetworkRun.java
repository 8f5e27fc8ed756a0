package io.github.conv4j.bench.cli;

import io.github.conv4j.networks.NetworkCall;
import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.graph.Constant;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/** A call of a prepared network with memory for all of its tensors. */
final class NetworkRun {
  private final PreparedNetwork prepared;
  private final NetworkCall call;
  private final Map<String, MemorySegment> outputs = new LinkedHashMap<>();

  NetworkRun(PreparedNetwork prepared, Map<String, Constant> inputs, Arena arena) {
    this.prepared = prepared;
    this.call = prepared.call();
    inputs.forEach(
        (name, tensor) -> {
          MemorySegment data = arena.allocate(tensor.data().byteSize(), 64);
          call.input(name, data.copyFrom(tensor.data()));
        });
    for (String name : prepared.outputs()) {
      MemorySegment data = arena.allocate(prepared.type(name).byteSize(), 64);
      outputs.put(name, data);
      call.output(name, data);
    }
  }

  NetworkCall call() {
    return call;
  }

  /** Runs once; returns the nanoseconds that it took. */
  long execute() {
    long begin = System.nanoTime();
    call.execute();
    return System.nanoTime() - begin;
  }

  /** Returns the outputs of the last run. */
  Map<String, Constant> outputs() {
    Map<String, Constant> tensors = new LinkedHashMap<>();
    outputs.forEach(
        (name, data) -> {
          PreparedNetwork.Type type = prepared.type(name);
          long[] dims = type.dims().stream().mapToLong(dim -> dim).toArray();
          tensors.put(name, new Constant(type.element(), dims, data));
        });
    return tensors;
  }
}
