package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.EpilogueArguments;
import io.github.conv4j.internal.vector.base.Scratch;

/** What kernels are told. */
final class PointwiseScratch extends Scratch {
  final ProductTile tile = new ProductTile();

  PointwiseScratch(EpilogueArguments epilogue) {
    super(epilogue);
    tile.epilogue = epilogue;
  }

  @Override
  public long heapByteSize() {
    return 0;
  }
}
