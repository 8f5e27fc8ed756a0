package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.code.Names.SEGMENT;
import static java.lang.constant.ConstantDescs.CD_boolean;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory that is confined to one thread is for a method of its own, with the same text. Each access
 * asks whether a segment has an owner, and if so whether that is the current thread. Where both
 * kinds reach one loop, C2 asks the second question before the loop without the first, since a
 * profile says that it will be asked: memory without an owner fails, the code is thrown away,
 * compiled in the same way, and thrown away again, a hundred times (docs/adr/0059).
 */
public final class Confinement {
  /** A thread that never runs, and owns nothing: whoever it may use has no owner. */
  public static final Thread NOBODY =
      Thread.ofPlatform().inheritInheritableThreadLocals(false).unstarted(() -> {});

  /** The method for memory of which some is confined. */
  static final String OTHER = "runConfined";

  private static final ClassDesc THREAD = Thread.class.describeConstable().orElseThrow();

  private static final int CALLS = 10_000;

  static {
    showToCompiler();
  }

  private Confinement() {}

  /**
   * C2 knows that memory has no owner only where the profile of the question says so: that it was
   * asked, and that no owner was the thread in question.
   */
  private static void showToCompiler() {
    int count = 0;
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment owned = confined.allocate(1);
      for (int i = 0; i < CALLS; i++) {
        count += owned.isAccessibleBy(NOBODY) ? 1 : 0;
        count += MemorySegment.NULL.isAccessibleBy(NOBODY) ? 1 : 0;
      }
    }
    if (count != CALLS) {
      throw new AssertionError(count);
    }
  }

  /** Whether a kernel is given memory. */
  static boolean matters(Class<?>[] parameters) {
    for (Class<?> parameter : parameters) {
      if (parameter == MemorySegment.class) {
        return true;
      }
    }
    return false;
  }

  /** Jumps if a segment that the kernel is given has an owner. */
  static void leaveIfConfined(CodeBuilder body, Class<?>[] parameters, Label confined) {
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] == MemorySegment.class) {
        body.aload(body.parameterSlot(i))
            .getstatic(Confinement.class.describeConstable().orElseThrow(), "NOBODY", THREAD)
            .invokeinterface(SEGMENT, "isAccessibleBy", MethodTypeDesc.of(CD_boolean, THREAD))
            .ifeq(confined);
      }
    }
  }

  /** Calls {@link #OTHER} with the same arguments. */
  static void callOther(
      CodeBuilder body, ClassDesc kernel, MethodTypeDesc signature, Class<?>[] parameters) {
    body.aload(0);
    for (int i = 0; i < parameters.length; i++) {
      body.loadLocal(TypeKind.from(parameters[i]), body.parameterSlot(i));
    }
    body.invokevirtual(kernel, OTHER, signature);
  }
}
