package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;

/**
 * The native functions that conv4j calls: oneDNN's, each under its C name without the prefix, and
 * two of the OpenMP runtime that oneDNN is linked with. A pointer is a segment, {@code int} and
 * enumerations are int, {@code size_t} and {@code dnnl_dim_t} are long; int results are statuses.
 *
 * <p>Without policy and without checks: {@link Dnnl} is what the rest of the engine calls. A test
 * that needs a function to fail puts a library of its own in place with {@link Dnnl#replace}.
 */
interface DnnlLibrary {
  /** Returns the instruction set that kernels are generated for, a constant and no status. */
  int getEffectiveCpuIsa();

  int engineCreate(MemorySegment engineOut, int kind, long index);

  int streamCreate(MemorySegment streamOut, MemorySegment engine, int flags);

  int streamDestroy(MemorySegment stream);

  int setPrimitiveCacheCapacity(int entryCount);

  int memoryDescCreateWithStrides(
      MemorySegment descOut, int rank, MemorySegment dims, int dataType, MemorySegment strides);

  int memoryDescCreateWithTag(
      MemorySegment descOut, int rank, MemorySegment dims, int dataType, int tag);

  int memoryDescDestroy(MemorySegment desc);

  long memoryDescGetSize(MemorySegment desc);

  int memoryDescQuery(MemorySegment desc, int what, MemorySegment resultOut);

  int memoryCreate(
      MemorySegment memoryOut, MemorySegment desc, MemorySegment engine, MemorySegment bytes);

  int memoryGetDataHandle(MemorySegment memory, MemorySegment bytesOut);

  /** Takes the address alone: an object for it is sometimes allocated, in the midst of a call. */
  int memorySetDataHandle(MemorySegment memory, long address);

  int memoryDestroy(MemorySegment memory);

  int primitiveAttrCreate(MemorySegment attributesOut);

  int primitiveAttrSetScratchpadMode(MemorySegment attributes, int mode);

  int primitiveAttrSetPostOps(MemorySegment attributes, MemorySegment postOps);

  int primitiveAttrSetScalesMask(MemorySegment attributes, int argument, int mask);

  int primitiveAttrSetZeroPointsMask(MemorySegment attributes, int argument, int mask);

  int primitiveAttrDestroy(MemorySegment attributes);

  int postOpsCreate(MemorySegment postOpsOut);

  int postOpsAppendEltwise(MemorySegment postOps, int algorithm, float alpha, float beta);

  int postOpsAppendBinaryV2(
      MemorySegment postOps, int algorithm, MemorySegment src1Desc, MemorySegment src2Desc);

  int postOpsAppendSum(MemorySegment postOps, float scale, int zeroPoint, int dataType);

  int postOpsAppendPrelu(MemorySegment postOps, int mask);

  int postOpsDestroy(MemorySegment postOps);

  int convolutionForwardPrimitiveDescCreate(
      MemorySegment primitiveDescOut,
      MemorySegment engine,
      int propagation,
      int algorithm,
      MemorySegment src,
      MemorySegment weights,
      MemorySegment bias,
      MemorySegment dst,
      MemorySegment strides,
      MemorySegment dilations,
      MemorySegment paddingLeft,
      MemorySegment paddingRight,
      MemorySegment attributes);

  int deconvolutionForwardPrimitiveDescCreate(
      MemorySegment primitiveDescOut,
      MemorySegment engine,
      int propagation,
      int algorithm,
      MemorySegment src,
      MemorySegment weights,
      MemorySegment bias,
      MemorySegment dst,
      MemorySegment strides,
      MemorySegment dilations,
      MemorySegment paddingLeft,
      MemorySegment paddingRight,
      MemorySegment attributes);

  int reorderPrimitiveDescCreate(
      MemorySegment primitiveDescOut,
      MemorySegment src,
      MemorySegment srcEngine,
      MemorySegment dst,
      MemorySegment dstEngine,
      MemorySegment attributes);

  int primitiveDescNextImpl(MemorySegment primitiveDesc);

  int primitiveDescQuery(MemorySegment primitiveDesc, int what, int index, MemorySegment resultOut);

  MemorySegment primitiveDescQueryMd(MemorySegment primitiveDesc, int what, int index);

  int primitiveDescDestroy(MemorySegment primitiveDesc);

  int primitiveCreate(MemorySegment primitiveOut, MemorySegment primitiveDesc);

  /**
   * Runs a primitive. {@code src} and {@code dst} are not parameters of the C function: they are
   * passed on so that their arenas are held open for the length of the call, since oneDNN gets
   * tensors only indirectly.
   */
  int primitiveExecute(
      MemorySegment primitive,
      MemorySegment stream,
      int argumentCount,
      MemorySegment arguments,
      MemorySegment src,
      MemorySegment dst);

  /** The same C function, while the arenas of operands of post-ops are held open too. */
  int primitiveExecuteHolding(
      MemorySegment primitive,
      MemorySegment stream,
      int argumentCount,
      MemorySegment arguments,
      MemorySegment src,
      MemorySegment dst,
      MemorySegment operand0,
      MemorySegment operand1,
      MemorySegment operand2,
      MemorySegment operand3);

  int primitiveDestroy(MemorySegment primitive);

  /** Returns 1 where oneDNN was built without OpenMP. */
  int ompGetMaxThreads();

  /** Does nothing where oneDNN was built without OpenMP. */
  void ompSetNumThreads(int count);
}
