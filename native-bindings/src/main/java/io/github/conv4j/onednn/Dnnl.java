package io.github.conv4j.onednn;

import static io.github.conv4j.onednn.generated.dnnl_h.*;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.conv4j.onednn.generated.dnnl_exec_arg_t;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.ToIntFunction;

/**
 * Checked calls into oneDNN: the only importer of the generated bindings. Status codes end here, as
 * {@link DnnlStatusException}.
 *
 * <p>Load the library with {@link NativeLibrary#load} before touching this class.
 */
@SuppressWarnings("restricted")
final class Dnnl {
  /** oneDNN's {@code DNNL_MEMORY_ALLOCATE}, a cast that jextract cannot express. */
  private static final MemorySegment ALLOCATE = MemorySegment.ofAddress(-1L);

  /** oneDNN's {@code DNNL_MEMORY_NONE}. */
  private static final MemorySegment NONE = MemorySegment.NULL;

  static final int ARG_SRC = DNNL_ARG_SRC();
  static final int ARG_DST = DNNL_ARG_DST();
  static final int ARG_WEIGHTS = DNNL_ARG_WEIGHTS();
  static final int ARG_BIAS = DNNL_ARG_BIAS();
  static final int ARG_SCRATCHPAD = DNNL_ARG_SCRATCHPAD();

  /**
   * {@code dnnl_primitive_execute} with src and dst as two more arguments, which the callee does
   * not look at: an address argument makes the linker hold its arena open for the length of the
   * call, and oneDNN gets tensors only indirectly. All calling conventions that Java supports on
   * oneDNN's platforms let a callee ignore surplus arguments.
   */
  private static final MethodHandle EXECUTE_HOLDING_TENSORS =
      NativeAccess.downcall(
          dnnl_primitive_execute$address(),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS));

  private static final long LONGEST_TEXT = 4096;

  private static final AddressLayout TEXT_ADDRESS =
      ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(LONGEST_TEXT, JAVA_BYTE));

  private Dnnl() {}

  static MemorySegment createEngine() {
    return create("dnnl_engine_create", out -> dnnl_engine_create(out, dnnl_cpu(), 0));
  }

  static MemorySegment createStream(MemorySegment engine) {
    return create(
        "dnnl_stream_create", out -> dnnl_stream_create(out, engine, dnnl_stream_default_flags()));
  }

  static void destroyStream(MemorySegment stream) {
    check(dnnl_stream_destroy(stream), "dnnl_stream_destroy");
  }

  static void setPrimitiveCacheCapacity(int entryCount) {
    check(dnnl_set_primitive_cache_capacity(entryCount), "dnnl_set_primitive_cache_capacity");
  }

  static MemorySegment createF32Desc(long[] dims, long[] strides) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dimsSegment = arena.allocateFrom(JAVA_LONG, dims);
      MemorySegment stridesSegment = arena.allocateFrom(JAVA_LONG, strides);
      return create(
          "dnnl_memory_desc_create_with_strides",
          out ->
              dnnl_memory_desc_create_with_strides(
                  out, dims.length, dimsSegment, dnnl_f32(), stridesSegment));
    }
  }

  static MemorySegment createAnyF32Desc(long[] dims) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dimsSegment = arena.allocateFrom(JAVA_LONG, dims);
      return create(
          "dnnl_memory_desc_create_with_tag",
          out ->
              dnnl_memory_desc_create_with_tag(
                  out, dims.length, dimsSegment, dnnl_f32(), dnnl_format_tag_any()));
    }
  }

  static void destroyDesc(MemorySegment desc) {
    check(dnnl_memory_desc_destroy(desc), "dnnl_memory_desc_destroy");
  }

  static long byteSize(MemorySegment desc) {
    return dnnl_memory_desc_get_size(desc);
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
      check(dnnl_memory_desc_query(desc, what, out), "dnnl_memory_desc_query");
      return out.get(JAVA_INT, 0);
    }
  }

  /** The answer is a pointer into the descriptor. */
  private static long[] queryLongs(MemorySegment desc, int what, int count) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      check(dnnl_memory_desc_query(desc, what, out), "dnnl_memory_desc_query");
      return out.get(ADDRESS, 0).reinterpret((long) count * Long.BYTES).toArray(JAVA_LONG);
    }
  }

  /** Creates a memory object that owns bytes of its own, not initialised. */
  static MemorySegment createOwningMemory(MemorySegment desc, MemorySegment engine) {
    return create("dnnl_memory_create", out -> dnnl_memory_create(out, desc, engine, ALLOCATE));
  }

  /** Creates a memory object whose bytes are set before each use. */
  static MemorySegment createMemory(MemorySegment desc, MemorySegment engine) {
    return create("dnnl_memory_create", out -> dnnl_memory_create(out, desc, engine, NONE));
  }

  /** Returns the bytes of an owning memory object. */
  static MemorySegment bytes(MemorySegment memory, long byteSize) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      check(dnnl_memory_get_data_handle(memory, out), "dnnl_memory_get_data_handle");
      return out.get(ADDRESS, 0).reinterpret(byteSize);
    }
  }

  static void setBytes(MemorySegment memory, MemorySegment bytes) {
    check(dnnl_memory_set_data_handle(memory, bytes), "dnnl_memory_set_data_handle");
  }

  static void destroyMemory(MemorySegment memory) {
    check(dnnl_memory_destroy(memory), "dnnl_memory_destroy");
  }

  /** Creates attributes that keep oneDNN's hands off thread-local scratchpads. */
  static MemorySegment createAttributes() {
    MemorySegment attributes =
        create("dnnl_primitive_attr_create", out -> dnnl_primitive_attr_create(out));
    try {
      check(
          dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user()),
          "dnnl_primitive_attr_set_scratchpad_mode");
      return attributes;
    } catch (Throwable e) {
      destroyAttributes(attributes);
      throw e;
    }
  }

  static void destroyAttributes(MemorySegment attributes) {
    check(dnnl_primitive_attr_destroy(attributes), "dnnl_primitive_attr_destroy");
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
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment strides = arena.allocateFrom(JAVA_LONG, numbers.strides());
      MemorySegment dilations = arena.allocateFrom(JAVA_LONG, numbers.dilationsFromZero());
      MemorySegment left = arena.allocateFrom(JAVA_LONG, numbers.paddingLeft());
      MemorySegment right = arena.allocateFrom(JAVA_LONG, numbers.paddingRight());
      return transposed
          ? create(
              "dnnl_deconvolution_forward_primitive_desc_create",
              out ->
                  dnnl_deconvolution_forward_primitive_desc_create(
                      out,
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
                      attributes))
          : create(
              "dnnl_convolution_forward_primitive_desc_create",
              out ->
                  dnnl_convolution_forward_primitive_desc_create(
                      out,
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
                      attributes));
    }
  }

  static MemorySegment createReorderDesc(
      MemorySegment src, MemorySegment dst, MemorySegment engine, MemorySegment attributes) {
    return create(
        "dnnl_reorder_primitive_desc_create",
        out -> dnnl_reorder_primitive_desc_create(out, src, engine, dst, engine, attributes));
  }

  /** Steps to the next implementation; false after the last. */
  static boolean nextImplementation(MemorySegment primitiveDesc) {
    int status = dnnl_primitive_desc_next_impl(primitiveDesc);
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
          dnnl_primitive_desc_query(primitiveDesc, dnnl_query_impl_info_str(), 0, out),
          "dnnl_primitive_desc_query");
      return out.get(TEXT_ADDRESS, 0).getString(0);
    }
  }

  static MemorySegment srcDesc(MemorySegment primitiveDesc) {
    return dnnl_primitive_desc_query_md(primitiveDesc, dnnl_query_src_md(), 0);
  }

  static MemorySegment weightsDesc(MemorySegment primitiveDesc) {
    return dnnl_primitive_desc_query_md(primitiveDesc, dnnl_query_weights_md(), 0);
  }

  static MemorySegment dstDesc(MemorySegment primitiveDesc) {
    return dnnl_primitive_desc_query_md(primitiveDesc, dnnl_query_dst_md(), 0);
  }

  static MemorySegment scratchpadDesc(MemorySegment primitiveDesc) {
    return dnnl_primitive_desc_query_md(primitiveDesc, dnnl_query_scratchpad_md(), 0);
  }

  static void destroyPrimitiveDesc(MemorySegment primitiveDesc) {
    check(dnnl_primitive_desc_destroy(primitiveDesc), "dnnl_primitive_desc_destroy");
  }

  static MemorySegment createPrimitive(MemorySegment primitiveDesc) {
    return create("dnnl_primitive_create", out -> dnnl_primitive_create(out, primitiveDesc));
  }

  static void destroyPrimitive(MemorySegment primitive) {
    check(dnnl_primitive_destroy(primitive), "dnnl_primitive_destroy");
  }

  /**
   * Lays out the arguments of {@link #execute}; {@code memories[i]} is passed as {@code kinds[i]}.
   */
  static MemorySegment arguments(Arena arena, int[] kinds, MemorySegment[] memories) {
    MemorySegment arguments = dnnl_exec_arg_t.allocateArray(kinds.length, arena);
    for (int i = 0; i < kinds.length; i++) {
      MemorySegment argument = dnnl_exec_arg_t.asSlice(arguments, i);
      dnnl_exec_arg_t.arg(argument, kinds[i]);
      dnnl_exec_arg_t.memory(argument, memories[i]);
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
    int status;
    try {
      status =
          (int)
              EXECUTE_HOLDING_TENSORS.invokeExact(
                  primitive, stream, argumentCount, arguments, src, dst);
    } catch (Error | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a C function cannot throw", e);
    }
    check(status, "dnnl_primitive_execute");
  }

  private static MemorySegment create(String operation, ToIntFunction<MemorySegment> call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      check(call.applyAsInt(out), operation);
      return out.get(ADDRESS, 0);
    }
  }

  private static void check(int status, String operation) {
    if (status != dnnl_success()) {
      throw new DnnlStatusException(statusName(status), operation);
    }
  }

  private static String statusName(int status) {
    if (status == dnnl_out_of_memory()) {
      return "out_of_memory";
    }
    if (status == dnnl_invalid_arguments()) {
      return "invalid_arguments";
    }
    if (status == dnnl_unimplemented()) {
      return DnnlStatusException.UNIMPLEMENTED;
    }
    if (status == dnnl_runtime_error()) {
      return "runtime_error";
    }
    return "status " + status;
  }
}
