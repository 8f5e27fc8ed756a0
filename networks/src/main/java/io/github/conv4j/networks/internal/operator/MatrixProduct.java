package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Products of two matrices that are both given at each run: {@code dst = alpha * src · operand 0 +
 * beta * row}, for each of a batch, where the row is operand 1 and is added to each row. All are
 * dense and row-major.
 *
 * <p>A panel of right columns is packed for a group of left rows at a time, on the heap, from where
 * the innermost loop reads faster than from a segment.
 */
public final class MatrixProduct extends RangedPrimitive {
  private static final double MULTIPLICATION_NANOS = 0.03;

  /** How much of a panel stays in the nearest cache. */
  private static final int DEPTH_BLOCK = 256;

  /** How many elements of left rows stay in the next one. */
  private static final int GROUP_ELEMENTS = 1 << 16;

  private static final int MOST_ROWS = 256;

  private final Shape shape;
  private final Batch batch;
  private final float alpha;
  private final float beta;
  private final boolean addsRow;
  private final ProductLoop loop;
  private final int groupRows;

  /**
   * The dims of a product.
   *
   * @param rows of src and dst
   * @param columns of dst
   * @param depth the length of sums
   * @param isTransposed whether the right matrix is {@code [columns, depth]} rather than {@code
   *     [depth, columns]}
   */
  public record Shape(int rows, int columns, int depth, boolean isTransposed) {
    /** Checks the dims. */
    public Shape {
      Sizes.positive(rows, "rows");
      Sizes.positive(columns, "columns");
      Sizes.positive(depth, "depth");
      Sizes.product("src", rows, depth);
      Sizes.product("right", columns, depth);
      Sizes.product("dst", rows, columns);
    }
  }

  /**
   * How the matrices of a batch follow each other.
   *
   * @param dims of the batch; none for one product
   * @param leftStrides how many elements of src are between neighbours along each; 0 repeats one
   * @param rightStrides the same for the right side
   */
  public record Batch(long[] dims, long[] leftStrides, long[] rightStrides) {
    /** One product. */
    public static final Batch ONE = new Batch(new long[0], new long[0], new long[0]);

    /** Checks the lengths. */
    public Batch {
      Sizes.sameLength(leftStrides.length, "leftStrides", dims.length, "dims");
      Sizes.sameLength(rightStrides.length, "rightStrides", dims.length, "dims");
      Sizes.product("batch", dims);
      for (int i = 0; i < dims.length; i++) {
        Sizes.notNegative(leftStrides[i], "leftStrides");
        Sizes.notNegative(rightStrides[i], "rightStrides");
      }
    }

    private static long offset(long index, long[] dims, long[] strides) {
      long offset = 0;
      for (int i = dims.length - 1; i >= 0; i--) {
        offset += index % dims[i] * strides[i];
        index /= dims[i];
      }
      return offset;
    }
  }

  /**
   * Plans a batch of products.
   *
   * @param addsRow whether there is an operand 1, which beta is the factor of
   */
  public MatrixProduct(
      Shape shape, Batch batch, float alpha, float beta, boolean addsRow, int threads) {
    super(
        Sizes.product("rows of dst", Sizes.product("batch", batch.dims), shape.rows),
        MULTIPLICATION_NANOS * Sizes.product("row", shape.columns, shape.depth),
        threads);
    Sizes.product("dst", Sizes.product("batch", batch.dims), shape.rows, shape.columns);
    this.shape = shape;
    this.batch = batch;
    this.alpha = alpha;
    this.beta = beta;
    this.addsRow = addsRow;
    this.loop = Loops.current().product();
    int rows = Math.clamp(GROUP_ELEMENTS / shape.depth, 4, MOST_ROWS);
    this.groupRows = Math.min(shape.rows, rows);
    Math.multiplyExact(groupRows, shape.depth);
  }

  /** Plans one product. */
  public MatrixProduct(int rows, int columns, int depth, boolean isTransposed, int threads) {
    this(new Shape(rows, columns, depth, isTransposed), Batch.ONE, 1, 0, false, threads);
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return new Run();
  }

  /** The panels of one thread. */
  private final class Run implements Ranges {
    private final int width = loop.panelWidth();
    private final float[] left = new float[groupRows * shape.depth];
    private final float[] right = new float[Math.min(DEPTH_BLOCK, shape.depth) * width];
    private final float[] column = new float[Math.min(DEPTH_BLOCK, shape.depth)];
    private final float[] sums = new float[groupRows * width];

    @Override
    public void run(
        long begin, long end, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      for (long row = begin; row < end; ) {
        long index = row / shape.rows;
        int first = (int) (row % shape.rows);
        int count = (int) Math.min(Math.min(groupRows, shape.rows - first), end - row);
        long leftAt =
            Batch.offset(index, batch.dims, batch.leftStrides) + (long) first * shape.depth;
        copyIn(src, leftAt, left, 0, count * shape.depth);
        long rightAt = Batch.offset(index, batch.dims, batch.rightStrides);
        for (int panel = 0; panel < shape.columns; panel += width) {
          runPanel(operands, rightAt, panel, count);
          store(dst, row * shape.columns + panel, panel, count);
        }
        row += count;
      }
    }

    private void runPanel(MemorySegment[] operands, long rightAt, int panel, int rows) {
      Arrays.fill(sums, 0, rows * width, 0);
      int columns = Math.min(width, shape.columns - panel);
      for (int k = 0; k < shape.depth; k += DEPTH_BLOCK) {
        int depth = Math.min(DEPTH_BLOCK, shape.depth - k);
        if (shape.isTransposed) {
          packTransposed(operands[0], rightAt + (long) panel * shape.depth + k, depth, columns);
        } else {
          long at = rightAt + (long) k * shape.columns + panel;
          loop.pack(operands[0], at, shape.columns, depth, columns, right);
        }
        loop.run(left, k, shape.depth, rows, right, 0, depth, sums, 0, width);
      }
      if (alpha != 1) {
        for (int i = 0; i < rows * width; i++) {
          sums[i] *= alpha;
        }
      }
      if (addsRow) {
        addRow(operands[1], panel, columns, rows);
      }
    }

    private void packTransposed(MemorySegment segment, long at, int depth, int columns) {
      for (int j = 0; j < columns; j++) {
        copyIn(segment, at + (long) j * shape.depth, column, 0, depth);
        for (int k = 0; k < depth; k++) {
          right[k * width + j] = column[k];
        }
      }
      for (int j = columns; j < width; j++) {
        for (int k = 0; k < depth; k++) {
          right[k * width + j] = 0;
        }
      }
    }

    private void addRow(MemorySegment row, int panel, int columns, int rows) {
      for (int j = 0; j < columns; j++) {
        float addend = beta * row.getAtIndex(JAVA_FLOAT_UNALIGNED, (long) panel + j);
        for (int r = 0; r < rows; r++) {
          sums[r * width + j] += addend;
        }
      }
    }

    private void store(MemorySegment dst, long at, int panel, int rows) {
      int columns = Math.min(width, shape.columns - panel);
      loop.unpack(sums, rows, columns, dst, at, shape.columns);
    }
  }

  private static void copyIn(MemorySegment in, long at, float[] to, int toAt, int count) {
    MemorySegment.copy(in, JAVA_FLOAT_UNALIGNED, at * Float.BYTES, to, toAt, count);
  }
}
