package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import org.junit.jupiter.api.Test;

class KernelClassTest {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  /** {@code to[i] = factor * from[i] + from[i]}. */
  interface Scaling {
    void run(float[] from, float factor, float[] to, int vectorCount);
  }

  interface Copying {
    void run(Work work, MemorySegment from, MemorySegment to);
  }

  interface Summing {
    void run(int[] numbers, float[] values, float[] sum);
  }

  static final class Work {
    long begin;
    int count;
    float[] addends = new float[0];
  }

  private static Scaling scaling(Object variant) {
    return KernelClass.of(
        LOOKUP,
        Scaling.class,
        variant,
        code -> {
          Floats from = code.floats(0);
          VectorVariable factor = code.local(code.real(1).broadcast());
          code.loop(
              code.constant(0),
              code.integer(3).times(LANES),
              LANES,
              i -> {
                VectorVariable value = code.local(from.vector(i));
                code.floats(2).store(i, value.fma(factor, value));
              });
        });
  }

  @Test
  void loopsOverVectors() {
    float[] from = new float[3 * LANES];
    for (int i = 0; i < from.length; i++) {
      from[i] = i - 4;
    }
    float[] to = new float[4 * LANES];
    scaling("loop").run(from, 3, to, 3);
    for (int i = 0; i < to.length; i++) {
      assertThat(to[i]).as("element %d", i).isEqualTo(i < from.length ? 4f * (i - 4) : 0f);
    }
  }

  @Test
  void makesOneKernelOfEachVariant() {
    assertThat(scaling("one")).isSameAs(scaling("one")).isNotSameAs(scaling("other"));
  }

  @Test
  void readsFieldsAndStoresMasked() {
    Copying copying =
        KernelClass.of(
            LOOKUP,
            Copying.class,
            "masked",
            code -> {
              Fields work = code.fields(0);
              Mask valid = code.local(code.lanesBelow(work.integer("count")));
              WideVariable at = code.local(work.wide("begin").times(Float.BYTES));
              Vector sum =
                  code.segment(1)
                      .vector(at, valid)
                      .plus(work.floats("addends").vector(code.constant(0)));
              code.segment(2).store(at, sum.max(code.constant(0f).broadcast()), valid);
            });
    try (Arena arena = Arena.ofConfined()) {
      int count = Math.max(1, LANES - 1);
      MemorySegment from = arena.allocate(JAVA_FLOAT, 2 + count);
      MemorySegment to = arena.allocate(JAVA_FLOAT, 2 + count);
      var work = new Work();
      work.begin = 2;
      work.count = count;
      work.addends = new float[LANES];
      for (int i = 0; i < count; i++) {
        from.setAtIndex(JAVA_FLOAT, 2 + i, 10 * i);
        work.addends[i] = i % 2 == 0 ? 1 : -1000;
      }
      to.setAtIndex(JAVA_FLOAT, 1, 77);
      copying.run(work, from, to);
      assertThat(to.getAtIndex(JAVA_FLOAT, 1)).isEqualTo(77);
      for (int i = 0; i < count; i++) {
        assertThat(to.getAtIndex(JAVA_FLOAT, 2 + i)).isEqualTo(i % 2 == 0 ? 10 * i + 1 : 0f);
      }
    }
  }

  @Test
  void loopsAsWrittenAndOverElements() {
    Summing summing =
        KernelClass.of(
            LOOKUP,
            Summing.class,
            "elements",
            code -> {
              VectorVariable sum = code.local(code.constant(0f).broadcast());
              code.each(
                  code.ints(0),
                  begin ->
                      code.loopAsWritten(
                          begin,
                          begin.plus(4),
                          2,
                          i -> sum.set(sum.plus(code.floats(1).at(i).broadcast()))));
              code.floats(2).store(code.constant(0), sum);
            });
    float[] sum = new float[LANES];
    summing.run(new int[] {1, 10}, values(20), sum);
    // 1 + 3, then 10 + 12.
    assertThat(sum).containsOnly(26f);
  }

  private static float[] values(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i;
    }
    return values;
  }

  @Test
  void namesWhatIsNotAsTheTextSays() {
    assertThatThrownBy(
            () ->
                KernelClass.of(LOOKUP, Summing.class, "wrong", code -> code.local(code.integer(1))))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("parameter 1");
    assertThatThrownBy(
            () ->
                KernelClass.of(
                    LOOKUP,
                    Copying.class,
                    "absent",
                    code -> code.local(code.fields(0).integer("begin"))))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("begin");
  }
}
