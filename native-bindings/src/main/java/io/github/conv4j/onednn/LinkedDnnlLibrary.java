package io.github.conv4j.onednn;

import static io.github.conv4j.onednn.NativeAccess.call;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/** The functions of a library that was opened, called through {@link NativeAccess}. */
final class LinkedDnnlLibrary implements DnnlLibrary {
  private final MemorySegment getEffectiveCpuIsa;
  private final MemorySegment engineCreate;
  private final MemorySegment streamCreate;
  private final MemorySegment streamDestroy;
  private final MemorySegment setPrimitiveCacheCapacity;
  private final MemorySegment memoryDescCreateWithStrides;
  private final MemorySegment memoryDescCreateWithTag;
  private final MemorySegment memoryDescDestroy;
  private final MemorySegment memoryDescGetSize;
  private final MemorySegment memoryDescQuery;
  private final MemorySegment memoryCreate;
  private final MemorySegment memoryGetDataHandle;
  private final MemorySegment memorySetDataHandle;
  private final MemorySegment memoryDestroy;
  private final MemorySegment primitiveAttrCreate;
  private final MemorySegment primitiveAttrSetScratchpadMode;
  private final MemorySegment primitiveAttrSetPostOps;
  private final MemorySegment primitiveAttrSetScalesMask;
  private final MemorySegment primitiveAttrSetZeroPointsMask;
  private final MemorySegment primitiveAttrDestroy;
  private final MemorySegment postOpsCreate;
  private final MemorySegment postOpsAppendEltwise;
  private final MemorySegment postOpsAppendBinaryV2;
  private final MemorySegment postOpsAppendSum;
  private final MemorySegment postOpsAppendPrelu;
  private final MemorySegment postOpsDestroy;
  private final MemorySegment convolutionForwardPrimitiveDescCreate;
  private final MemorySegment deconvolutionForwardPrimitiveDescCreate;
  private final MemorySegment reorderPrimitiveDescCreate;
  private final MemorySegment primitiveDescNextImpl;
  private final MemorySegment primitiveDescQuery;
  private final MemorySegment primitiveDescQueryMd;
  private final MemorySegment primitiveDescDestroy;
  private final MemorySegment primitiveCreate;
  private final MemorySegment primitiveExecute;
  private final MemorySegment primitiveDestroy;
  private final MemorySegment ompGetMaxThreads;
  private final MemorySegment ompSetNumThreads;
  private final boolean hasOpenMp;

  /**
   * Looks every function up; calls none.
   *
   * @param symbols the library; it also finds the functions of what that is linked with
   * @throws UnusableLibraryException if a function of oneDNN is missing
   */
  LinkedDnnlLibrary(SymbolLookup symbols) throws UnusableLibraryException {
    this.getEffectiveCpuIsa = function(symbols, "dnnl_get_effective_cpu_isa");
    this.engineCreate = function(symbols, "dnnl_engine_create");
    this.streamCreate = function(symbols, "dnnl_stream_create");
    this.streamDestroy = function(symbols, "dnnl_stream_destroy");
    this.setPrimitiveCacheCapacity = function(symbols, "dnnl_set_primitive_cache_capacity");
    this.memoryDescCreateWithStrides = function(symbols, "dnnl_memory_desc_create_with_strides");
    this.memoryDescCreateWithTag = function(symbols, "dnnl_memory_desc_create_with_tag");
    this.memoryDescDestroy = function(symbols, "dnnl_memory_desc_destroy");
    this.memoryDescGetSize = function(symbols, "dnnl_memory_desc_get_size");
    this.memoryDescQuery = function(symbols, "dnnl_memory_desc_query");
    this.memoryCreate = function(symbols, "dnnl_memory_create");
    this.memoryGetDataHandle = function(symbols, "dnnl_memory_get_data_handle");
    this.memorySetDataHandle = function(symbols, "dnnl_memory_set_data_handle");
    this.memoryDestroy = function(symbols, "dnnl_memory_destroy");
    this.primitiveAttrCreate = function(symbols, "dnnl_primitive_attr_create");
    this.primitiveAttrSetScratchpadMode =
        function(symbols, "dnnl_primitive_attr_set_scratchpad_mode");
    this.primitiveAttrSetPostOps = function(symbols, "dnnl_primitive_attr_set_post_ops");
    this.primitiveAttrSetScalesMask = function(symbols, "dnnl_primitive_attr_set_scales_mask");
    this.primitiveAttrSetZeroPointsMask =
        function(symbols, "dnnl_primitive_attr_set_zero_points_mask");
    this.postOpsCreate = function(symbols, "dnnl_post_ops_create");
    this.postOpsAppendEltwise = function(symbols, "dnnl_post_ops_append_eltwise");
    this.postOpsAppendBinaryV2 = function(symbols, "dnnl_post_ops_append_binary_v2");
    this.postOpsAppendSum = function(symbols, "dnnl_post_ops_append_sum");
    this.postOpsAppendPrelu = function(symbols, "dnnl_post_ops_append_prelu");
    this.postOpsDestroy = function(symbols, "dnnl_post_ops_destroy");
    this.primitiveAttrDestroy = function(symbols, "dnnl_primitive_attr_destroy");
    this.convolutionForwardPrimitiveDescCreate =
        function(symbols, "dnnl_convolution_forward_primitive_desc_create");
    this.deconvolutionForwardPrimitiveDescCreate =
        function(symbols, "dnnl_deconvolution_forward_primitive_desc_create");
    this.reorderPrimitiveDescCreate = function(symbols, "dnnl_reorder_primitive_desc_create");
    this.primitiveDescNextImpl = function(symbols, "dnnl_primitive_desc_next_impl");
    this.primitiveDescQuery = function(symbols, "dnnl_primitive_desc_query");
    this.primitiveDescQueryMd = function(symbols, "dnnl_primitive_desc_query_md");
    this.primitiveDescDestroy = function(symbols, "dnnl_primitive_desc_destroy");
    this.primitiveCreate = function(symbols, "dnnl_primitive_create");
    this.primitiveExecute = function(symbols, "dnnl_primitive_execute");
    this.primitiveDestroy = function(symbols, "dnnl_primitive_destroy");
    this.ompGetMaxThreads = symbols.find("omp_get_max_threads").orElse(MemorySegment.NULL);
    this.ompSetNumThreads = symbols.find("omp_set_num_threads").orElse(MemorySegment.NULL);
    this.hasOpenMp = ompGetMaxThreads.address() != 0 && ompSetNumThreads.address() != 0;
  }

  private static MemorySegment function(SymbolLookup symbols, String name)
      throws UnusableLibraryException {
    return symbols
        .find(name)
        .orElseThrow(() -> new UnusableLibraryException("it has no function " + name));
  }

  @Override
  public int getEffectiveCpuIsa() {
    return (int) call(getEffectiveCpuIsa, 0);
  }

  @Override
  public int engineCreate(MemorySegment engineOut, int kind, long index) {
    return (int) call(engineCreate, word(engineOut), kind, index);
  }

  @Override
  public int streamCreate(MemorySegment streamOut, MemorySegment engine, int flags) {
    return (int) call(streamCreate, word(streamOut), word(engine), flags);
  }

  @Override
  public int streamDestroy(MemorySegment stream) {
    return (int) call(streamDestroy, word(stream));
  }

  @Override
  public int setPrimitiveCacheCapacity(int entryCount) {
    return (int) call(setPrimitiveCacheCapacity, entryCount);
  }

  @Override
  public int memoryDescCreateWithStrides(
      MemorySegment descOut, int rank, MemorySegment dims, int dataType, MemorySegment strides) {
    return (int)
        call(
            memoryDescCreateWithStrides,
            word(descOut),
            rank,
            word(dims),
            dataType,
            word(strides),
            0);
  }

  @Override
  public int memoryDescCreateWithTag(
      MemorySegment descOut, int rank, MemorySegment dims, int dataType, int tag) {
    return (int) call(memoryDescCreateWithTag, word(descOut), rank, word(dims), dataType, tag, 0);
  }

  @Override
  public int memoryDescDestroy(MemorySegment desc) {
    return (int) call(memoryDescDestroy, word(desc));
  }

  @Override
  public long memoryDescGetSize(MemorySegment desc) {
    return call(memoryDescGetSize, word(desc));
  }

  @Override
  public int memoryDescQuery(MemorySegment desc, int what, MemorySegment resultOut) {
    return (int) call(memoryDescQuery, word(desc), what, word(resultOut));
  }

  @Override
  public int memoryCreate(
      MemorySegment memoryOut, MemorySegment desc, MemorySegment engine, MemorySegment bytes) {
    return (int) call(memoryCreate, word(memoryOut), word(desc), word(engine), word(bytes), 0, 0);
  }

  @Override
  public int memoryGetDataHandle(MemorySegment memory, MemorySegment bytesOut) {
    return (int) call(memoryGetDataHandle, word(memory), word(bytesOut), 0);
  }

  @Override
  public int memorySetDataHandle(MemorySegment memory, long address) {
    return (int) call(memorySetDataHandle, word(memory), address, 0);
  }

  @Override
  public int memoryDestroy(MemorySegment memory) {
    return (int) call(memoryDestroy, word(memory));
  }

  @Override
  public int primitiveAttrCreate(MemorySegment attributesOut) {
    return (int) call(primitiveAttrCreate, word(attributesOut));
  }

  @Override
  public int primitiveAttrSetScratchpadMode(MemorySegment attributes, int mode) {
    return (int) call(primitiveAttrSetScratchpadMode, word(attributes), mode, 0);
  }

  @Override
  public int primitiveAttrSetPostOps(MemorySegment attributes, MemorySegment postOps) {
    return (int) call(primitiveAttrSetPostOps, word(attributes), word(postOps), 0);
  }

  @Override
  public int primitiveAttrSetScalesMask(MemorySegment attributes, int argument, int mask) {
    return (int) call(primitiveAttrSetScalesMask, word(attributes), argument, mask);
  }

  @Override
  public int primitiveAttrSetZeroPointsMask(MemorySegment attributes, int argument, int mask) {
    return (int) call(primitiveAttrSetZeroPointsMask, word(attributes), argument, mask);
  }

  @Override
  public int postOpsCreate(MemorySegment postOpsOut) {
    return (int) call(postOpsCreate, word(postOpsOut));
  }

  @Override
  public int postOpsAppendEltwise(MemorySegment postOps, int algorithm, float alpha, float beta) {
    return (int)
        NativeAccess.callWithFloats(postOpsAppendEltwise, word(postOps), algorithm, alpha, beta);
  }

  @Override
  public int postOpsAppendBinaryV2(
      MemorySegment postOps, int algorithm, MemorySegment src1Desc, MemorySegment src2Desc) {
    return (int)
        call(postOpsAppendBinaryV2, word(postOps), algorithm, word(src1Desc), word(src2Desc), 0, 0);
  }

  @Override
  public int postOpsAppendSum(MemorySegment postOps, float scale, int zeroPoint, int dataType) {
    return (int)
        NativeAccess.callWithFloat(postOpsAppendSum, word(postOps), scale, zeroPoint, dataType);
  }

  @Override
  public int postOpsAppendPrelu(MemorySegment postOps, int mask) {
    return (int) call(postOpsAppendPrelu, word(postOps), mask, 0);
  }

  @Override
  public int postOpsDestroy(MemorySegment postOps) {
    return (int) call(postOpsDestroy, word(postOps));
  }

  @Override
  public int primitiveAttrDestroy(MemorySegment attributes) {
    return (int) call(primitiveAttrDestroy, word(attributes));
  }

  @Override
  public int convolutionForwardPrimitiveDescCreate(
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
      MemorySegment attributes) {
    return (int)
        call(
            convolutionForwardPrimitiveDescCreate,
            word(primitiveDescOut),
            word(engine),
            propagation,
            algorithm,
            word(src),
            word(weights),
            word(bias),
            word(dst),
            word(strides),
            word(dilations),
            word(paddingLeft),
            word(paddingRight),
            word(attributes));
  }

  @Override
  public int deconvolutionForwardPrimitiveDescCreate(
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
      MemorySegment attributes) {
    return (int)
        call(
            deconvolutionForwardPrimitiveDescCreate,
            word(primitiveDescOut),
            word(engine),
            propagation,
            algorithm,
            word(src),
            word(weights),
            word(bias),
            word(dst),
            word(strides),
            word(dilations),
            word(paddingLeft),
            word(paddingRight),
            word(attributes));
  }

  @Override
  public int reorderPrimitiveDescCreate(
      MemorySegment primitiveDescOut,
      MemorySegment src,
      MemorySegment srcEngine,
      MemorySegment dst,
      MemorySegment dstEngine,
      MemorySegment attributes) {
    return (int)
        call(
            reorderPrimitiveDescCreate,
            word(primitiveDescOut),
            word(src),
            word(srcEngine),
            word(dst),
            word(dstEngine),
            word(attributes));
  }

  @Override
  public int primitiveDescNextImpl(MemorySegment primitiveDesc) {
    return (int) call(primitiveDescNextImpl, word(primitiveDesc));
  }

  @Override
  public int primitiveDescQuery(
      MemorySegment primitiveDesc, int what, int index, MemorySegment resultOut) {
    return (int) call(primitiveDescQuery, word(primitiveDesc), what, index, word(resultOut), 0, 0);
  }

  @Override
  public MemorySegment primitiveDescQueryMd(MemorySegment primitiveDesc, int what, int index) {
    return MemorySegment.ofAddress(call(primitiveDescQueryMd, word(primitiveDesc), what, index));
  }

  @Override
  public int primitiveDescDestroy(MemorySegment primitiveDesc) {
    return (int) call(primitiveDescDestroy, word(primitiveDesc));
  }

  @Override
  public int primitiveCreate(MemorySegment primitiveOut, MemorySegment primitiveDesc) {
    return (int) call(primitiveCreate, word(primitiveOut), word(primitiveDesc), 0);
  }

  @Override
  public int primitiveExecute(
      MemorySegment primitive,
      MemorySegment stream,
      int argumentCount,
      MemorySegment arguments,
      MemorySegment src,
      MemorySegment dst) {
    return (int)
        NativeAccess.callHolding(
            primitiveExecute, word(primitive), word(stream), argumentCount, arguments, src, dst);
  }

  @Override
  public int primitiveExecuteHolding(
      MemorySegment primitive,
      MemorySegment stream,
      int argumentCount,
      MemorySegment arguments,
      MemorySegment src,
      MemorySegment dst,
      MemorySegment operand0,
      MemorySegment operand1,
      MemorySegment operand2,
      MemorySegment operand3) {
    return (int)
        NativeAccess.callHoldingOperands(
            primitiveExecute,
            word(primitive),
            word(stream),
            argumentCount,
            arguments,
            src,
            dst,
            operand0,
            operand1,
            operand2,
            operand3);
  }

  @Override
  public int primitiveDestroy(MemorySegment primitive) {
    return (int) call(primitiveDestroy, word(primitive));
  }

  @Override
  public int ompGetMaxThreads() {
    return hasOpenMp ? (int) NativeAccess.callBriefly(ompGetMaxThreads, 0) : 1;
  }

  @Override
  public void ompSetNumThreads(int count) {
    if (hasOpenMp) {
      NativeAccess.callBriefly(ompSetNumThreads, count);
    }
  }

  /** A pointer as C sees it. Memory on the Java heap has none. */
  private static long word(MemorySegment pointer) {
    if (!pointer.isNative()) {
      throw new IllegalArgumentException("a C function cannot get memory of the Java heap");
    }
    return pointer.address();
  }
}
