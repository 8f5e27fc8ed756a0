package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.LANES;
import static io.github.conv4j.networks.internal.operator.VectorWidth.all;
import static io.github.conv4j.networks.internal.operator.VectorWidth.load;
import static io.github.conv4j.networks.internal.operator.VectorWidth.store;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * A {@linkplain VectorTemplate template}; rows of at least one vector, of which the last is taken
 * before dst is written, as in {@link VectorUnaryLoop}.
 */
final class VectorBinaryLoop implements BinaryLoop {
  private static final VectorBinary FUNCTION =
      VectorTemplate.constant(MethodHandles.lookup(), VectorBinary.class);

  @Override
  public void run(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment dst, long to, int count) {
    int last = count - LANES;
    FloatVector end = FUNCTION.apply(load(a, aAt + last), load(b, bAt + last));
    for (int i = 0; i < last; i += LANES) {
      store(FUNCTION.apply(load(a, aAt + i), load(b, bAt + i)), dst, to + i);
    }
    store(end, dst, to + last);
  }

  @Override
  public void runWithScalar(
      MemorySegment a, long aAt, float b, MemorySegment dst, long to, int count) {
    FloatVector scalar = all(b);
    int last = count - LANES;
    FloatVector end = FUNCTION.apply(load(a, aAt + last), scalar);
    for (int i = 0; i < last; i += LANES) {
      store(FUNCTION.apply(load(a, aAt + i), scalar), dst, to + i);
    }
    store(end, dst, to + last);
  }

  @Override
  public void runOnScalar(
      float a, MemorySegment b, long bAt, MemorySegment dst, long to, int count) {
    FloatVector scalar = all(a);
    int last = count - LANES;
    FloatVector end = FUNCTION.apply(scalar, load(b, bAt + last));
    for (int i = 0; i < last; i += LANES) {
      store(FUNCTION.apply(scalar, load(b, bAt + i)), dst, to + i);
    }
    store(end, dst, to + last);
  }
}
