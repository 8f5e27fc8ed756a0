package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.onednn.CHeader.Member;
import io.github.conv4j.onednn.CHeader.Prototype;
import io.github.conv4j.onednn.generated.dnnl_exec_arg_t;
import io.github.conv4j.onednn.generated.dnnl_h;
import io.github.conv4j.onednn.generated.dnnl_version_t;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the generated bindings against the headers and the library that they are shipped with. */
class BindingsTest {

  private static final NativePlatform PLATFORM =
      NativePlatform.of(System.getProperty("os.name"), System.getProperty("os.arch")).orElseThrow();

  static final CHeader HEADER = header();

  private static final SymbolLookup LIBRARY = library();

  @ParameterizedTest
  @MethodSource
  void everyBoundFunctionIsExported(String function) {
    assertThat(LIBRARY.find(function)).as(function).isPresent();
  }

  static Stream<String> everyBoundFunctionIsExported() {
    return functions().stream();
  }

  @ParameterizedTest
  @MethodSource("everyBoundFunctionIsExported")
  void everyBoundFunctionHasTheSignatureOfTheHeader(String function) throws Exception {
    FunctionDescriptor bound =
        (FunctionDescriptor) dnnl_h.class.getMethod(function + "$descriptor").invoke(null);
    Prototype prototype = HEADER.function(function);

    assertThat(carrier(bound.returnLayout().orElseThrow()))
        .isEqualTo(carrier(prototype.returnType()));
    assertThat(bound.argumentLayouts())
        .extracting(BindingsTest::carrier)
        .isEqualTo(prototype.parameters().stream().map(member -> carrier(member.type())).toList());
  }

  @ParameterizedTest
  @MethodSource
  void everyBoundConstantHasTheValueOfTheHeader(String constant) throws Exception {
    Object bound = dnnl_h.class.getMethod(constant).invoke(null);
    long value =
        switch (bound) {
          case Number number -> number.longValue();
          case MemorySegment pointer -> pointer.address();
          default -> throw new AssertionError("unexpected type of " + constant + ": " + bound);
        };
    assertThat(value).as(constant).isEqualTo(HEADER.constant(constant));
  }

  static Stream<String> everyBoundConstantHasTheValueOfTheHeader() {
    List<String> functions = functions();
    return Stream.of(dnnl_h.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> method.getParameterCount() == 0)
        .map(Method::getName)
        .filter(name -> !name.contains("$") && !functions.contains(name))
        .sorted();
  }

  @Test
  void theStructsHaveTheSizesAndOffsetsOfTheHeader() throws Exception {
    assertLayout(dnnl_version_t.class, dnnl_version_t.layout());
    assertLayout(dnnl_exec_arg_t.class, dnnl_exec_arg_t.layout());
  }

  @Test
  void theBindingsAreNotEmpty() {
    assertThat(functions()).hasSizeGreaterThan(50);
    assertThat(everyBoundConstantHasTheValueOfTheHeader()).hasSizeGreaterThan(120);
  }

  @Test
  void theHeaderHasTheVersionThatTheLoaderAsksFor() {
    assertThat(HEADER.constant("DNNL_VERSION_MAJOR")).isEqualTo(OneDnnVersion.BOUND_MAJOR);
    assertThat(HEADER.constant("DNNL_VERSION_MINOR")).isEqualTo(OneDnnVersion.BOUND_MINOR);
  }

  private static void assertLayout(Class<?> bound, MemoryLayout layout) throws Exception {
    long end = 0;
    long largest = 1;
    List<Member> fields = HEADER.struct(bound.getSimpleName());
    for (Member field : fields) {
      // On the platforms that are supported, every field is aligned to its size.
      long size = carrier(field.type()).equals(int.class) ? Integer.BYTES : Long.BYTES;
      long offset = (end + size - 1) / size * size;
      assertThat(layout.byteOffset(PathElement.groupElement(field.name())))
          .as("%s.%s", bound.getSimpleName(), field.name())
          .isEqualTo(offset);
      assertThat(bound.getMethod(field.name() + "$offset").invoke(null)).isEqualTo(offset);
      end = offset + size;
      largest = Math.max(largest, size);
    }
    long byteSize = (end + largest - 1) / largest * largest;
    assertThat(layout.byteSize()).as("sizeof %s", bound.getSimpleName()).isEqualTo(byteSize);
    assertThat(bound.getMethod("sizeof").invoke(null)).isEqualTo(byteSize);
    assertThat(boundFields(bound)).hasSameSizeAs(fields);
  }

  private static List<String> boundFields(Class<?> struct) {
    return Stream.of(struct.getDeclaredMethods())
        .map(Method::getName)
        .filter(name -> name.endsWith("$offset"))
        .toList();
  }

  private static List<String> functions() {
    String suffix = "$address";
    return Stream.of(dnnl_h.class.getDeclaredMethods())
        .map(Method::getName)
        .filter(name -> name.endsWith(suffix))
        .map(name -> name.substring(0, name.length() - suffix.length()))
        .sorted()
        .toList();
  }

  static Class<?> carrier(MemoryLayout layout) {
    return ((ValueLayout) layout).carrier();
  }

  /** The Java type of a C type of the headers. */
  static Class<?> carrier(String type) {
    if (HEADER.isPointer(type)) {
      return MemorySegment.class;
    }
    if (HEADER.isEnum(type)) {
      return int.class;
    }
    return switch (type) {
      case "int", "unsigned", "int32_t" -> int.class;
      case "float" -> float.class;
      case "size_t", "dnnl_dim_t" -> long.class;
      // An array, which C passes as a pointer.
      case "dnnl_dims_t" -> MemorySegment.class;
      default -> throw new IllegalArgumentException("no Java type is known for C's " + type);
    };
  }

  private static CHeader header() {
    CHeader header = new CHeader();
    for (String name :
        List.of(
            "dnnl_version.h",
            "dnnl_config.h",
            "dnnl_common_types.h",
            "dnnl_types.h",
            "dnnl_common.h",
            "dnnl.h")) {
      String resource = PLATFORM.resourceName("include/oneapi/dnnl/" + name);
      try (InputStream in = BindingsTest.class.getClassLoader().getResourceAsStream(resource)) {
        assertThat(in).as("%s on the test class path", resource).isNotNull();
        header.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return header;
  }

  private static SymbolLookup library() {
    return switch (NativeLibrary.load()) {
      case NativeLibrary.Loaded loaded -> {
        // Only here: the generated classes look symbols up in their class loader, also for their
        // descriptors. The engine does without.
        System.load(loaded.path().toString());
        yield NativeAccess.open(loaded.path());
      }
      case NativeLibrary.Missing missing -> throw new AssertionError(missing.report());
    };
  }
}
