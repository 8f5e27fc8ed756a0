package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.onednn.generated.dnnl_exec_arg_t;
import io.github.conv4j.onednn.generated.dnnl_h;
import io.github.conv4j.onednn.generated.dnnl_version_t;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The generated classes on a platform where C's {@code long} has 32 bits, such as Windows. */
class PlatformsTest {
  private static final ClassDesc LINKER = Linker.class.describeConstable().orElseThrow();
  private static final ClassDesc LOOKUP = SymbolLookup.class.describeConstable().orElseThrow();
  private static final ClassDesc SEGMENT = MemorySegment.class.describeConstable().orElseThrow();
  private static final ClassDesc HERE = Windows.class.describeConstable().orElseThrow();

  /** What the generated classes get instead of what this JVM would tell them. */
  public static final class Windows {
    private Windows() {}

    /** Returns the layouts of the C types, with a short long. */
    public static Map<String, MemoryLayout> canonicalLayouts(Linker linker) {
      Map<String, MemoryLayout> layouts = new HashMap<>(linker.canonicalLayouts());
      layouts.put("long", ValueLayout.JAVA_INT);
      return layouts;
    }

    /** Returns something that is never called. */
    public static MemorySegment findOrThrow(SymbolLookup lookup, String name) {
      return MemorySegment.ofAddress(1);
    }
  }

  @ParameterizedTest
  @MethodSource("generated")
  void everyGeneratedClassInitialises(Class<?> type) throws Exception {
    Class<?> there = Class.forName(type.getName(), true, new WindowsLoader());
    assertThat(there).isNotSameAs(type);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void everySignatureIsTheSame(String function) throws Exception {
    Class<?> there = Class.forName(dnnl_h.class.getName(), true, new WindowsLoader());
    FunctionDescriptor descriptor =
        (FunctionDescriptor) there.getMethod(function + "$descriptor").invoke(null);
    CHeader.Prototype prototype = BindingsTest.HEADER.function(function);

    assertThat(BindingsTest.carrier(descriptor.returnLayout().orElseThrow()))
        .isEqualTo(BindingsTest.carrier(prototype.returnType()));
    assertThat(descriptor.argumentLayouts())
        .extracting(BindingsTest::carrier)
        .isEqualTo(
            prototype.parameters().stream()
                .map(parameter -> BindingsTest.carrier(parameter.type()))
                .toList());
  }

  @ParameterizedTest
  @MethodSource("generated")
  void noGeneratedClassAsksForLong(Class<?> type) throws IOException {
    List<String> texts =
        StreamSupport.stream(
                ClassFile.of().parse(bytes(type.getName())).constantPool().spliterator(), false)
            .filter(StringEntry.class::isInstance)
            .map(entry -> ((StringEntry) entry).stringValue())
            .toList();
    assertThat(texts).doesNotContain("long");
  }

  static Stream<Class<?>> generated() throws ClassNotFoundException {
    Class<?> shared = Class.forName(dnnl_h.class.getName() + "$shared");
    return Stream.concat(
        Stream.of(dnnl_h.class, shared, dnnl_exec_arg_t.class, dnnl_version_t.class),
        Stream.of(dnnl_h.class.getDeclaredClasses()));
  }

  static Stream<String> functions() {
    return DnnlLibraryTest.functions();
  }

  private static byte[] bytes(String className) throws IOException {
    String file = className.substring(className.lastIndexOf('.') + 1) + ".class";
    try (InputStream in = dnnl_h.class.getResourceAsStream(file)) {
      assertThat(in).as(file).isNotNull();
      return in.readAllBytes();
    }
  }

  /** Defines the generated classes anew, with other answers to what they ask the JVM. */
  private static final class WindowsLoader extends ClassLoader {
    private static final String GENERATED = dnnl_h.class.getPackageName() + ".";

    WindowsLoader() {
      super(PlatformsTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(GENERATED)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        if (known != null) {
          return known;
        }
        try {
          byte[] code = transformed(bytes(name));
          return defineClass(name, code, 0, code.length);
        } catch (IOException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
    }

    private static byte[] transformed(byte[] code) {
      ClassFile classFile = ClassFile.of();
      CodeTransform answers =
          (builder, element) -> {
            if (element instanceof InvokeInstruction call
                && call.name().equalsString("canonicalLayouts")) {
              builder.invokestatic(
                  HERE, "canonicalLayouts", MethodTypeDesc.of(ConstantDescs.CD_Map, LINKER));
            } else if (element instanceof InvokeInstruction call
                && call.name().equalsString("findOrThrow")) {
              builder.invokestatic(
                  HERE, "findOrThrow", MethodTypeDesc.of(SEGMENT, LOOKUP, ConstantDescs.CD_String));
            } else {
              builder.with(element);
            }
          };
      return classFile.transformClass(
          classFile.parse(code), ClassTransform.transformingMethodBodies(answers));
    }
  }
}
