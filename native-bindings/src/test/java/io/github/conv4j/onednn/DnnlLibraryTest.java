package io.github.conv4j.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.onednn.CHeader.Prototype;
import io.github.conv4j.onednn.generated.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the functions that are called against the headers and the generated bindings. */
class DnnlLibraryTest {
  private static final int WORDS = 13;

  /** The first of the arguments that lie on the stack on some platform. */
  private static final int FIRST_ON_STACK = 8;

  private final List<List<Object>> calls = new ArrayList<>();

  @ParameterizedTest
  @MethodSource("methods")
  void everyFunctionHasTheTypesOfTheHeader(Method method) {
    Prototype prototype = BindingsTest.HEADER.function(function(method));

    assertThat(method.getReturnType()).isEqualTo(BindingsTest.carrier(prototype.returnType()));
    assertThat(ofC(method))
        .isEqualTo(
            prototype.parameters().stream()
                .<Class<?>>map(parameter -> BindingsTest.carrier(parameter.type()))
                .toList());
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everyFunctionHasTheTypesOfTheGeneratedBindings(Method method) throws Exception {
    BindingsTest.HEADER.function(function(method));
    FunctionDescriptor generated =
        (FunctionDescriptor) dnnl_h.class.getMethod(function(method) + "$descriptor").invoke(null);

    assertThat(method.getReturnType())
        .isEqualTo(BindingsTest.carrier(generated.returnLayout().orElseThrow()));
    assertThat(ofC(method))
        .isEqualTo(
            generated.argumentLayouts().stream().<Class<?>>map(BindingsTest::carrier).toList());
  }

  /** What {@link NativeAccess} takes for granted of the functions that it calls. */
  @ParameterizedTest
  @MethodSource("wordMethods")
  void everyFunctionCanBeCalledWithWords(Method method) {
    List<Class<?>> parameters = ofC(method);
    assertThat(parameters).hasSizeLessThanOrEqualTo(WORDS);
    assertThat(parameters).isSubsetOf(MemorySegment.class, int.class, long.class);
    assertThat(parameters.stream().skip(FIRST_ON_STACK)).allMatch(MemorySegment.class::equals);
  }

  @ParameterizedTest
  @MethodSource("wordMethods")
  void everyFunctionGetsItsArgumentsInOrder(Method method) throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      var library = new LinkedDnnlLibrary(name -> Optional.of(recorder(name, arena)));
      Class<?>[] types = method.getParameterTypes();
      Object[] arguments = new Object[types.length];
      List<Object> expected = new ArrayList<>();
      expected.add(function(method));
      for (int i = 0; i < types.length; i++) {
        int value = -1 - i;
        arguments[i] =
            switch (types[i].getSimpleName()) {
              case "int" -> value;
              case "long" -> (long) value;
              default -> MemorySegment.ofAddress(value);
            };
        expected.add((long) value);
      }

      Object result = method.invoke(library, arguments);

      assertThat(calls).hasSize(1);
      assertThat(calls.getFirst().subList(0, expected.size())).isEqualTo(expected);
      assertThat(result instanceof MemorySegment pointer ? pointer.address() : result)
          .isEqualTo(method.getReturnType() == int.class ? (Object) 7 : 0x5_0000_0007L);
    }
  }

  @Test
  void floatsArriveAsFloats() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle record =
          MethodHandles.lookup()
              .findVirtual(
                  DnnlLibraryTest.class,
                  "recordFloats",
                  MethodType.methodType(
                      int.class, MemorySegment.class, int.class, float.class, float.class))
              .bindTo(this);
      MemorySegment function =
          Linker.nativeLinker()
              .upcallStub(
                  record,
                  FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_FLOAT, JAVA_FLOAT),
                  arena);
      var library = new LinkedDnnlLibrary(_ -> Optional.of(function));

      int result = library.postOpsAppendEltwise(MemorySegment.ofAddress(-1), -2, 0.25f, -1e30f);

      assertThat(result).isEqualTo(7);
      assertThat(calls).containsExactly(List.of(-1L, -2, 0.25f, -1e30f));
    }
  }

  @Test
  void aFloatBetweenWordsArrives() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle record =
          MethodHandles.lookup()
              .findVirtual(
                  DnnlLibraryTest.class,
                  "recordSum",
                  MethodType.methodType(
                      int.class, MemorySegment.class, float.class, int.class, int.class))
              .bindTo(this);
      MemorySegment function =
          Linker.nativeLinker()
              .upcallStub(
                  record,
                  FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_FLOAT, JAVA_INT, JAVA_INT),
                  arena);
      var library = new LinkedDnnlLibrary(_ -> Optional.of(function));

      int result = library.postOpsAppendSum(MemorySegment.ofAddress(-1), 0.25f, -2, -3);

      assertThat(result).isEqualTo(7);
      assertThat(calls).containsExactly(List.of(-1L, 0.25f, -2, -3));
    }
  }

  @SuppressWarnings("unused") // called through a handle
  private int recordSum(MemorySegment postOps, float scale, int zeroPoint, int dataType) {
    calls.add(List.of(postOps.address(), scale, zeroPoint, dataType));
    return 7;
  }

  @SuppressWarnings("unused") // called through a handle
  private int recordFloats(MemorySegment postOps, int algorithm, float alpha, float beta) {
    calls.add(List.of(postOps.address(), algorithm, alpha, beta));
    return 7;
  }

  @Test
  void aMissingFunctionIsNamed() {
    SymbolLookup lacking =
        name ->
            name.equals("dnnl_memory_destroy")
                ? Optional.empty()
                : Optional.of(MemorySegment.ofAddress(1));
    assertThatThrownBy(() -> new LinkedDnnlLibrary(lacking))
        .isInstanceOf(UnusableLibraryException.class)
        .hasMessage("it has no function dnnl_memory_destroy");
  }

  @Test
  void withoutOpenMpThereIsOneThread() throws Exception {
    var library =
        new LinkedDnnlLibrary(
            name ->
                name.startsWith("omp")
                    ? Optional.empty()
                    : Optional.of(MemorySegment.ofAddress(1)));
    library.ompSetNumThreads(5);
    assertThat(library.ompGetMaxThreads()).isOne();
  }

  @Test
  void memoryOfTheHeapIsNeverPassedOn() throws Exception {
    var library = new LinkedDnnlLibrary(_ -> Optional.of(MemorySegment.ofAddress(1)));
    assertThatThrownBy(() -> library.memoryDestroy(MemorySegment.ofArray(new long[8])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The C names of all functions of oneDNN that are called. */
  static Stream<String> functions() {
    return methods().map(DnnlLibraryTest::function).distinct();
  }

  static Stream<Method> methods() {
    return Stream.of(DnnlLibrary.class.getDeclaredMethods())
        .filter(method -> !method.getName().startsWith("omp"))
        .sorted((a, b) -> a.getName().compareTo(b.getName()));
  }

  /** All but those that take floats. */
  static Stream<Method> wordMethods() {
    return methods().filter(method -> !List.of(method.getParameterTypes()).contains(float.class));
  }

  private static String function(Method method) {
    if (method.getName().equals("primitiveExecuteHolding")) {
      return "dnnl_primitive_execute";
    }
    return "dnnl_" + method.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  /** The parameters that C has. */
  private static List<Class<?>> ofC(Method method) {
    List<Class<?>> types = List.of(method.getParameterTypes());
    return switch (method.getName()) {
      case "primitiveExecute", "primitiveExecuteHolding" -> types.subList(0, 4);
      // A pointer as a number, which is never an object.
      case "memorySetDataHandle" -> List.of(MemorySegment.class, MemorySegment.class);
      default -> types;
    };
  }

  /** A function of C that records what it is called with. */
  private MemorySegment recorder(String name, Arena arena) {
    try {
      MethodHandle record =
          MethodHandles.lookup()
              .findVirtual(
                  DnnlLibraryTest.class,
                  "record",
                  MethodType.methodType(long.class, String.class, long[].class))
              .bindTo(this)
              .bindTo(name)
              .asCollector(long[].class, WORDS);
      return Linker.nativeLinker()
          .upcallStub(
              record,
              FunctionDescriptor.of(
                  JAVA_LONG,
                  Collections.nCopies(WORDS, JAVA_LONG).toArray(new MemoryLayout[WORDS])),
              arena);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the recorder of this test", e);
    }
  }

  @SuppressWarnings("unused") // called through a handle
  private long record(String name, long... words) {
    List<Object> call = new ArrayList<>();
    call.add(name);
    Arrays.stream(words).forEach(call::add);
    calls.add(call);
    return 0x5_0000_0007L;
  }
}
