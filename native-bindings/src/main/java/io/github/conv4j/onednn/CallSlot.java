package io.github.conv4j.onednn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The working memory of one concurrent caller: a stream, a scratchpad, and the argument list. */
final class CallSlot implements AutoCloseable {
  private final Handles handles = new Handles();
  private final MemorySegment primitive;
  private final MemorySegment stream;
  private final MemorySegment srcMemory;
  private final MemorySegment dstMemory;
  private final MemorySegment arguments;
  private final int argumentCount;
  private long srcAddress;
  private long dstAddress;

  CallSlot(PackedConvolution packed) {
    CompiledConvolution compiled = packed.compiled();
    this.primitive = compiled.primitive();
    try {
      MemorySegment engine = NativeEngine.handle();
      this.stream = handles.own(Dnnl.createStream(engine), Dnnl::destroyStream);
      this.srcMemory = ownMemory(Dnnl.createMemory(compiled.srcDesc(), engine));
      this.dstMemory = ownMemory(Dnnl.createMemory(compiled.dstDesc(), engine));
      MemorySegment scratchpad =
          ownMemory(Dnnl.createOwningMemory(compiled.scratchpadDesc(), engine));
      int[] kinds = {
        Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST, Dnnl.ARG_SCRATCHPAD, Dnnl.ARG_BIAS
      };
      MemorySegment[] memories = {
        srcMemory, packed.weights(), dstMemory, scratchpad, packed.bias()
      };
      this.argumentCount = packed.hasBias() ? kinds.length : kinds.length - 1;
      this.arguments = Dnnl.arguments(Arena.ofAuto(), kinds, memories);
    } catch (Throwable e) {
      handles.close();
      throw e;
    }
  }

  private MemorySegment ownMemory(MemorySegment memory) {
    return handles.own(memory, Dnnl::destroyMemory);
  }

  void execute(MemorySegment src, MemorySegment dst) {
    if (src.address() != srcAddress) {
      Dnnl.setBytes(srcMemory, src);
      srcAddress = src.address();
    }
    if (dst.address() != dstAddress) {
      Dnnl.setBytes(dstMemory, dst);
      dstAddress = dst.address();
    }
    int ompThreads = OneThread.enter();
    try {
      Dnnl.execute(primitive, stream, argumentCount, arguments, src, dst);
    } finally {
      OneThread.exit(ompThreads);
    }
  }

  @Override
  public void close() {
    handles.close();
  }
}
