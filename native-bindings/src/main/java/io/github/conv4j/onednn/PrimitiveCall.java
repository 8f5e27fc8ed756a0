package io.github.conv4j.onednn;

import io.github.conv4j.PostOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A primitive with its argument list and the copies around it, for one thread at a time. */
final class PrimitiveCall {
  /**
   * Src, its zero point, weights, their scales, bias, dst and scratchpad; a post-op adds one at
   * most.
   */
  private static final int OWN_ARGUMENTS = 7;

  private final PackedConvolution packed;
  private final MemorySegment primitive;
  private final MemorySegment copiedSrc;
  private final MemorySegment stream;
  private final MemorySegment arguments;
  private final int argumentCount;
  private final @Nullable CopyCall srcCopy;
  private final @Nullable CopyCall dstCopy;

  /** The memory objects of the caller's tensors, or of the parts that this call computes. */
  private final MemorySegment srcMemory;

  private final MemorySegment dstMemory;
  private final List<PlacedOperand> placedOperands;
  private long srcAddress;
  private long dstAddress;

  /**
   * Makes a call.
   *
   * @param srcBytes where a copied src goes
   * @param dstBytes where a copied dst is computed
   * @param largeOperands those of the request that are as large as dst
   */
  PrimitiveCall(
      PackedConvolution packed,
      MemorySegment stream,
      MemorySegment scratchpad,
      MemorySegment srcBytes,
      MemorySegment dstBytes,
      List<MemorySegment> largeOperands,
      MemoryObjects objects,
      Arena arena) {
    CompiledConvolution compiled = packed.compiled();
    this.packed = packed;
    this.primitive = compiled.primitive();
    this.stream = stream;
    this.copiedSrc = srcBytes.asSlice(0, compiled.srcCopyByteSize());
    boolean copiesSrc = compiled.srcCopy() != null;
    boolean copiesDst = compiled.dstCopy() != null;
    MemorySegment kernelSrc =
        objects.over(compiled.srcDesc(), copiesSrc ? srcBytes : MemorySegment.NULL);
    MemorySegment kernelDst =
        objects.over(compiled.dstDesc(), copiesDst ? dstBytes : MemorySegment.NULL);
    this.srcCopy = srcCopy(compiled, srcBytes, stream, scratchpad, objects, arena);
    this.dstCopy = dstCopy(compiled, kernelDst, stream, scratchpad, objects, arena);
    this.srcMemory = srcCopy == null ? kernelSrc : srcCopy.from;
    this.dstMemory = dstCopy == null ? kernelDst : dstCopy.to;
    MemorySegment scratchpadMemory =
        scratchpadMemory(
            compiled.scratchpadDesc(), compiled.kernelScratchpadByteSize(), scratchpad, objects);
    this.placedOperands = new ArrayList<>();
    var list = new ArgumentList(OWN_ARGUMENTS + compiled.spec().postOps().list().size());
    list.add(Dnnl.ARG_SRC, kernelSrc);
    list.add(Dnnl.ARG_WEIGHTS, packed.weights());
    list.add(Dnnl.ARG_DST, kernelDst);
    list.add(Dnnl.ARG_SCRATCHPAD, scratchpadMemory);
    if (packed.hasBias()) {
      list.add(Dnnl.ARG_BIAS, packed.bias());
    }
    if (compiled.spec().types().scalesSums()) {
      list.add(Dnnl.ARG_WEIGHTS_SCALES, packed.scales());
    }
    if (compiled.spec().hasZeroPoint()) {
      list.add(Dnnl.ARG_SRC_ZERO_POINT, packed.zeroPoint());
    }
    addOperands(list, largeOperands, objects);
    this.argumentCount = list.count;
    this.arguments = Dnnl.arguments(arena, list.kinds, list.memories, list.count);
  }

  /** What a primitive is given, while that is put together. */
  private static final class ArgumentList {
    private final int[] kinds;
    private final MemorySegment[] memories;
    private int count;

    ArgumentList(int most) {
      this.kinds = new int[most];
      this.memories = new MemorySegment[most];
    }

    void add(int kind, MemorySegment memory) {
      kinds[count] = kind;
      memories[count++] = memory;
    }
  }

  private void addOperands(
      ArgumentList list, List<MemorySegment> largeOperands, MemoryObjects objects) {
    List<PostOp> postOps = packed.compiled().spec().postOps().list();
    int run = 0;
    int large = 0;
    for (int i = 0; i < postOps.size(); i++) {
      PostOp.Operand operand = Fusion.operand(postOps.get(i));
      if (operand == null) {
        continue;
      }
      if (Fusion.isInDst(packed.compiled().spec(), i)) {
        run++;
        continue;
      }
      MemorySegment memory = packed.operand(i);
      if (Fusion.isPlaced(operand)) {
        memory = objects.over(packed.compiled().operandDescs().get(i), MemorySegment.NULL);
        boolean ofRun = operand.origin() == PostOp.Origin.RUN;
        placedOperands.add(
            new PlacedOperand(
                memory,
                operand.extent(),
                ofRun ? run++ : -1,
                ofRun ? MemorySegment.NULL : largeOperands.get(large++)));
      }
      list.add(Fusion.argument(postOps.get(i), i), memory);
    }
  }

  /** An operand whose memory lies elsewhere in each call, or in each part of one. */
  private static final class PlacedOperand {
    private final MemorySegment memory;
    private final PostOp.Extent extent;
    private final int runIndex;
    private final MemorySegment constant;
    private long address;

    /**
     * Creates an operand.
     *
     * @param runIndex among the operands of a call; -1 for a constant
     */
    PlacedOperand(
        MemorySegment memory, PostOp.Extent extent, int runIndex, MemorySegment constant) {
      this.memory = memory;
      this.extent = extent;
      this.runIndex = runIndex;
      this.constant = constant;
    }

    void place(PartedPrimitives.PlacedPrimitive part, MemorySegment[] operands) {
      MemorySegment segment = runIndex < 0 ? constant : operands[runIndex];
      long offset =
          switch (extent) {
            case SCALAR -> 0;
            case PER_CHANNEL -> part.channelOffset();
            case FULL -> part.dstOffset();
          };
      long to = segment.address() + offset * Float.BYTES;
      if (to != address) {
        Dnnl.setBytes(memory, to);
        address = to;
      }
    }
  }

  /** Says where the operands of a part lie. */
  void placeOperands(PartedPrimitives.PlacedPrimitive part, MemorySegment[] operands) {
    for (int i = 0; i < placedOperands.size(); i++) {
      placedOperands.get(i).place(part, operands);
    }
  }

  /** Returns NULL where none is needed: oneDNN ignores an argument without memory. */
  private static MemorySegment scratchpadMemory(
      MemorySegment desc, long byteSize, MemorySegment bytes, MemoryObjects objects) {
    return byteSize == 0 ? MemorySegment.NULL : objects.over(desc, bytes);
  }

  private static @Nullable CopyCall srcCopy(
      CompiledConvolution compiled,
      MemorySegment bytes,
      MemorySegment stream,
      MemorySegment scratchpad,
      MemoryObjects objects,
      Arena arena) {
    Reorder reorder = compiled.srcCopy();
    if (reorder == null) {
      return null;
    }
    MemorySegment to =
        objects.over(
            reorder.toDesc(),
            bytes.asSlice(
                compiled.spec().srcCopyOffset() * compiled.spec().types().src().byteSize()));
    MemorySegment from = objects.over(reorder.fromDesc(), MemorySegment.NULL);
    return new CopyCall(reorder, from, to, stream, scratchpad, objects, arena);
  }

  private static @Nullable CopyCall dstCopy(
      CompiledConvolution compiled,
      MemorySegment kernelDst,
      MemorySegment stream,
      MemorySegment scratchpad,
      MemoryObjects objects,
      Arena arena) {
    Reorder reorder = compiled.dstCopy();
    if (reorder == null) {
      return null;
    }
    MemorySegment to = objects.over(reorder.toDesc(), MemorySegment.NULL);
    return new CopyCall(reorder, kernelDst, to, stream, scratchpad, objects, arena);
  }

  /** Whether src is copied between zeros, which must be there before. */
  boolean needsZeros() {
    return packed.compiled().spec().pads();
  }

  /** Clears what its src is copied to. */
  void clear() {
    copiedSrc.fill((byte) 0);
  }

  /** Computes the part of {@code dst} that begins so many bytes after its start. */
  void execute(
      MemorySegment src,
      long srcOffsetBytes,
      MemorySegment dst,
      long dstOffsetBytes,
      MemorySegment[] operands) {
    long from = src.address() + srcOffsetBytes;
    if (from != srcAddress) {
      Dnnl.setBytes(srcMemory, from);
      srcAddress = from;
    }
    long to = dst.address() + dstOffsetBytes;
    if (to != dstAddress) {
      Dnnl.setBytes(dstMemory, to);
      dstAddress = to;
    }
    int ompThreads = OneThread.enter();
    try {
      if (srcCopy != null) {
        srcCopy.run(src, dst);
      }
      Dnnl.execute(primitive, stream, argumentCount, arguments, src, dst, operands);
      if (dstCopy != null) {
        dstCopy.run(src, dst);
      }
    } finally {
      OneThread.exit(ompThreads);
    }
  }

  /** A reorder with its argument list. */
  private static final class CopyCall {
    private final MemorySegment primitive;
    private final MemorySegment stream;
    private final MemorySegment from;
    private final MemorySegment to;
    private final MemorySegment arguments;

    CopyCall(
        Reorder reorder,
        MemorySegment from,
        MemorySegment to,
        MemorySegment stream,
        MemorySegment scratchpad,
        MemoryObjects objects,
        Arena arena) {
      this.primitive = reorder.primitive();
      this.stream = stream;
      this.from = from;
      this.to = to;
      MemorySegment scratchpadMemory =
          scratchpadMemory(
              reorder.scratchpadDesc(), reorder.scratchpadByteSize(), scratchpad, objects);
      int[] kinds = {Dnnl.ARG_SRC, Dnnl.ARG_DST, Dnnl.ARG_SCRATCHPAD};
      this.arguments =
          Dnnl.arguments(
              arena, kinds, new MemorySegment[] {from, to, scratchpadMemory}, kinds.length);
    }

    /** The caller's tensors travel along, so that their arenas stay open. */
    void run(MemorySegment src, MemorySegment dst) {
      Dnnl.execute(primitive, stream, 3, arguments, src, dst);
    }
  }
}
