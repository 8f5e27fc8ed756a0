package io.github.conv4j.onednn;

import io.github.conv4j.onednn.generated.dnnl_exec_arg_t;
import io.github.conv4j.onednn.generated.dnnl_h;
import io.github.conv4j.tensor.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN as on a CPU with instructions for bf16 and f16, played on any: a primitive of narrow
 * floats runs as the one of f32 between conversions, element by element, of exactly the elements
 * that its descriptors name. Descriptors, sizes in bytes and addresses are those of narrow floats.
 *
 * <p>One a process, since compiled convolutions are cached beyond an engine's life.
 */
final class NarrowLibrary {
  static final NarrowLibrary OF_THE_PROCESS = new NarrowLibrary(NativeLibrary.load().functions());

  /** {@code avx512_core_fp16}, which contains the instructions for bf16. */
  private static final int ISA = dnnl_h.dnnl_cpu_isa_avx512_core_fp16();

  private static final long ALL = 0;

  private final DnnlLibrary real;
  private final DnnlLibrary played;
  private final Arena arena = Arena.ofAuto();
  private final Map<Long, Desc> descs = new ConcurrentHashMap<>();
  private final Map<Long, List<Desc>> primitiveDescs = new ConcurrentHashMap<>();
  private final Map<Long, List<Desc>> primitives = new ConcurrentHashMap<>();
  private final Map<Long, Desc> memories = new ConcurrentHashMap<>();

  /**
   * A descriptor of narrow floats.
   *
   * @param type of the elements
   * @param dims null for what a kernel chose: all floats of the memory
   * @param own the descriptor; what it describes is asked of this
   * @param floats the same of f32
   */
  private record Desc(
      DataType type,
      long @Nullable [] dims,
      long[] strides,
      MemorySegment own,
      MemorySegment floats) {
    long span() {
      long span = 1;
      for (int i = 0; dims != null && i < dims.length; i++) {
        span += (dims[i] - 1) * strides[i];
      }
      return span;
    }
  }

  private NarrowLibrary(DnnlLibrary real) {
    this.real = real;
    this.played =
        (DnnlLibrary)
            Proxy.newProxyInstance(
                DnnlLibrary.class.getClassLoader(),
                new Class<?>[] {DnnlLibrary.class},
                (_, method, arguments) -> call(method, arguments == null ? NONE : arguments));
  }

  private static final Object[] NONE = {};

  /** Runs something on such a CPU. */
  static void run(Runnable what) {
    DnnlLibrary before = Dnnl.replace(OF_THE_PROCESS.played);
    try {
      what.run();
    } finally {
      Dnnl.replace(before);
    }
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    return switch (method.getName()) {
      case "getEffectiveCpuIsa" -> ISA;
      case "memoryDescCreateWithStrides", "memoryDescCreateWithTag" -> desc(method, arguments);
      case "memoryDescDestroy" -> {
        // Kept: what was made with it may ask for it.
        boolean narrow = descs.containsKey(address(arguments[0]));
        yield narrow ? 0 : invoke(method, arguments);
      }
      case "convolutionForwardPrimitiveDescCreate", "deconvolutionForwardPrimitiveDescCreate" ->
          primitiveDesc(method, arguments, 4, 5, 7);
      case "reorderPrimitiveDescCreate" -> primitiveDesc(method, arguments, 1, 3);
      case "primitiveDescQueryMd" -> query(method, arguments);
      case "primitiveDescDestroy" -> {
        primitiveDescs.remove(address(arguments[0]));
        yield invoke(method, arguments);
      }
      case "primitiveCreate" -> created(method, arguments, primitiveDescs, primitives, 1);
      case "primitiveDestroy" -> {
        primitives.remove(address(arguments[0]));
        yield invoke(method, arguments);
      }
      case "memoryCreate" -> created(method, arguments, descs, memories, 1);
      case "memoryDestroy" -> {
        memories.remove(address(arguments[0]));
        yield invoke(method, arguments);
      }
      case "primitiveExecute", "primitiveExecuteHolding" -> execute(method, arguments);
      default -> invoke(method, arguments);
    };
  }

  private Object invoke(Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static long address(Object segment) {
    return ((MemorySegment) segment).address();
  }

  private static MemorySegment made(Object out) {
    return ((MemorySegment) out).get(ValueLayout.ADDRESS, 0);
  }

  private Object desc(Method method, Object[] arguments) throws Throwable {
    Object status = invoke(method, arguments);
    int code = (int) arguments[3];
    DataType type =
        code == dnnl_h.dnnl_bf16()
            ? DataType.BF16
            : code == dnnl_h.dnnl_f16() ? DataType.F16 : DataType.F32;
    descs.remove(made(arguments[0]).address());
    if (type == DataType.F32) {
      return status;
    }
    Object[] ofFloats = arguments.clone();
    ofFloats[0] = arena.allocate(ValueLayout.ADDRESS);
    ofFloats[3] = dnnl_h.dnnl_f32();
    require((int) invoke(method, ofFloats));
    int rank = (int) arguments[1];
    boolean any = method.getName().endsWith("Tag");
    MemorySegment own = made(arguments[0]);
    descs.put(
        own.address(),
        new Desc(
            type,
            any ? null : longs(arguments[2], rank),
            any ? new long[0] : longs(arguments[4], rank),
            own,
            made(ofFloats[0])));
    return status;
  }

  private static long[] longs(Object segment, int count) {
    return ((MemorySegment) segment)
        .asSlice(0, (long) count * Long.BYTES)
        .toArray(ValueLayout.JAVA_LONG);
  }

  /** Remembers the narrow descriptors at those places, which f32 takes. */
  private Object primitiveDesc(Method method, Object[] arguments, int... places) throws Throwable {
    List<Desc> narrow = new ArrayList<>();
    Object[] ofFloats = arguments.clone();
    for (int place : places) {
      Desc desc = descs.get(address(arguments[place]));
      if (desc != null) {
        narrow.add(desc);
        ofFloats[place] = desc.floats;
      }
    }
    Object status = invoke(method, ofFloats);
    if ((int) status == 0) {
      primitiveDescs.remove(made(arguments[0]).address());
      if (!narrow.isEmpty()) {
        primitiveDescs.put(made(arguments[0]).address(), List.copyOf(narrow));
      }
    }
    return status;
  }

  private Object query(Method method, Object[] arguments) throws Throwable {
    List<Desc> narrow = primitiveDescs.getOrDefault(address(arguments[0]), List.of());
    int what = (int) arguments[1];
    MemorySegment answer = (MemorySegment) invoke(method, arguments);
    descs.remove(answer.address());
    if (narrow.size() < 2) {
      return answer;
    }
    if (what == dnnl_h.dnnl_query_src_md()) {
      return narrow.getFirst().own;
    }
    if (what == dnnl_h.dnnl_query_dst_md() && narrow.size() == 3) {
      return narrow.getLast().own;
    }
    if (what == dnnl_h.dnnl_query_weights_md()) {
      // In the kernel's order, as floats of which a narrow type holds each.
      descs.put(answer.address(), new Desc(narrow.get(1).type, null, new long[0], answer, answer));
    }
    return answer;
  }

  private <T> Object created(
      Method method, Object[] arguments, Map<Long, T> known, Map<Long, T> of, int place)
      throws Throwable {
    Object status = invoke(method, arguments);
    T found = known.get(address(arguments[place]));
    // What was destroyed elsewhere may have left its address.
    of.remove(made(arguments[0]).address());
    if (found != null) {
      of.put(made(arguments[0]).address(), found);
    }
    return status;
  }

  private Object execute(Method method, Object[] arguments) throws Throwable {
    if (!primitives.containsKey(address(arguments[0]))) {
      return invoke(method, arguments);
    }
    int count = (int) arguments[2];
    try (Arena call = Arena.ofConfined()) {
      MemorySegment given = (MemorySegment) arguments[3];
      given = given.reinterpret(count * dnnl_exec_arg_t.sizeof());
      MemorySegment replaced = call.allocate(given.byteSize(), ValueLayout.ADDRESS.byteAlignment());
      replaced.copyFrom(given);
      List<MemorySegment> temporary = new ArrayList<>();
      Runnable after = () -> {};
      for (int i = 0; i < count; i++) {
        MemorySegment argument = dnnl_exec_arg_t.asSlice(replaced, i);
        MemorySegment memory = dnnl_exec_arg_t.memory(argument);
        Desc desc = memories.get(memory.address());
        if (desc == null) {
          continue;
        }
        boolean isDst = dnnl_exec_arg_t.arg(argument) == Dnnl.ARG_DST;
        if (desc.dims == null) {
          if (isDst) {
            after = () -> roundAll(desc, memory);
          }
          continue;
        }
        MemorySegment floats = call.allocate(ValueLayout.JAVA_FLOAT, desc.span());
        MemorySegment narrow = bytes(memory).reinterpret(desc.span() * desc.type.byteSize());
        if (isDst) {
          after = () -> narrow(desc, floats, narrow);
        } else {
          widen(desc, narrow, floats);
        }
        MemorySegment wide =
            make(out -> real.memoryCreate(out, desc.floats, NativeEngine.handle(), floats));
        temporary.add(wide);
        dnnl_exec_arg_t.memory(argument, wide);
      }
      Object[] ofFloats = arguments.clone();
      ofFloats[3] = replaced;
      Object status = invoke(method, ofFloats);
      after.run();
      temporary.forEach(memory -> require(real.memoryDestroy(memory)));
      return status;
    }
  }

  private MemorySegment bytes(MemorySegment memory) {
    return make(out -> real.memoryGetDataHandle(memory, out));
  }

  private static MemorySegment make(ToIntFunction<MemorySegment> call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      require(call.applyAsInt(out));
      return out.get(ValueLayout.ADDRESS, 0);
    }
  }

  private static void require(int status) {
    if (status != ALL) {
      throw new AssertionError("status " + status);
    }
  }

  private void roundAll(Desc desc, MemorySegment memory) {
    long byteSize = real.memoryDescGetSize(desc.own);
    MemorySegment floats = bytes(memory).reinterpret(byteSize);
    for (long at = 0; at + Float.BYTES <= byteSize; at += Float.BYTES) {
      float value = floats.get(ValueLayout.JAVA_FLOAT, at);
      floats.set(ValueLayout.JAVA_FLOAT, at, wide(desc.type, narrow(desc.type, value)));
    }
  }

  private interface Element {
    void at(long index);
  }

  private static void each(Desc desc, int dim, long offset, Element element) {
    long[] dims = desc.dims == null ? new long[0] : desc.dims;
    if (dim == dims.length) {
      element.at(offset);
      return;
    }
    for (long i = 0; i < dims[dim]; i++) {
      each(desc, dim + 1, offset + i * desc.strides[dim], element);
    }
  }

  private static void widen(Desc desc, MemorySegment narrow, MemorySegment floats) {
    each(
        desc,
        0,
        0,
        at ->
            floats.setAtIndex(
                ValueLayout.JAVA_FLOAT,
                at,
                wide(desc.type, narrow.get(ValueLayout.JAVA_SHORT_UNALIGNED, at * Short.BYTES))));
  }

  private static void narrow(Desc desc, MemorySegment floats, MemorySegment narrow) {
    each(
        desc,
        0,
        0,
        at ->
            narrow.set(
                ValueLayout.JAVA_SHORT_UNALIGNED,
                at * Short.BYTES,
                narrow(desc.type, floats.getAtIndex(ValueLayout.JAVA_FLOAT, at))));
  }

  private static float wide(DataType type, short bits) {
    return type == DataType.F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << 16);
  }

  private static short narrow(DataType type, float value) {
    if (type == DataType.F16) {
      return Float.floatToFloat16(value);
    }
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >> 16) | 0x40);
    }
    int odd = (bits >> 16) & 1;
    return (short) ((bits + 0x7fff + odd) >> 16);
  }
}
