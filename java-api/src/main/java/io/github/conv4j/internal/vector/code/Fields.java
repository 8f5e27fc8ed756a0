package io.github.conv4j.internal.vector.code;

import static java.lang.constant.ConstantDescs.CD_int;

import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;

/** An object whose fields a kernel reads. */
public final class Fields extends Value {
  private final Class<?> type;

  Fields(KernelCode code, Class<?> type, Runnable push) {
    super(code, push);
    this.type = type;
  }

  /** A field of type int. */
  public Int integer(String name) {
    return new Int(code, () -> get(name, int.class));
  }

  /** A field of type long. */
  public Wide wide(String name) {
    return new Wide(code, () -> get(name, long.class));
  }

  /** A field of type float[]. */
  public Floats floats(String name) {
    return new Floats(code, () -> get(name, float[].class));
  }

  /** A field of type int[]. */
  public Ints ints(String name) {
    return new Ints(code, () -> get(name, int[].class));
  }

  /** A field of type long[]. */
  public Wides wides(String name) {
    return new Wides(code, () -> get(name, long[].class));
  }

  /** A field of type MemorySegment. */
  public Segment segment(String name) {
    return new Segment(code, () -> get(name, MemorySegment.class));
  }

  /** A field of another type. */
  public Fields object(String name, Class<?> fieldType) {
    return new Fields(code, fieldType, () -> get(name, fieldType));
  }

  /** What a method of one int returns, which is an int, too. */
  public Int integer(String method, Int argument) {
    return new Int(code, () -> call(method, int.class, argument));
  }

  /** What a method of one int returns. */
  Floats floats(String method, int argument) {
    return new Floats(code, () -> call(method, float[].class, code.constant(argument)));
  }

  /** What a method of one int returns. */
  Segment segment(String method, int argument) {
    return new Segment(code, () -> call(method, MemorySegment.class, code.constant(argument)));
  }

  private void call(String method, Class<?> result, Int argument) {
    push();
    argument.push();
    code.builder().invokevirtual(desc(type), method, MethodTypeDesc.of(desc(result), CD_int));
  }

  private void get(String name, Class<?> fieldType) {
    try {
      Class<?> found = type.getDeclaredField(name).getType();
      if (found != fieldType) {
        throw new AssertionError("%s.%s is a %s".formatted(type.getName(), name, found));
      }
    } catch (NoSuchFieldException e) {
      throw new AssertionError(e);
    }
    push();
    code.builder().getfield(desc(type), name, desc(fieldType));
  }

  private static ClassDesc desc(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }
}
