package io.github.conv4j.internal.vector.code;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes kernels: hidden classes, one for each text, whose one method the JIT compiler treats as any
 * other, and more of the same text for memory of one thread ({@link Confinement}). What was made
 * stays for the process, since compiled code is what costs; the longest unused goes when there are
 * very many.
 */
public final class KernelClass {
  /** System property: a folder that gets the class file of each kernel, for {@code javap}. */
  static final String DUMP_PROPERTY = "conv4j.vector.dump";

  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  private static final int MOST_KERNELS = 2_048;

  private static final Map<Key, Object> KERNELS =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Object> eldest) {
          return size() > MOST_KERNELS;
        }
      };

  private KernelClass() {}

  private record Key(Class<?> type, Object variant) {}

  /**
   * Returns the kernel of a variant, made if need be.
   *
   * @param lookup into the package of the type, whose members the kernel may use
   * @param type an interface with one abstract method
   * @param variant what the text depends on besides the lanes, with value equality and a text that
   *     may stand in a class name
   * @param text writes the body of the method, which returns nothing; the same each time
   */
  public static <T> T of(
      MethodHandles.Lookup lookup, Class<T> type, Object variant, Consumer<KernelCode> text) {
    synchronized (KERNELS) {
      return type.cast(
          KERNELS.computeIfAbsent(
              new Key(type, variant),
              key ->
                  new KernelsOfText(
                          Confinement.choices(method(type)),
                          (all, owned) -> define(lookup, type, variant, text, all, owned))
                      .where(0)));
    }
  }

  private static Object define(
      MethodHandles.Lookup lookup,
      Class<?> type,
      Object variant,
      Consumer<KernelCode> text,
      KernelsOfText all,
      int owned) {
    String name = type.getSimpleName() + "_" + String.valueOf(variant).replaceAll("\\W+", "_");
    if (owned != 0) {
      name += "_owned" + owned;
    }
    byte[] bytes = classFile(lookup.lookupClass().getPackageName(), name, type, text, owned);
    String folder = System.getProperty(DUMP_PROPERTY);
    if (folder != null) {
      dump(folder, name, bytes);
    }
    try {
      MethodHandles.Lookup hidden = lookup.defineHiddenClass(bytes, true);
      return hidden
          .findConstructor(
              hidden.lookupClass(), MethodType.methodType(void.class, KernelsOfText.class))
          .invoke(all);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static Method method(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(m -> Modifier.isAbstract(m.getModifiers()))
        .findFirst()
        .orElseThrow();
  }

  private static byte[] classFile(
      String packageName, String name, Class<?> type, Consumer<KernelCode> text, int owned) {
    Method method = method(type);
    ClassDesc kernel = ClassDesc.of(packageName, name);
    var confinement = new Confinement(kernel, method, owned);
    return ClassFile.of()
        .build(
            kernel,
            classBuilder ->
                confinement
                    .declare(classBuilder)
                    .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                    .withInterfaceSymbols(type.describeConstable().orElseThrow())
                    .withMethodBody(
                        method.getName(),
                        Confinement.signature(method),
                        ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL,
                        body -> {
                          leaveToC2(body);
                          confinement.ask(body);
                          text.accept(
                              new KernelCode(body, method.getParameterTypes(), confinement));
                          body.return_();
                          confinement.goOnElsewhere(body);
                        }));
  }

  /**
   * Begins with an exception handler that is also reached without an exception, which C1 refuses. A
   * text may be too long for C1 with a profile and not without: HotSpot would keep the code without
   * one, many times slower than C2's, for good (docs/adr/0050).
   */
  private static void leaveToC2(CodeBuilder body) {
    Label begin = body.newLabel();
    Label end = body.newLabel();
    Label handler = body.newLabel();
    body.exceptionCatchAll(begin, end, handler)
        .labelBinding(begin)
        .nop()
        .labelBinding(end)
        .aconst_null()
        .labelBinding(handler)
        .pop();
  }

  /** What cannot be written costs the dump, and not the convolution. */
  private static void dump(String folder, String name, byte[] bytes) {
    try {
      Files.write(Path.of(folder, name + ".class"), bytes);
    } catch (IOException | InvalidPathException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "no class file of kernel %s: %s=%s is not a folder that can be written to"
              .formatted(name, DUMP_PROPERTY, folder),
          e);
    }
  }
}
