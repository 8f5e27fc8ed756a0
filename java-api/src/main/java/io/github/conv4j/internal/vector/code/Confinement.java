package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.code.Names.SEGMENT;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Memory that is confined to one thread is for kernels of its own, with the same text. Each access
 * asks whether a segment has an owner, and if so whether that is the current thread. Where both
 * kinds reach one loop, C2 asks the second question before the loop without the first, since a
 * profile says that it will be asked: memory without an owner fails, the code is thrown away,
 * compiled in the same way, and thrown away again, a hundred times (docs/adr/0059).
 */
public final class Confinement {
  /** A thread that never runs, and owns nothing: what it may use has no owner. */
  public static final Thread NOBODY =
      Thread.ofPlatform().inheritInheritableThreadLocals(false).unstarted(() -> {});

  private static final ClassDesc THREAD = Thread.class.describeConstable().orElseThrow();

  private static final ClassDesc KERNELS = KernelsOfText.class.describeConstable().orElseThrow();

  /** The field of a kernel that knows the others. */
  private static final String ALL = "all";

  private static final int CALLS = 10_000;

  static {
    showToCompiler();
  }

  private final ClassDesc kernel;
  private final Method method;
  private final int owned;
  private final int[] segments;

  /**
   * Where kernels are called that know of another owner, the last one for operands of post-ops;
   * null where nothing was asked.
   */
  private final @Nullable Label[] others;

  /**
   * For one kernel.
   *
   * @param method the one that it implements
   * @param owned which of the segments that it is given are confined, as in {@link
   *     KernelsOfText#where}
   */
  Confinement(ClassDesc kernel, Method method, int owned) {
    this.kernel = kernel;
    this.method = method;
    this.owned = owned;
    this.segments = segments(method);
    this.others = new Label[choices(method)];
  }

  /**
   * C2 knows that memory has no owner only where the profile of the question says so: that it was
   * asked, and that no owner was the thread in question.
   */
  private static void showToCompiler() {
    int count = 0;
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment segment = confined.allocate(1);
      for (int i = 0; i < CALLS; i++) {
        count += segment.isAccessibleBy(NOBODY) ? 1 : 0;
        count += MemorySegment.NULL.isAccessibleBy(NOBODY) ? 1 : 0;
      }
    }
    if (count != CALLS) {
      throw new AssertionError(count);
    }
  }

  /** Returns which parameters of a method are segments. */
  static int[] segments(Method method) {
    Class<?>[] types = method.getParameterTypes();
    return IntStream.range(0, types.length).filter(i -> types[i] == MemorySegment.class).toArray();
  }

  /** Returns how many bits say what is confined: of each segment, and of operands of post-ops. */
  static int choices(Method method) {
    return segments(method).length + 1;
  }

  static MethodTypeDesc signature(Method method) {
    return MethodTypeDesc.ofDescriptor(
        MethodType.methodType(method.getReturnType(), method.getParameterTypes())
            .descriptorString());
  }

  /** Declares the field that knows the other kernels, and a constructor that sets it. */
  ClassBuilder declare(ClassBuilder builder) {
    return builder
        .withField(ALL, KERNELS, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL)
        .withMethodBody(
            INIT_NAME,
            MethodTypeDesc.of(CD_void, KERNELS),
            0,
            body ->
                body.aload(0)
                    .invokespecial(CD_Object, INIT_NAME, MTD_void)
                    .aload(0)
                    .aload(1)
                    .putfield(kernel, ALL, KERNELS)
                    .return_());
  }

  /** Jumps for each segment that has an owner here and not in the kernel's name. */
  void ask(CodeBuilder body) {
    for (int segment : segments) {
      ask(body, segment);
    }
  }

  /** Jumps likewise for one parameter. */
  void ask(CodeBuilder body, int parameter) {
    ask(
        body,
        Arrays.binarySearch(segments, parameter),
        () -> body.aload(body.parameterSlot(parameter)));
  }

  /** Jumps likewise for an operand of a post-op, which is no parameter. */
  void askOfOperand(CodeBuilder body, Runnable push) {
    ask(body, segments.length, push);
  }

  private void ask(CodeBuilder body, int choice, Runnable push) {
    if (isAsked(choice)) {
      if (others[choice] == null) {
        others[choice] = body.newLabel();
      }
      push.run();
      body.getstatic(Confinement.class.describeConstable().orElseThrow(), "NOBODY", THREAD)
          .invokeinterface(SEGMENT, "isAccessibleBy", MethodTypeDesc.of(CD_boolean, THREAD))
          .ifeq(others[choice]);
    }
  }

  private boolean isAsked(int choice) {
    return (owned & 1 << choice) == 0;
  }

  /** Calls the kernel in question with the same arguments. */
  void goOnElsewhere(CodeBuilder body) {
    Class<?>[] types = method.getParameterTypes();
    ClassDesc type = method.getDeclaringClass().describeConstable().orElseThrow();
    for (int i = 0; i < others.length; i++) {
      Label other = others[i];
      if (other == null) {
        continue;
      }
      body.labelBinding(other)
          .aload(0)
          .getfield(kernel, ALL, KERNELS)
          .loadConstant(owned | 1 << i)
          .invokevirtual(KERNELS, "where", MethodTypeDesc.of(CD_Object, CD_int))
          .checkcast(type);
      for (int parameter = 0; parameter < types.length; parameter++) {
        body.loadLocal(TypeKind.from(types[parameter]), body.parameterSlot(parameter));
      }
      body.invokeinterface(type, method.getName(), signature(method)).return_();
    }
  }
}
