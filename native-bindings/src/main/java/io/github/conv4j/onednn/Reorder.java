package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;

/** A oneDNN reorder that copies elements between two places of the same sizes. */
record Reorder(
    MemorySegment primitive,
    MemorySegment fromDesc,
    MemorySegment toDesc,
    MemorySegment scratchpadDesc,
    long scratchpadByteSize,
    String implementation) {

  /** Generates the code; {@code handles} own everything. */
  static Reorder create(
      MemorySegment fromDesc, MemorySegment toDesc, MemorySegment attributes, Handles handles) {
    MemorySegment primitiveDesc =
        handles.own(
            Dnnl.createReorderDesc(fromDesc, toDesc, NativeEngine.handle(), attributes),
            Destroyer.PRIMITIVE_DESC);
    MemorySegment scratchpadDesc = Dnnl.scratchpadDesc(primitiveDesc);
    return new Reorder(
        handles.own(Dnnl.createPrimitive(primitiveDesc), Destroyer.PRIMITIVE),
        fromDesc,
        toDesc,
        scratchpadDesc,
        Dnnl.byteSize(scratchpadDesc),
        Dnnl.implementation(primitiveDesc));
  }
}
