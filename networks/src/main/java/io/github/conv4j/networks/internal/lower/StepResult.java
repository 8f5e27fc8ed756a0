package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A value that a step writes.
 *
 * @param name as the graph knows it
 * @param place where it lies
 */
public record StepResult(String name, TensorType type, Place place) {
  /** Whether another result is the same value at the same place. */
  boolean isSame(StepResult other) {
    return name.equals(other.name) && place.value() == other.place.value();
  }

  /**
   * Copies what the step has written, in row-major order.
   *
   * @param values of the run, by number
   * @param arena where the copy goes
   */
  public Constant copy(MemorySegment[] values, Arena arena) {
    long[] dims = type.dims();
    int width = type.element().byteSize();
    MemorySegment bytes = arena.allocate(Math.max(1, type.elementCount() * width), 64);
    if (type.elementCount() > 0) {
      var copy =
          new OrderCopy(
              dims, place.order().strides(dims), Order.rowMajor(dims.length).strides(dims), width);
      copy.bind(MemorySegment.NULL, false)
          .runAlone(values[place.value()], bytes, new MemorySegment[0]);
    }
    return new Constant(type.element(), dims, bytes.asSlice(0, type.elementCount() * width));
  }
}
