package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.LANES;
import static io.github.conv4j.networks.internal.operator.VectorWidth.all;
import static io.github.conv4j.networks.internal.operator.VectorWidth.load;
import static io.github.conv4j.networks.internal.operator.VectorWidth.store;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** A {@linkplain VectorTemplate template}; rows of at least one vector. */
final class VectorUnaryLoop implements UnaryLoop {
  private static final VectorUnary FUNCTION =
      VectorTemplate.constant(MethodHandles.lookup(), VectorUnary.class);

  @Override
  public void run(
      MemorySegment src,
      long from,
      MemorySegment dst,
      long to,
      int count,
      float alpha,
      float beta) {
    FloatVector alphas = all(alpha);
    FloatVector betas = all(beta);
    int last = count - LANES;
    // One vector ahead of what is written, which may be src: the last one begins early. The
    // function is there once: twice, the longer ones are more than the JIT compiler inlines.
    FloatVector x = load(src, from);
    for (int i = 0; i < count; i += LANES) {
      FloatVector next = load(src, from + Math.min(i + LANES, last));
      store(FUNCTION.apply(x, alphas, betas), dst, to + Math.min(i, last));
      x = next;
    }
  }
}
