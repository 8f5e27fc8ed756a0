package io.github.conv4j.internal.vector.depthwise;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;

/** A region of outputs. */
final class RegionScratch extends Scratch {
  final Region region = new Region();

  RegionScratch(EpilogueArguments epilogue) {
    super(epilogue);
    region.epilogue = epilogue;
  }

  @Override
  public long heapByteSize() {
    return 0;
  }
}
