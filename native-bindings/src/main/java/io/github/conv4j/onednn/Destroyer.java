package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * How handles are destroyed, by what they are. Constants: each method reference at its place would
 * take the first prepare of a process about a millisecond.
 */
enum Destroyer implements Consumer<MemorySegment> {
  ATTRIBUTES,
  DESC,
  PRIMITIVE_DESC,
  PRIMITIVE,
  MEMORY,
  STREAM,
  POST_OPS;

  @Override
  public void accept(MemorySegment handle) {
    switch (this) {
      case ATTRIBUTES -> Dnnl.destroyAttributes(handle);
      case DESC -> Dnnl.destroyDesc(handle);
      case PRIMITIVE_DESC -> Dnnl.destroyPrimitiveDesc(handle);
      case PRIMITIVE -> Dnnl.destroyPrimitive(handle);
      case MEMORY -> Dnnl.destroyMemory(handle);
      case STREAM -> Streams.giveBack(handle);
      case POST_OPS -> Dnnl.destroyPostOps(handle);
    }
  }
}
