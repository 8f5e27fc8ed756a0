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
    // Taken before dst is written, which may be src: the last vector shares elements with others.
    FloatVector end = load(src, from + last);
    for (int i = 0; i < last; i += LANES) {
      store(FUNCTION.apply(load(src, from + i), alphas, betas), dst, to + i);
    }
    store(FUNCTION.apply(end, alphas, betas), dst, to + last);
  }
}
