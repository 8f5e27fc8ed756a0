package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.internal.vector.base.Scratch;

/** A band of rows of outputs. */
final class BandScratch extends Scratch {
  final Band band = new Band();

  @Override
  public long scratchpadByteSize() {
    return 0;
  }
}
