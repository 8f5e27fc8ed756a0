package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;

/** A band of rows of outputs. */
final class BandScratch extends Scratch {
  final Band band = new Band();

  BandScratch(EpilogueArguments epilogue) {
    super(epilogue);
    band.epilogue = epilogue;
  }

  @Override
  public long heapByteSize() {
    return 0;
  }
}
