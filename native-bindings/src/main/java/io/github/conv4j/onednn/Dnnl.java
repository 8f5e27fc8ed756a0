package io.github.conv4j.onednn;

import static io.github.conv4j.onednn.generated.dnnl_h.*;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.conv4j.onednn.generated.dnnl_exec_arg_t;
import io.github.conv4j.tensor.DataType;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Checked calls into oneDNN, in the words of this engine. Status codes end here, as {@link
 * DnnlStatusException}. Where the functions come from, {@link DnnlLibrary} hides.
 */
@SuppressWarnings("restricted")
final class Dnnl {
  /** oneDNN's {@code DNNL_MEMORY_ALLOCATE}, a cast that jextract cannot express. */
  private static final MemorySegment ALLOCATE = MemorySegment.ofAddress(-1L);

  static final int ARG_SRC = DNNL_ARG_SRC();
  static final int ARG_DST = DNNL_ARG_DST();
  static final int ARG_WEIGHTS = DNNL_ARG_WEIGHTS();
  static final int ARG_BIAS = DNNL_ARG_BIAS();
  static final int ARG_SCRATCHPAD = DNNL_ARG_SCRATCHPAD();

  static final int ARG_WEIGHTS_SCALES = DNNL_ARG_ATTR_SCALES() | ARG_WEIGHTS;
  static final int ARG_SRC_ZERO_POINT = DNNL_ARG_ATTR_ZERO_POINTS() | ARG_SRC;

  /** The second operand of an operation; see {@link #argOfPostOp}. */
  static final int ARG_SRC_1 = DNNL_ARG_SRC_1();

  /** How many operands of post-ops one call can hold open. */
  static final int MOST_HELD_OPERANDS = 4;

  private static final long LONGEST_TEXT = 4096;

  private static final AddressLayout TEXT_ADDRESS =
      ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(LONGEST_TEXT, JAVA_BYTE));

  /** Plain: what it refers to is immutable, and a thread that does not see it asks for it. */
  private static @Nullable DnnlLibrary library;

  private Dnnl() {}

  private static DnnlLibrary library() {
    DnnlLibrary known = library;
    if (known != null) {
      return known;
    }
    DnnlLibrary loaded = NativeLibrary.load().functions();
    library = loaded;
    return loaded;
  }

  /**
   * Puts another library in place of the one that was loaded, for tests that make calls fail.
   * Returns what was in place.
   */
  static DnnlLibrary replace(DnnlLibrary replacement) {
    DnnlLibrary before = library();
    library = replacement;
    // What the other one told of problems.
    WayCache.SHARED.forget();
    return before;
  }

  /** Whether kernels sum products of bytes in 32 bits, with the instructions of 256-bit VNNI. */
  static boolean hasVnni256() {
    return has(dnnl_cpu_isa_avx2_vnni(), dnnl_cpu_isa_avx2());
  }

  /** Whether kernels sum products of bytes in 32 bits, with the instructions of 512-bit VNNI. */
  static boolean hasVnni512() {
    return has(dnnl_cpu_isa_avx512_core_vnni(), dnnl_cpu_isa_avx512_core());
  }

  /** Whether there are instructions for bf16: those that convert it, or that multiply it too. */
  static boolean hasBf16() {
    return multipliesBf16() || has(dnnl_cpu_isa_avx2_vnni_2(), dnnl_cpu_isa_avx2_vnni());
  }

  /** Whether there are instructions that sum products of bf16, two in the time of one of f32. */
  static boolean multipliesBf16() {
    return has(dnnl_cpu_isa_avx512_core_bf16(), dnnl_cpu_isa_avx512_core_vnni());
  }

  /** Whether kernels read and write f16. */
  static boolean hasF16() {
    int without = dnnl_cpu_isa_avx512_core_bf16() | dnnl_cpu_isa_avx2_vnni();
    return has(dnnl_cpu_isa_avx512_core_fp16(), without)
        || has(dnnl_cpu_isa_avx2_vnni_2(), dnnl_cpu_isa_avx2_vnni());
  }

  /** Each set is the bits of those it contains and one of its own. */
  private static boolean has(int set, int without) {
    int own = set & ~without;
    return (library().getEffectiveCpuIsa() & own) == own;
  }

  static MemorySegment createEngine() {
    try (var out = new Out()) {
      return out.handle(library().engineCreate(out.at(), dnnl_cpu(), 0), "dnnl_engine_create");
    }
  }

  static MemorySegment createStream(MemorySegment engine) {
    try (var out = new Out()) {
      return out.handle(
          library().streamCreate(out.at(), engine, dnnl_stream_default_flags()),
          "dnnl_stream_create");
    }
  }

  static void destroyStream(MemorySegment stream) {
    check(library().streamDestroy(stream), "dnnl_stream_destroy");
  }

  static void setPrimitiveCacheCapacity(int entryCount) {
    check(library().setPrimitiveCacheCapacity(entryCount), "dnnl_set_primitive_cache_capacity");
  }

  static MemorySegment createF32Desc(long[] dims, long[] strides) {
    return createDesc(DataType.F32, dims, strides);
  }

  /** Describes a layout; unimplemented where a dimension begins in the last gap of another. */
  static MemorySegment createDesc(DataType type, long[] dims, long[] strides) {
    try (var out = new Out()) {
      int status =
          library()
              .memoryDescCreateWithStrides(
                  out.at(), dims.length, out.copy(dims), code(type), out.copy(strides));
      return out.handle(
          // Sizes and strides were checked: what is left is what oneDNN does not describe.
          status == dnnl_invalid_arguments() ? dnnl_unimplemented() : status,
          "dnnl_memory_desc_create_with_strides");
    }
  }

  /** Creates a descriptor whose layout is up to a primitive. */
  static MemorySegment createAnyDesc(DataType type, long[] dims) {
    try (var out = new Out()) {
      return out.handle(
          library()
              .memoryDescCreateWithTag(
                  out.at(), dims.length, out.copy(dims), code(type), dnnl_format_tag_any()),
          "dnnl_memory_desc_create_with_tag");
    }
  }

  private static int code(DataType type) {
    return switch (type) {
      case F32 -> dnnl_f32();
      case BF16 -> dnnl_bf16();
      case F16 -> dnnl_f16();
      case S32 -> dnnl_s32();
      case S8 -> dnnl_s8();
      case U8 -> dnnl_u8();
    };
  }

  static void destroyDesc(MemorySegment desc) {
    check(library().memoryDescDestroy(desc), "dnnl_memory_desc_destroy");
  }

  static long byteSize(MemorySegment desc) {
    return library().memoryDescGetSize(desc);
  }

  /** What a memory descriptor says, in oneDNN's terms. */
  record DescFields(long[] dims, long[] strides, long[] blockSizes, long[] blockAxes) {}

  static DescFields fields(MemorySegment desc) {
    int rank = queryInt(desc, dnnl_query_ndims_s32());
    if (queryInt(desc, dnnl_query_format_kind()) != dnnl_blocked()) {
      throw new DnnlStatusException(
          DnnlStatusException.UNIMPLEMENTED, "reading an opaque memory layout");
    }
    int blockCount = queryInt(desc, dnnl_query_inner_nblks_s32());
    return new DescFields(
        queryLongs(desc, dnnl_query_dims(), rank),
        queryLongs(desc, dnnl_query_strides(), rank),
        queryLongs(desc, dnnl_query_inner_blks(), blockCount),
        queryLongs(desc, dnnl_query_inner_idxs(), blockCount));
  }

  private static int queryInt(MemorySegment desc, int what) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_INT);
      check(library().memoryDescQuery(desc, what, out), "dnnl_memory_desc_query");
      return out.get(JAVA_INT, 0);
    }
  }

  /** The answer is a pointer into the descriptor. */
  private static long[] queryLongs(MemorySegment desc, int what, int count) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      check(library().memoryDescQuery(desc, what, out), "dnnl_memory_desc_query");
      return out.get(ADDRESS, 0).reinterpret((long) count * Long.BYTES).toArray(JAVA_LONG);
    }
  }

  /**
   * Creates a memory object that owns bytes of its own, not initialised.
   *
   * @param answer where the handle is written first, a pointer
   */
  static MemorySegment createOwningMemory(
      MemorySegment desc, MemorySegment engine, MemorySegment answer) {
    return createMemory(desc, engine, ALLOCATE, answer);
  }

  /**
   * Creates a memory object over bytes, which must outlive it; over NULL, one whose bytes are set
   * before each use.
   *
   * @param answer where the handle is written first, a pointer
   */
  static MemorySegment createMemory(
      MemorySegment desc, MemorySegment engine, MemorySegment bytes, MemorySegment answer) {
    check(library().memoryCreate(answer, desc, engine, bytes), "dnnl_memory_create");
    return answer.get(ADDRESS, 0);
  }

  /**
   * Returns the bytes of an owning memory object.
   *
   * @param answer where their address is written first, a pointer
   */
  static MemorySegment bytes(MemorySegment memory, long byteSize, MemorySegment answer) {
    check(library().memoryGetDataHandle(memory, answer), "dnnl_memory_get_data_handle");
    return NativeAccess.bytes(answer.get(JAVA_LONG, 0), byteSize);
  }

  static void setBytes(MemorySegment memory, long address) {
    check(library().memorySetDataHandle(memory, address), "dnnl_memory_set_data_handle");
  }

  static void destroyMemory(MemorySegment memory) {
    check(library().memoryDestroy(memory), "dnnl_memory_destroy");
  }

  /** Creates attributes that keep oneDNN's hands off thread-local scratchpads. */
  static MemorySegment createAttributes() {
    MemorySegment attributes;
    try (var out = new Out()) {
      attributes =
          out.handle(library().primitiveAttrCreate(out.at()), "dnnl_primitive_attr_create");
    }
    try {
      check(
          library().primitiveAttrSetScratchpadMode(attributes, dnnl_scratchpad_mode_user()),
          "dnnl_primitive_attr_set_scratchpad_mode");
      return attributes;
    } catch (Throwable e) {
      destroyAttributes(attributes);
      throw e;
    }
  }

  static void setPostOps(MemorySegment attributes, MemorySegment postOps) {
    check(
        library().primitiveAttrSetPostOps(attributes, postOps), "dnnl_primitive_attr_set_post_ops");
  }

  /** Has sums multiplied by one factor for each index of the weights' dimensions in a mask. */
  static void setWeightsScalesMask(MemorySegment attributes, int mask) {
    check(
        library().primitiveAttrSetScalesMask(attributes, ARG_WEIGHTS, mask),
        "dnnl_primitive_attr_set_scales_mask");
  }

  /** Has one integer stand for zero in src. */
  static void setSrcZeroPoint(MemorySegment attributes) {
    check(
        library().primitiveAttrSetZeroPointsMask(attributes, ARG_SRC, 0),
        "dnnl_primitive_attr_set_zero_points_mask");
  }

  static MemorySegment createPostOps() {
    try (var out = new Out()) {
      return out.handle(library().postOpsCreate(out.at()), "dnnl_post_ops_create");
    }
  }

  static void appendEltwise(MemorySegment postOps, int algorithm, float alpha, float beta) {
    check(
        library().postOpsAppendEltwise(postOps, algorithm, alpha, beta),
        "dnnl_post_ops_append_eltwise");
  }

  static void appendBinary(MemorySegment postOps, int algorithm, MemorySegment desc) {
    check(
        library().postOpsAppendBinaryV2(postOps, algorithm, desc, MemorySegment.NULL),
        "dnnl_post_ops_append_binary_v2");
  }

  /** Appends the addition of what dst held before. */
  static void appendSum(MemorySegment postOps) {
    check(
        library().postOpsAppendSum(postOps, 1, 0, dnnl_data_type_undef()),
        "dnnl_post_ops_append_sum");
  }

  /** Appends relu with one slope for each index of the dimensions in {@code mask}. */
  static void appendPrelu(MemorySegment postOps, int mask) {
    check(library().postOpsAppendPrelu(postOps, mask), "dnnl_post_ops_append_prelu");
  }

  static void destroyPostOps(MemorySegment postOps) {
    check(library().postOpsDestroy(postOps), "dnnl_post_ops_destroy");
  }

  /**
   * Returns the kind of an argument of a post-op, oneDNN's {@code
   * DNNL_ARG_ATTR_MULTIPLE_POST_OP(index) | kind}: a macro that jextract cannot bind.
   */
  static int argOfPostOp(int index, int kind) {
    return DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE() * (index + 1) | kind;
  }

  static void destroyAttributes(MemorySegment attributes) {
    check(library().primitiveAttrDestroy(attributes), "dnnl_primitive_attr_destroy");
  }

  /** The numbers of a convolution as oneDNN takes them: dilation counts from 0. */
  record Numbers(
      long[] strides, long[] dilationsFromZero, long[] paddingLeft, long[] paddingRight) {}

  static MemorySegment createConvolutionDesc(
      boolean transposed,
      MemorySegment engine,
      MemorySegment src,
      MemorySegment weights,
      MemorySegment bias,
      MemorySegment dst,
      Numbers numbers,
      MemorySegment attributes) {
    try (var out = new Out()) {
      MemorySegment strides = out.copy(numbers.strides());
      MemorySegment dilations = out.copy(numbers.dilationsFromZero());
      MemorySegment left = out.copy(numbers.paddingLeft());
      MemorySegment right = out.copy(numbers.paddingRight());
      return transposed
          ? out.handle(
              library()
                  .deconvolutionForwardPrimitiveDescCreate(
                      out.at(),
                      engine,
                      dnnl_forward_inference(),
                      dnnl_deconvolution_direct(),
                      src,
                      weights,
                      bias,
                      dst,
                      strides,
                      dilations,
                      left,
                      right,
                      attributes),
              "dnnl_deconvolution_forward_primitive_desc_create")
          : out.handle(
              library()
                  .convolutionForwardPrimitiveDescCreate(
                      out.at(),
                      engine,
                      dnnl_forward_inference(),
                      dnnl_convolution_direct(),
                      src,
                      weights,
                      bias,
                      dst,
                      strides,
                      dilations,
                      left,
                      right,
                      attributes),
              "dnnl_convolution_forward_primitive_desc_create");
    }
  }

  static MemorySegment createReorderDesc(
      MemorySegment src, MemorySegment dst, MemorySegment engine, MemorySegment attributes) {
    try (var out = new Out()) {
      return out.handle(
          library().reorderPrimitiveDescCreate(out.at(), src, engine, dst, engine, attributes),
          "dnnl_reorder_primitive_desc_create");
    }
  }

  /** Steps to the next implementation; false after the last. */
  static boolean nextImplementation(MemorySegment primitiveDesc) {
    int status = library().primitiveDescNextImpl(primitiveDesc);
    if (status == dnnl_last_impl_reached()) {
      return false;
    }
    check(status, "dnnl_primitive_desc_next_impl");
    return true;
  }

  static String implementation(MemorySegment primitiveDesc) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      check(
          library().primitiveDescQuery(primitiveDesc, dnnl_query_impl_info_str(), 0, out),
          "dnnl_primitive_desc_query");
      return out.get(TEXT_ADDRESS, 0).getString(0);
    }
  }

  static MemorySegment srcDesc(MemorySegment primitiveDesc) {
    return desc(primitiveDesc, dnnl_query_src_md());
  }

  static MemorySegment weightsDesc(MemorySegment primitiveDesc) {
    return desc(primitiveDesc, dnnl_query_weights_md());
  }

  static MemorySegment dstDesc(MemorySegment primitiveDesc) {
    return desc(primitiveDesc, dnnl_query_dst_md());
  }

  static MemorySegment scratchpadDesc(MemorySegment primitiveDesc) {
    return desc(primitiveDesc, dnnl_query_scratchpad_md());
  }

  /** The descriptor belongs to the primitive descriptor. */
  private static MemorySegment desc(MemorySegment primitiveDesc, int what) {
    MemorySegment desc = library().primitiveDescQueryMd(primitiveDesc, what, 0);
    if (desc.address() == 0) {
      throw new DnnlStatusException("out_of_memory", "dnnl_primitive_desc_query_md");
    }
    return desc;
  }

  static void destroyPrimitiveDesc(MemorySegment primitiveDesc) {
    check(library().primitiveDescDestroy(primitiveDesc), "dnnl_primitive_desc_destroy");
  }

  static MemorySegment createPrimitive(MemorySegment primitiveDesc) {
    try (var out = new Out()) {
      return out.handle(
          library().primitiveCreate(out.at(), primitiveDesc), "dnnl_primitive_create");
    }
  }

  static void destroyPrimitive(MemorySegment primitive) {
    check(library().primitiveDestroy(primitive), "dnnl_primitive_destroy");
  }

  /**
   * Lays out the arguments of {@link #execute}; {@code memories[i]} is passed as {@code kinds[i]}.
   */
  static MemorySegment arguments(Arena arena, int[] kinds, MemorySegment[] memories, int count) {
    // Less than allocateArray does, which describes the array first.
    MemorySegment arguments = arena.allocate(count * dnnl_exec_arg_t.sizeof(), Long.BYTES);
    long at = 0;
    for (int i = 0; i < count; i++) {
      arguments.set(JAVA_INT, at + dnnl_exec_arg_t.arg$offset(), kinds[i]);
      arguments.set(ADDRESS, at + dnnl_exec_arg_t.memory$offset(), memories[i]);
      at += dnnl_exec_arg_t.sizeof();
    }
    return arguments;
  }

  /** Runs a primitive while the arenas of {@code src} and {@code dst} are held open. */
  static void execute(
      MemorySegment primitive,
      MemorySegment stream,
      int argumentCount,
      MemorySegment arguments,
      MemorySegment src,
      MemorySegment dst) {
    check(
        library().primitiveExecute(primitive, stream, argumentCount, arguments, src, dst),
        "dnnl_primitive_execute");
  }

  /** Runs a primitive while also the arenas of up to four operands are held open. */
  static void execute(
      MemorySegment primitive,
      MemorySegment stream,
      int argumentCount,
      MemorySegment arguments,
      MemorySegment src,
      MemorySegment dst,
      MemorySegment[] operands) {
    if (operands.length == 0) {
      execute(primitive, stream, argumentCount, arguments, src, dst);
      return;
    }
    check(
        library()
            .primitiveExecuteHolding(
                primitive,
                stream,
                argumentCount,
                arguments,
                src,
                dst,
                operands[0],
                operands.length > 1 ? operands[1] : MemorySegment.NULL,
                operands.length > 2 ? operands[2] : MemorySegment.NULL,
                operands.length > 3 ? operands[3] : MemorySegment.NULL),
        "dnnl_primitive_execute");
  }

  /** OpenMP's number of threads of the calling thread. */
  static int maxThreads() {
    return library().ompGetMaxThreads();
  }

  static void setMaxThreads(int count) {
    library().ompSetNumThreads(count);
  }

  /** Memory for one call that creates something: for the handle, and for arrays of numbers. */
  private static final class Out implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment address = arena.allocate(ADDRESS);

    MemorySegment at() {
      return address;
    }

    MemorySegment copy(long[] numbers) {
      return arena.allocateFrom(JAVA_LONG, numbers);
    }

    MemorySegment handle(int status, String operation) {
      check(status, operation);
      return address.get(ADDRESS, 0);
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  private static void check(int status, String operation) {
    if (status != dnnl_success()) {
      throw new DnnlStatusException(statusName(status), operation);
    }
  }

  private static String statusName(int status) {
    if (status == dnnl_out_of_memory()) {
      return DnnlStatusException.OUT_OF_MEMORY;
    }
    if (status == dnnl_invalid_arguments()) {
      return "invalid_arguments";
    }
    if (status == dnnl_unimplemented()) {
      return DnnlStatusException.UNIMPLEMENTED;
    }
    if (status == dnnl_runtime_error()) {
      return DnnlStatusException.RUNTIME_ERROR;
    }
    return "status " + status;
  }
}
