package io.github.conv4j.networks;

import io.github.conv4j.internal.prepared.StepObserver;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.lower.NetworkPreparation;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call of a {@link PreparedNetwork} with its tensors bound, to be made any number of times.
 *
 * <pre>{@code
 * NetworkCall call = prepared.call().input("x", image).output("y", scores);
 * call.execute();   // again and again; tensors may be bound anew in between
 * }</pre>
 *
 * <p><b>Memory.</b> Keeps the bound tensors and the network reachable, owns nothing.
 * <b>Threads.</b> For one at a time. <b>Errors.</b> See the methods.
 */
public final class NetworkCall {
  private final PreparedNetwork network;
  private final List<String> names;
  private final int inputCount;
  private final @Nullable Tensor[] bound;

  /** All but the first input and the first output, as the program takes them. */
  private final Tensor[] operands;

  NetworkCall(PreparedNetwork network) {
    this.network = network;
    this.names = new ArrayList<>(network.inputs());
    this.inputCount = names.size();
    names.addAll(network.outputs());
    this.bound = new Tensor[names.size()];
    this.operands = new Tensor[names.size() - 2];
  }

  /**
   * Binds what is read.
   *
   * @param data as many bytes as {@link PreparedNetwork#type} says, outside the Java heap, in the
   *     order that was prepared: row-major unless channels last were asked for
   * @throws IllegalArgumentException if there is no such input, or data has another size
   */
  public NetworkCall input(String name, MemorySegment data) {
    bind(0, inputCount, "input", name, data);
    return this;
  }

  /** Binds what is read, likewise. */
  public NetworkCall input(String name, Tensor data) {
    return input(name, data.segment());
  }

  /**
   * Binds what is written.
   *
   * @param data as for {@link #input(String, MemorySegment)}
   * @throws IllegalArgumentException if there is no such output, or data has another size
   */
  public NetworkCall output(String name, MemorySegment data) {
    bind(inputCount, names.size(), "output", name, data);
    return this;
  }

  /** Binds what is written, likewise. */
  public NetworkCall output(String name, Tensor data) {
    return output(name, data.segment());
  }

  private void bind(int begin, int end, String kind, String name, MemorySegment data) {
    Objects.requireNonNull(name, kind);
    Objects.requireNonNull(data, name);
    for (int i = begin; i < end; i++) {
      if (names.get(i).equals(name)) {
        bound[i] = wrapped(kind, name, types(kind).get(name), data);
        return;
      }
    }
    throw new IllegalArgumentException(
        "there is no %s \"%s\"; there are %s".formatted(kind, name, names.subList(begin, end)));
  }

  private Map<String, TensorType> types(String kind) {
    return kind.equals("input") ? network.network().inputs() : network.network().outputs();
  }

  private static Tensor wrapped(
      String kind, String name, @Nullable TensorType type, MemorySegment data) {
    TensorType known = Objects.requireNonNull(type, name);
    long needed = known.elementCount() * known.element().byteSize();
    if (data.byteSize() != needed) {
      throw new IllegalArgumentException(
          "%s \"%s\" is %s, which takes %d bytes, but data has %d"
              .formatted(kind, name, known, needed, data.byteSize()));
    }
    if (data.isNative() && data.address() % known.element().byteSize() != 0) {
      throw new IllegalArgumentException(
          "%s \"%s\" must begin at a multiple of %d bytes"
              .formatted(kind, name, known.element().byteSize()));
    }
    return Tensor.wrap(NetworkPreparation.bytes(known), data);
  }

  /**
   * Runs the network.
   *
   * @throws IllegalStateException if an input or output is not bound, or something is closed
   * @throws IllegalArgumentException if an output is read-only, or overlaps an input or another
   *     output, or an index that a node is given is outside of its axis, which is seen only when
   *     that node runs: outputs may have been written by then
   * @throws WrongThreadException if an arena is confined to another thread
   * @throws io.github.conv4j.CallRefusedException if the call would have to wait and too many wait,
   *     or the thread is interrupted while it waits
   */
  public void execute() {
    execute(null);
  }

  /**
   * Runs the network if a thread is free for it soon enough.
   *
   * @param longestWait null to wait as long as it takes; with 0 or less it runs only if a thread is
   *     free at once
   * @throws io.github.conv4j.DeadlineExceededException if none was free in time; nothing is
   *     computed then
   * @throws RuntimeException else as {@link #execute()} does
   */
  public void execute(@Nullable Duration longestWait) {
    gather();
    network.prepared().execute(first(0), first(inputCount), operands, longestWait);
  }

  /** Runs the network and tells of each step. */
  void observe(StepObserver observer) {
    gather();
    network.prepared().observe(first(0), first(inputCount), operands, observer);
  }

  PreparedNetwork network() {
    return network;
  }

  private Tensor first(int index) {
    return Objects.requireNonNull(bound[index]);
  }

  /** Puts the operands together, once everything is bound. */
  private void gather() {
    int count = 0;
    for (int i = 0; i < bound.length; i++) {
      Tensor tensor = bound[i];
      if (tensor == null) {
        throw new IllegalStateException(
            "%s \"%s\" is not bound".formatted(i < inputCount ? "input" : "output", names.get(i)));
      }
      if (i != 0 && i != inputCount) {
        operands[count++] = tensor;
      }
      if (i > inputCount) {
        requireApart(i, tensor);
      }
    }
  }

  /** The first output is looked at by the program. */
  private void requireApart(int output, Tensor tensor) {
    if (tensor.isReadOnly()) {
      throw new IllegalArgumentException("output \"%s\" is read-only".formatted(names.get(output)));
    }
    for (int i = 0; i < output; i++) {
      Tensor other = bound[i];
      if (other != null && other.overlaps(tensor)) {
        throw new IllegalArgumentException(
            "output \"%s\" overlaps \"%s\"".formatted(names.get(output), names.get(i)));
      }
    }
  }
}
