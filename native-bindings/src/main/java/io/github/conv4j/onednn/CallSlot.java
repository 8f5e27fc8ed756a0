package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;

/** The working memory of one thread: a stream, a scratchpad, and the calls it may make. */
final class CallSlot implements AutoCloseable {
  private final Handles handles = new Handles();
  private final PrimitiveCall whole;
  private final PrimitiveCall[] parts;

  CallSlot(PartedPrimitives primitives) {
    try {
      MemorySegment engine = NativeEngine.handle();
      MemorySegment stream = handles.own(Dnnl.createStream(engine), Dnnl::destroyStream);
      PackedConvolution largest = primitives.whole();
      int count = primitives.partCount();
      this.parts = new PrimitiveCall[count == 1 ? 0 : count];
      for (int i = 0; i < parts.length; i++) {
        PackedConvolution part = primitives.primitive(i);
        if (part.compiled().scratchpadByteSize() > largest.compiled().scratchpadByteSize()) {
          largest = part;
        }
      }
      MemorySegment scratchpadOwner =
          handles.own(
              Dnnl.createOwningMemory(largest.compiled().scratchpadDesc(), engine),
              Dnnl::destroyMemory);
      long scratchpadBytes = largest.compiled().scratchpadByteSize();
      MemorySegment scratchpad =
          scratchpadBytes == 0 ? MemorySegment.NULL : Dnnl.bytes(scratchpadOwner, scratchpadBytes);
      MemorySegment copyBytes = copyBytes(primitives, engine);
      this.whole = new PrimitiveCall(primitives.whole(), stream, scratchpad, handles);
      for (int i = 0; i < parts.length; i++) {
        parts[i] =
            new PrimitiveCall(
                primitives.primitive(i),
                stream,
                scratchpad,
                copyBytes,
                handles,
                primitives.part(i));
      }
    } catch (Throwable e) {
      handles.close();
      throw e;
    }
  }

  /** Memory for the largest of the parts that are copied, which follow each other. */
  private MemorySegment copyBytes(PartedPrimitives primitives, MemorySegment engine) {
    PackedConvolution largest = primitives.largestCopied();
    if (largest == null) {
      return MemorySegment.NULL;
    }
    MemorySegment owner =
        handles.own(
            Dnnl.createOwningMemory(largest.compiled().dstDesc(), engine), Dnnl::destroyMemory);
    return Dnnl.bytes(owner, largest.compiled().dst().byteSize());
  }

  void execute(MemorySegment src, MemorySegment dst) {
    whole.execute(src, dst);
  }

  void executePart(int part, MemorySegment src, MemorySegment dst) {
    parts[part].execute(src, dst);
  }

  @Override
  public void close() {
    handles.close();
  }
}
