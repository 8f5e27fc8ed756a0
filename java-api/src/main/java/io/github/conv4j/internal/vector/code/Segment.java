package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.code.Names.BYTE_ORDER;
import static io.github.conv4j.internal.vector.code.Names.FLOAT_LAYOUT;
import static io.github.conv4j.internal.vector.code.Names.FLOAT_VECTOR;
import static io.github.conv4j.internal.vector.code.Names.SEGMENT;
import static io.github.conv4j.internal.vector.code.Names.VALUE_LAYOUT;
import static io.github.conv4j.internal.vector.code.Names.VECTOR_MASK;
import static io.github.conv4j.internal.vector.code.Names.VECTOR_SPECIES;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.constant.MethodTypeDesc;

/** A memory segment; distances are in bytes. */
public final class Segment extends Value {
  Segment(KernelCode code, Runnable push) {
    super(code, push);
  }

  /** A part from a distance on, of which at most so much is used. */
  public Part part(Wide distance, Wide size) {
    return Part.areSlices()
        ? new Part(code.local(slice(distance, size)), null)
        : new Part(this, code.local(distance));
  }

  /**
   * Parts of one size, each a step after the one before and as long as the last one can be: what
   * lies at the same distance in all of them takes one check. They are made outside of a kernel's
   * loops. None where parts are no slices.
   */
  public Part[] parts(int count, Wide first, Wide step) {
    if (!Part.areSlices()) {
      return new Part[0];
    }
    WideVariable size = code.local(byteSize().plus(first.plus(step.times(count - 1)).times(-1L)));
    var parts = new Part[count];
    for (int i = 0; i < count; i++) {
      parts[i] = part(first.plus(step.times(i)), size);
    }
    return parts;
  }

  private Wide byteSize() {
    return new Wide(
        code,
        taking(
            code,
            builder -> builder.invokeinterface(SEGMENT, "byteSize", MethodTypeDesc.of(CD_long)),
            this));
  }

  private Segment slice(Wide distance, Wide size) {
    return new Segment(
        code,
        taking(
            code,
            builder ->
                builder.invokeinterface(
                    SEGMENT, "asSlice", MethodTypeDesc.of(SEGMENT, CD_long, CD_long)),
            this,
            distance,
            size));
  }

  /** The float at a distance. */
  public Real at(Wide distance) {
    return new Real(
        code,
        () -> {
          push();
          code.builder().getstatic(VALUE_LAYOUT, "JAVA_FLOAT_UNALIGNED", FLOAT_LAYOUT);
          distance.push();
          code.builder()
              .invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_float, FLOAT_LAYOUT, CD_long));
        });
  }

  /** The vector that begins at a distance. */
  public Vector vector(Wide distance) {
    return new Vector(
        code,
        taking(
            code,
            builder -> {
              code.pushOrder();
              builder.invokestatic(
                  FLOAT_VECTOR,
                  "fromMemorySegment",
                  MethodTypeDesc.of(FLOAT_VECTOR, VECTOR_SPECIES, SEGMENT, CD_long, BYTE_ORDER));
            },
            code.species(),
            this,
            distance));
  }

  /** The lanes of the vector that begins at a distance which a mask has set, the others 0. */
  public Vector vector(Wide distance, Mask mask) {
    return new Vector(
        code,
        taking(
            code,
            builder -> {
              code.pushOrder();
              mask.exact().push();
              builder.invokestatic(
                  FLOAT_VECTOR,
                  "fromMemorySegment",
                  MethodTypeDesc.of(
                      FLOAT_VECTOR, VECTOR_SPECIES, SEGMENT, CD_long, BYTE_ORDER, VECTOR_MASK));
            },
            code.species(),
            this,
            distance));
  }

  /** Writes a vector from a distance on. */
  public void store(Wide distance, Vector vector) {
    vector.exact().push();
    push();
    distance.push();
    code.pushOrder();
    code.builder()
        .invokevirtual(
            FLOAT_VECTOR,
            "intoMemorySegment",
            MethodTypeDesc.of(CD_void, SEGMENT, CD_long, BYTE_ORDER));
  }

  /** Writes the lanes of a vector that a mask has set. */
  public void store(Wide distance, Vector vector, Mask mask) {
    vector.exact().push();
    push();
    distance.push();
    code.pushOrder();
    mask.exact().push();
    code.builder()
        .invokevirtual(
            FLOAT_VECTOR,
            "intoMemorySegment",
            MethodTypeDesc.of(CD_void, SEGMENT, CD_long, BYTE_ORDER, VECTOR_MASK));
  }
}
