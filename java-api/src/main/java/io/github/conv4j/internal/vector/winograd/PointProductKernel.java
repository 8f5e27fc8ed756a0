package io.github.conv4j.internal.vector.winograd;

/** Computes all tiles of a {@link PointProduct}, for one width of its block. */
interface PointProductKernel {
  void run(PointProduct product);
}
