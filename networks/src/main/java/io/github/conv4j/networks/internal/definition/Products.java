package io.github.conv4j.networks.internal.definition;

import java.util.Arrays;

/** Products of matrices and of tensors. */
final class Products {
  private Products() {}

  static void define(OperatorFamily.Registry to) {
    String[] gemm = {"alpha", "beta", "transA", "transB"};
    to.add("Gemm", 7, GEMM).inputs(3).attributes(gemm).heavy();
    to.add("Gemm", 11, GEMM).inputs(2, 3).attributes(gemm).heavy();
    to.add("MatMul", 1, MATMUL).inputs(2).heavy();
    to.add("Einsum", 12, Einsum.DEFINITION)
        .inputs(1, OperatorVersion.MANY)
        .attributes("equation")
        .heavy();
  }

  private static final Definition GEMM =
      Definition.single(
          call -> {
            Pointwise.requireNumber(call, 0);
            call.requireSame(0, 1);
            call.requireRank(0, 2);
            call.requireRank(1, 2);
            boolean transA = call.flag("transA", false);
            boolean transB = call.flag("transB", false);
            call.require(
                call.type(0).dim(transA ? 0 : 1) == call.type(1).dim(transB ? 1 : 0),
                "cannot multiply %s%s by %s%s",
                call.type(0),
                transA ? " transposed" : "",
                call.type(1),
                transB ? " transposed" : "");
            long[] dims = {call.type(0).dim(transA ? 1 : 0), call.type(1).dim(transB ? 0 : 1)};
            if (call.has(2)) {
              call.requireSame(0, 2);
              call.require(
                  Broadcast.fits(call.dims(2), dims),
                  "cannot add %s to a product of %s",
                  call.type(2),
                  Arrays.toString(dims));
            }
            return call.result(call.element(0), dims);
          },
          (call, type) -> {
            double alpha = call.real("alpha", 1);
            double beta = call.real("beta", 1);
            int rows = (int) type.dim(0);
            int columns = (int) type.dim(1);
            int depth = (int) call.type(0).dim(call.flag("transA", false) ? 0 : 1);
            Values left = call.value(0);
            double[] a =
                (call.flag("transA", false) ? Layout.transposed(left, 1, 0) : left).asReals();
            double[] b = call.value(1).asReals();
            double[] dst = new double[rows * columns];
            Matrix factor = new Matrix(a, 0, depth, rows, depth);
            Matrix product = new Matrix(dst, 0, columns, rows, columns);
            if (call.flag("transB", false)) {
              Matrix.multiplyByTransposed(factor, new Matrix(b, 0, depth, columns, depth), product);
            } else {
              Matrix.multiply(factor, new Matrix(b, 0, columns, depth, columns), product);
            }
            for (int i = 0; i < dst.length; i++) {
              dst[i] *= alpha;
            }
            if (call.has(2)) {
              double[] c = Broadcast.stretch(call.value(2), type.dims()).asReals();
              for (int i = 0; i < dst.length; i++) {
                dst[i] += beta * c[i];
              }
            }
            return Reductions.ofType(type, dst);
          });

  /**
   * How two tensors are multiplied as matrices: one of one dimension is a row on the left and a
   * column on the right, and dimensions before the last two broadcast.
   */
  record Matrices(long[] a, long[] b, long[] batch, long[] dst) {
    static Matrices of(NodeCall call, int left, int right) {
      long[] first = call.dims(left);
      long[] second = call.dims(right);
      call.require(
          first.length > 0 && second.length > 0,
          "cannot multiply %s by %s",
          call.type(left),
          call.type(right));
      long[] a = first.length == 1 ? new long[] {1, first[0]} : first;
      long[] b = second.length == 1 ? new long[] {second[0], 1} : second;
      call.require(
          a[a.length - 1] == b[b.length - 2],
          "cannot multiply %s by %s",
          call.type(left),
          call.type(right));
      long[] batch =
          Broadcast.dims(call, Arrays.copyOf(a, a.length - 2), Arrays.copyOf(b, b.length - 2));
      long[] dst = batch;
      if (first.length > 1) {
        dst = Layout.concat(dst, a[a.length - 2]);
      }
      if (second.length > 1) {
        dst = Layout.concat(dst, b[b.length - 1]);
      }
      return new Matrices(a, b, batch, dst);
    }

    int rows() {
      return (int) a[a.length - 2];
    }

    int depth() {
      return (int) a[a.length - 1];
    }

    int columns() {
      return (int) b[b.length - 1];
    }

    /** Multiplies batch by batch; sums of integers are exact as long as they have 53 bits. */
    double[] multiply(double[] left, double[] right) {
      int[] lefts = starts(a);
      int[] rights = starts(b);
      double[] product = new double[lefts.length * rows() * columns()];
      for (int i = 0; i < lefts.length; i++) {
        Matrix.multiply(
            new Matrix(left, lefts[i], depth(), rows(), depth()),
            new Matrix(right, rights[i], columns(), depth(), columns()),
            new Matrix(product, i * rows() * columns(), columns(), rows(), columns()));
      }
      return product;
    }

    private int[] starts(long[] dims) {
      long[] outer = Arrays.copyOf(dims, dims.length - 2);
      long[] strides = Broadcast.strides(outer, batch);
      int matrix = Layout.count(dims[dims.length - 2], dims[dims.length - 1]);
      return Arrays.stream(Layout.offsets(batch, strides, 0)).map(i -> i * matrix).toArray();
    }
  }

  private static final Definition MATMUL =
      Definition.single(
          call -> {
            Pointwise.requireNumber(call, 0);
            call.requireSame(0, 1);
            return call.result(call.element(0), Matrices.of(call, 0, 1).dst());
          },
          (call, type) ->
              Reductions.ofType(
                  type,
                  Matrices.of(call, 0, 1)
                      .multiply(call.value(0).asReals(), call.value(1).asReals())));
}
