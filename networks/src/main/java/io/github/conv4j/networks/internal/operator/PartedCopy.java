package io.github.conv4j.networks.internal.operator;

import io.github.conv4j.internal.copies.StridedCopy;
import java.lang.foreign.MemorySegment;

/** A strided copy that is cut along its longest axis of few, large steps: the units of work. */
abstract class PartedCopy extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.7;
  private static final int UNITS_PER_THREAD = 4;

  private final Plan plan;

  /**
   * What is copied, and how it is cut.
   *
   * @param from the strides of the source
   * @param to the strides of the destination
   * @param axis the axis that is cut
   * @param pieces into how many pieces
   * @param whole a copy of all pieces but, if they do not come out even, the last
   * @param last the copy of the last piece
   */
  record Plan(
      long inAt,
      long outAt,
      long[] from,
      long[] to,
      long elementCount,
      int axis,
      long pieceSize,
      int pieces,
      StridedCopy whole,
      StridedCopy last) {

    static Plan of(long[] sizes, long[] from, long[] to, long inAt, long outAt, int threads) {
      Sizes.positive(threads, "threads");
      long elementCount = Sizes.product("copied", sizes);
      int axis = cutAxis(sizes, to);
      long most = sizes.length == 0 ? 1 : sizes[axis];
      long wanted = Math.min(most, threads == 1 ? 1 : (long) UNITS_PER_THREAD * threads);
      long pieceSize = Math.ceilDiv(most, wanted);
      int pieces = (int) Math.ceilDiv(most, pieceSize);
      return new Plan(
          inAt,
          outAt,
          from.clone(),
          to.clone(),
          elementCount,
          axis,
          pieceSize,
          pieces,
          piece(sizes, from, to, axis, pieceSize),
          piece(sizes, from, to, axis, most - (pieces - 1) * pieceSize));
    }

    /** The outermost axis of dst that is long enough, or the longest. */
    private static int cutAxis(long[] sizes, long[] to) {
      int best = 0;
      for (int i = 1; i < sizes.length; i++) {
        boolean isLonger = Math.min(sizes[i], LONG) > Math.min(sizes[best], LONG);
        boolean isOuter = sizes[i] >= LONG && sizes[best] >= LONG && to[i] > to[best];
        best = isLonger || isOuter ? i : best;
      }
      return best;
    }

    private static final long LONG = 16;

    private static StridedCopy piece(long[] sizes, long[] from, long[] to, int axis, long size) {
      long[] cut = sizes.clone();
      if (cut.length > 0) {
        cut[axis] = size;
      }
      return StridedCopy.of(cut, from, to, Float.BYTES);
    }

    void run(long piece, MemorySegment src, MemorySegment dst, float[] squares) {
      long begin = piece * pieceSize;
      long inStep = from.length == 0 ? 0 : from[axis];
      long outStep = to.length == 0 ? 0 : to[axis];
      (piece == pieces - 1 ? last : whole)
          .run(src, inAt + begin * inStep, dst, outAt + begin * outStep, squares);
    }
  }

  PartedCopy(Plan plan, int threads) {
    super(plan.pieces, ELEMENT_NANOS * plan.elementCount / plan.pieces, threads);
    this.plan = plan;
  }

  @Override
  final Ranges ranges(MemorySegment scratchpad) {
    boolean needsSquares = plan.whole.needsSquares() || plan.last.needsSquares();
    float[] squares = needsSquares ? StridedCopy.newSquares() : new float[0];
    return (begin, end, src, dst, _) -> {
      for (long piece = begin; piece < end; piece++) {
        plan.run(piece, src, dst, squares);
      }
    };
  }
}
