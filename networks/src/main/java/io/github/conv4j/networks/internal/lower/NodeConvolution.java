package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.engine.PreparedConvolution;

/**
 * What an engine prepared for a node.
 *
 * @param inPlace whether dst must be where the first operand of the run lies
 */
record NodeConvolution(PreparedConvolution prepared, boolean inPlace) implements AutoCloseable {
  @Override
  public void close() {
    prepared.close();
  }
}
