package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;

/**
 * Calls of loops that the JIT compiler does not see through, so that it compiles each loop by
 * itself. Where it inlines a loop that it has rarely seen at a call site, it leaves the loop's
 * function a call, for which each vector becomes an object: for as long as the caller lives.
 */
final class VectorCalls {
  private VectorCalls() {}

  static UnaryLoop of(UnaryLoop loop) {
    return new Unary(handle(loop, UnaryLoop.class, "run"));
  }

  static BinaryLoop of(BinaryLoop loop) {
    return new Binary(
        handle(loop, BinaryLoop.class, "run"),
        handle(loop, BinaryLoop.class, "runWithScalar"),
        handle(loop, BinaryLoop.class, "runOnScalar"));
  }

  static FoldLoop of(FoldLoop loop) {
    return new Fold(
        handle(loop, FoldLoop.class, "row"),
        handle(loop, WindowLoop.class, "window"),
        handle(loop, FoldLoop.class, "squares"));
  }

  private static MethodHandle handle(Object loop, Class<?> type, String name) {
    MethodType signature =
        Arrays.stream(type.getDeclaredMethods())
            .filter(method -> method.getName().equals(name))
            .map(
                method -> MethodType.methodType(method.getReturnType(), method.getParameterTypes()))
            .findFirst()
            .orElseThrow();
    try {
      return MethodHandles.lookup().bind(loop, name, signature);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a loop cannot be called", e);
    }
  }

  private static RuntimeException unchecked(Throwable e) {
    return switch (e) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> throw new LinkageError("a loop cannot be called", e);
    };
  }

  private record Unary(MethodHandle run) implements UnaryLoop {
    @Override
    public void run(
        MemorySegment src,
        long from,
        MemorySegment dst,
        long to,
        int count,
        float alpha,
        float beta) {
      try {
        run.invokeExact(src, from, dst, to, count, alpha, beta);
      } catch (Throwable e) {
        throw unchecked(e);
      }
    }
  }

  private record Binary(MethodHandle run, MethodHandle runWithScalar, MethodHandle runOnScalar)
      implements BinaryLoop {
    @Override
    public void run(
        MemorySegment a,
        long aAt,
        MemorySegment b,
        long bAt,
        MemorySegment dst,
        long to,
        int count) {
      try {
        run.invokeExact(a, aAt, b, bAt, dst, to, count);
      } catch (Throwable e) {
        throw unchecked(e);
      }
    }

    @Override
    public void runWithScalar(
        MemorySegment a, long aAt, float b, MemorySegment dst, long to, int count) {
      try {
        runWithScalar.invokeExact(a, aAt, b, dst, to, count);
      } catch (Throwable e) {
        throw unchecked(e);
      }
    }

    @Override
    public void runOnScalar(
        float a, MemorySegment b, long bAt, MemorySegment dst, long to, int count) {
      try {
        runOnScalar.invokeExact(a, b, bAt, dst, to, count);
      } catch (Throwable e) {
        throw unchecked(e);
      }
    }
  }

  private record Fold(MethodHandle row, MethodHandle window, MethodHandle squares)
      implements FoldLoop {
    @Override
    public float row(MemorySegment src, long at, int count, float alpha) {
      try {
        return (float) row.invokeExact(src, at, count, alpha);
      } catch (Throwable e) {
        throw unchecked(e);
      }
    }

    @Override
    public void window(
        MemorySegment src,
        long at,
        int planes,
        long planeStride,
        int rows,
        long rowStride,
        int columns,
        long columnStride,
        MemorySegment dst,
        long to,
        int channels,
        float alpha,
        float scale) {
      try {
        window.invokeExact(
            src,
            at,
            planes,
            planeStride,
            rows,
            rowStride,
            columns,
            columnStride,
            dst,
            to,
            channels,
            alpha,
            scale);
      } catch (Throwable e) {
        throw unchecked(e);
      }
    }

    @Override
    public void squares(
        MemorySegment src,
        long at,
        int windows,
        long step,
        long rowStride,
        long columnStride,
        MemorySegment dst,
        long to,
        int channels,
        float scale) {
      try {
        squares.invokeExact(
            src, at, windows, step, rowStride, columnStride, dst, to, channels, scale);
      } catch (Throwable e) {
        throw unchecked(e);
      }
    }
  }
}
