package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.LANES;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The loops on the Vector API; rows shorter than a vector go without. */
final class VectorLoops implements Loops {
  private final Loops small = new ScalarLoops();
  private final Map<UnaryFunction, UnaryLoop> unary = new ConcurrentHashMap<>();
  private final Map<BinaryFunction, BinaryLoop> binary = new ConcurrentHashMap<>();
  private final Map<FoldFunction, FoldLoop> folds = new ConcurrentHashMap<>();
  private final PixelLoops pixels = new VectorPixelLoops(small.pixels());
  private final ProductLoop product = new VectorProductLoop();
  private final ByteLoops bytes = new VectorByteLoops(small.bytes());

  @Override
  public UnaryLoop unary(UnaryFunction function) {
    return unary.computeIfAbsent(function, this::make);
  }

  private UnaryLoop make(UnaryFunction function) {
    UnaryLoop scalar = small.unary(function);
    VectorUnary vectors = VectorFunctions.of(function);
    if (vectors == null) {
      return scalar;
    }
    UnaryLoop loop = VectorTemplate.instance(VectorUnaryLoop.class, UnaryLoop.class, vectors);
    return new SizedUnary(scalar, VectorCalls.of(loop));
  }

  private record SizedUnary(UnaryLoop scalar, UnaryLoop vectors) implements UnaryLoop {
    @Override
    public void run(
        MemorySegment src,
        long from,
        MemorySegment dst,
        long to,
        int count,
        float alpha,
        float beta) {
      (count < LANES ? scalar : vectors).run(src, from, dst, to, count, alpha, beta);
    }
  }

  @Override
  public BinaryLoop binary(BinaryFunction function) {
    return binary.computeIfAbsent(function, this::make);
  }

  private BinaryLoop make(BinaryFunction function) {
    BinaryLoop scalar = small.binary(function);
    VectorBinary vectors = VectorFunctions.of(function);
    return vectors == null
        ? scalar
        : new SizedBinary(
            scalar,
            VectorCalls.of(
                VectorTemplate.instance(VectorBinaryLoop.class, BinaryLoop.class, vectors)));
  }

  private record SizedBinary(BinaryLoop scalar, BinaryLoop vectors) implements BinaryLoop {
    private BinaryLoop of(int count) {
      return count < LANES ? scalar : vectors;
    }

    @Override
    public void run(
        MemorySegment a,
        long aAt,
        MemorySegment b,
        long bAt,
        MemorySegment dst,
        long to,
        int count) {
      of(count).run(a, aAt, b, bAt, dst, to, count);
    }

    @Override
    public void runWithScalar(
        MemorySegment a, long aAt, float b, MemorySegment dst, long to, int count) {
      of(count).runWithScalar(a, aAt, b, dst, to, count);
    }

    @Override
    public void runOnScalar(
        float a, MemorySegment b, long bAt, MemorySegment dst, long to, int count) {
      of(count).runOnScalar(a, b, bAt, dst, to, count);
    }
  }

  @Override
  public FoldLoop fold(FoldFunction function) {
    return folds.computeIfAbsent(
        function,
        f ->
            new SizedFold(
                small.fold(f),
                VectorCalls.of(VectorTemplate.instance(VectorFoldLoop.class, FoldLoop.class, f))));
  }

  private record SizedFold(FoldLoop scalar, FoldLoop vectors) implements FoldLoop {
    private FoldLoop of(int count) {
      return count < LANES ? scalar : vectors;
    }

    @Override
    public float row(MemorySegment src, long at, int count, float alpha) {
      return of(count).row(src, at, count, alpha);
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
      of(channels)
          .window(
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
      of(channels)
          .squares(src, at, windows, step, rowStride, columnStride, dst, to, channels, scale);
    }
  }

  @Override
  public PixelLoops pixels() {
    return pixels;
  }

  @Override
  public ProductLoop product() {
    return product;
  }

  @Override
  public ByteLoops bytes() {
    return bytes;
  }
}
