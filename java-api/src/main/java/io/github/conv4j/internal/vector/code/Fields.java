package io.github.conv4j.internal.vector.code;

import java.lang.constant.ClassDesc;
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
