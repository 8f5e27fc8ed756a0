package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.github.conv4j.PostOp.Extent;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A chain of functions like {@link Elementwise}, between integers of 8 bits or floats: a chunk is
 * dequantized into the nearest cache, and what became of it is quantized from there.
 *
 * <p><b>Memory.</b> dst may be src where both have the same type. Operands do not overlap dst.
 */
public final class ByteElementwise extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.6;

  private final Chunks chunks;
  private final Tensor src;
  private final Tensor dst;
  private final Step[] steps;

  /** What does all of the chain at once, null where nothing does. */
  private final @Nullable MultiplyAdd atOnce;

  /** Where panels begin in the scratchpad, in floats; behind the values and an operand of both. */
  private final int floatCount;

  /** How the elements of a tensor become floats, and floats its elements. */
  private record Tensor(ByteLoops loops, Optional<ByteScale> scale) {
    void read(MemorySegment from, long at, MemorySegment to, long begin, int count) {
      if (scale.isPresent()) {
        loops.dequantize(from, at, scale.get(), to, begin, count);
      } else {
        MemorySegment.copy(
            from, at * Float.BYTES, to, begin * Float.BYTES, (long) count * Float.BYTES);
      }
    }

    void write(MemorySegment from, MemorySegment to, long at, int count) {
      if (scale.isPresent()) {
        loops.quantize(from, 0, to, at, scale.get(), count);
      } else {
        MemorySegment.copy(from, 0, to, at * Float.BYTES, (long) count * Float.BYTES);
      }
    }
  }

  /** What a step reads. */
  private static final class Chunk {
    final MemorySegment floats;
    long at;
    long periodBegin;
    int count;

    Chunk(MemorySegment floats) {
      this.floats = floats;
    }
  }

  private sealed interface Step {
    void run(Chunk chunk, MemorySegment[] operands);
  }

  private record Unary(UnaryLoop loop, float alpha, float beta) implements Step {
    @Override
    public void run(Chunk chunk, MemorySegment[] operands) {
      loop.run(chunk.floats, 0, chunk.floats, 0, chunk.count, alpha, beta);
    }
  }

  private record Constant(BinaryLoop loop, float value) implements Step {
    @Override
    public void run(Chunk chunk, MemorySegment[] operands) {
      loop.runWithScalar(chunk.floats, 0, value, chunk.floats, 0, chunk.count);
    }
  }

  private record Full(BinaryLoop loop, int operand, Tensor tensor) implements Step {
    @Override
    public void run(Chunk chunk, MemorySegment[] operands) {
      MemorySegment floats = chunk.floats;
      tensor.read(operands[operand], chunk.at, floats, Chunks.LENGTH, chunk.count);
      loop.run(floats, 0, floats, Chunks.LENGTH, floats, 0, chunk.count);
    }
  }

  /**
   * One number a channel, or one for all.
   *
   * @param panel where its floats begin
   * @param period how many there are
   */
  private record Repeated(BinaryLoop loop, int operand, Tensor tensor, int panel, int period)
      implements Step {
    void fill(MemorySegment floats, MemorySegment[] operands, int length) {
      tensor.read(operands[operand], 0, floats, panel, period);
      for (int filled = period; filled < length; filled *= 2) {
        long more = Math.min(filled, length - filled);
        MemorySegment.copy(
            floats,
            (long) panel * Float.BYTES,
            floats,
            (long) (panel + filled) * Float.BYTES,
            more * Float.BYTES);
      }
    }

    @Override
    public void run(Chunk chunk, MemorySegment[] operands) {
      MemorySegment floats = chunk.floats;
      if (period == 1) {
        float value = floats.getAtIndex(JAVA_FLOAT_UNALIGNED, panel);
        loop.runWithScalar(floats, 0, value, floats, 0, chunk.count);
      } else {
        loop.run(floats, 0, floats, panel + chunk.periodBegin, floats, 0, chunk.count);
      }
    }
  }

  /**
   * A product with what repeats, or none, and a sum of bytes, between bytes.
   *
   * @param product null where there is none, and ones are in its place
   * @param operand what is added
   * @param fused how it is computed with fewer roundings; null where it is not
   */
  private record MultiplyAdd(
      ByteLoops loops,
      ByteScale src,
      @Nullable Repeated product,
      int operand,
      ByteScale other,
      ByteScale dst,
      @Nullable FusedFactors fused) {
    /** The operand that is src itself. */
    static final int SRC = -1;

    void fill(MemorySegment floats, MemorySegment[] operands, int length) {
      if (product != null) {
        product.fill(floats, operands, length);
      }
      if (product != null && fused == null) {
        return;
      }
      int begin = product == null ? 0 : product.panel();
      int end = begin + (product == null ? length : Math.max(product.period(), length));
      for (int i = begin; i < end; i++) {
        float factor = product == null ? 1 : floats.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
        floats.setAtIndex(JAVA_FLOAT_UNALIGNED, i, fused == null ? factor : factor * fused.src());
      }
    }

    void run(Chunk chunk, MemorySegment from, MemorySegment[] operands, MemorySegment to) {
      long first = product == null ? 0 : product.panel() + chunk.periodBegin;
      MemorySegment added = operand == SRC ? from : operands[operand];
      if (fused == null) {
        loops.multiplyAdd(
            from, src, chunk.floats, first, added, other, to, dst, chunk.at, chunk.count);
      } else {
        loops.multiplyAddFused(
            from,
            src.zeroPoint(),
            chunk.floats,
            first,
            added,
            other.zeroPoint(),
            fused.other(),
            to,
            dst.zeroPoint(),
            chunk.at,
            chunk.count);
      }
    }
  }

  /**
   * Plans a chain.
   *
   * @param elementCount of the array
   * @param channels how long its innermost axis is
   * @param chain what is done, in order
   * @param src what its integers mean; empty for floats
   * @param dst likewise
   * @param operands likewise, each
   * @param mayBeFused whether a byte may be the other neighbour where its value lies about in the
   *     middle between two
   */
  public ByteElementwise(
      long elementCount,
      long channels,
      List<Pointwise> chain,
      Optional<ByteScale> src,
      Optional<ByteScale> dst,
      List<Optional<ByteScale>> operands,
      boolean mayBeFused,
      int threads) {
    super(
        chunks(elementCount, channels).count(),
        ELEMENT_NANOS * chunks(elementCount, channels).length() * (1 + chain.size()),
        threads);
    Loops loops = Loops.current();
    this.chunks = chunks(elementCount, channels);
    this.src = new Tensor(loops.bytes(), src);
    this.dst = new Tensor(loops.bytes(), dst);
    this.steps = new Step[chain.size()];
    int panel = 2 * Chunks.LENGTH;
    for (int i = 0; i < steps.length; i++) {
      steps[i] =
          switch (chain.get(i)) {
            case Pointwise.Unary unary ->
                new Unary(loops.unary(unary.function()), unary.alpha(), unary.beta());
            case Pointwise.WithConstant binary ->
                new Constant(loops.binary(binary.function()), binary.value());
            case Pointwise.WithOperand binary -> {
              BinaryLoop loop = loops.binary(binary.function());
              var tensor = new Tensor(loops.bytes(), operands.get(binary.operand()));
              if (binary.extent() == Extent.FULL) {
                yield new Full(loop, binary.operand(), tensor);
              }
              int period = binary.extent() == Extent.SCALAR ? 1 : Math.toIntExact(channels);
              var repeated = new Repeated(loop, binary.operand(), tensor, panel, period);
              panel = Math.addExact(panel, Math.max(period, chunks.length()));
              yield repeated;
            }
          };
    }
    this.floatCount = panel;
    this.atOnce = atOnce(chain, mayBeFused);
  }

  private @Nullable MultiplyAdd atOnce(List<Pointwise> chain, boolean mayBeFused) {
    if (src.scale().isEmpty() || dst.scale().isEmpty() || chain.isEmpty() || chain.size() > 2) {
      return null;
    }
    boolean multiplies = isOperation(chain.getFirst(), BinaryFunction.MUL);
    boolean adds = isOperation(chain.getLast(), BinaryFunction.ADD);
    if (chain.size() != (multiplies ? 1 : 0) + (adds ? 1 : 0)) {
      return null;
    }
    Repeated product = null;
    if (multiplies) {
      if (!(steps[0] instanceof Repeated repeated) || repeated.period() == 1) {
        return null;
      }
      product = repeated;
    }
    int operand = MultiplyAdd.SRC;
    ByteScale other = null;
    if (adds) {
      if (!(steps[steps.length - 1] instanceof Full sum) || sum.tensor().scale().isEmpty()) {
        return null;
      }
      operand = sum.operand();
      other = sum.tensor().scale().get();
    }
    ByteScale from = src.scale().get();
    ByteScale to = dst.scale().get();
    FusedFactors fused = mayBeFused ? fused(from, product, other, to) : null;
    return fused == null && other == null
        ? null
        : new MultiplyAdd(
            src.loops(), from, product, operand, other == null ? from : other, to, fused);
  }

  private static @Nullable FusedFactors fused(
      ByteScale src, @Nullable Repeated product, @Nullable ByteScale other, ByteScale dst) {
    if (product == null) {
      return FusedFactors.of(src, null, other, dst);
    }
    ByteScale factors = product.tensor().scale().orElse(null);
    return factors == null ? null : FusedFactors.of(src, factors, other, dst);
  }

  private static boolean isOperation(Pointwise function, BinaryFunction operation) {
    return function instanceof Pointwise.WithOperand binary && binary.function() == operation;
  }

  private static Chunks chunks(long elementCount, long channels) {
    Sizes.product("elementCount", elementCount);
    Sizes.product("channels", channels);
    if (elementCount % channels != 0) {
      throw new IllegalArgumentException(
          "%d elements are no rows of %d".formatted(elementCount, channels));
    }
    return Chunks.of(elementCount, channels);
  }

  @Override
  public long scratchpadByteSize() {
    return (long) floatCount * Float.BYTES;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    var chunk = new Chunk(scratchpad);
    MultiplyAdd all = atOnce;
    if (all != null) {
      return (begin, end, from, to, operands) -> {
        all.fill(scratchpad, operands, chunks.length());
        for (long index = begin; index < end; index++) {
          chunk.at = chunks.begin(index);
          chunk.count = chunks.length(index);
          chunk.periodBegin = chunks.periodBegin(index);
          all.run(chunk, from, operands, to);
        }
      };
    }
    return (begin, end, from, to, operands) -> {
      for (Step step : steps) {
        if (step instanceof Repeated repeated) {
          repeated.fill(scratchpad, operands, repeated.period == 1 ? 1 : chunks.length());
        }
      }
      for (long index = begin; index < end; index++) {
        chunk.at = chunks.begin(index);
        chunk.count = chunks.length(index);
        chunk.periodBegin = chunks.periodBegin(index);
        src.read(from, chunk.at, scratchpad, 0, chunk.count);
        for (Step step : steps) {
          step.run(chunk, operands);
        }
        dst.write(scratchpad, to, chunk.at, chunk.count);
      }
    };
  }

  @Override
  public String toString() {
    return "elementwise " + chunks.elementCount() + " " + Arrays.toString(steps);
  }
}
