package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Node;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pointwise convolution of what another convolution gives, with nothing between them, becomes one
 * with that where this is less to compute: {@code V (W x + b) + c} is {@code (V W) x + (V b + c)}.
 * Products likewise.
 */
final class Compositions implements Pass {
  /** Of all compositions of a graph together, some tenths of a second. */
  private static final long MOST_PRODUCTS = 1 << 28;

  @Override
  public String name() {
    return "compositions";
  }

  @Override
  public int apply(Draft draft) {
    var budget = new Budget();
    for (Node start : draft.nodes()) {
      Node node = draft.has(start) ? composed(draft, start, budget) : null;
      while (node != null) {
        budget.compositions++;
        node = composed(draft, node, budget);
      }
    }
    return budget.compositions;
  }

  private static final class Budget {
    long products = MOST_PRODUCTS;
    int compositions;
  }

  /** Returns a node that does the work of its only reader too, or null where it does not. */
  private static @Nullable Node composed(Draft draft, Node node, Budget budget) {
    if (!Convolutions.isPlain(draft, node)) {
      return null;
    }
    Node reader = draft.onlyReader(node.outputs().getFirst());
    if (reader == null
        || !Convolutions.isPlain(draft, reader)
        || !reader.operator().equals(node.operator())
        || !Convolutions.isPointwise(draft, reader)) {
      return null;
    }
    long[] dims = draft.type(node.inputs().get(1)).dims();
    long middle = dims[0];
    long each = draft.type(node.inputs().get(1)).elementCount() / middle;
    long oc = draft.type(reader.inputs().get(1)).dim(0);
    if (oc * each >= middle * (each + oc) || oc * each * middle > budget.products) {
      return null;
    }
    budget.products -= oc * each * middle;
    float[] behind = Convolutions.weights(draft, reader);
    float[] weights = product(behind, Convolutions.weights(draft, node), (int) middle);
    float[] bias = product(behind, bias(draft, node, (int) middle), (int) middle);
    float[] added = bias(draft, reader, (int) oc);
    for (int o = 0; o < oc; o++) {
      bias[o] += added[o];
    }
    if (!Convolutions.areFinite(weights) || !Convolutions.areFinite(bias)) {
      return null;
    }
    dims[0] = oc;
    Node both =
        Fused.node(
            node.name(),
            node.operator(),
            List.of(node.inputs().getFirst(), draft.add(weights, dims), draft.add(bias, oc)),
            reader.outputs().getFirst(),
            node.attributes());
    draft.replace(List.of(node, reader), both);
    return both;
  }

  private static float[] bias(Draft draft, Node node, int channels) {
    return node.hasInput(2)
        ? Objects.requireNonNull(draft.floats(node.inputs().get(2)), "a bias is constant")
        : new float[channels];
  }

  /** Returns the product of matrices, {@code [n, k]} and {@code [k, m]}, summed in double. */
  private static float[] product(float[] left, float[] right, int k) {
    int n = left.length / k;
    int m = right.length / k;
    float[] product = new float[n * m];
    double[] row = new double[m];
    for (int i = 0; i < n; i++) {
      Arrays.fill(row, 0);
      for (int j = 0; j < k; j++) {
        addTo(row, left[i * k + j], right, j * m);
      }
      for (int c = 0; c < m; c++) {
        product[i * m + c] = (float) row[c];
      }
    }
    return product;
  }

  private static void addTo(double[] row, double factor, float[] from, int first) {
    for (int c = 0; c < row.length; c++) {
      row[c] += factor * from[first + c];
    }
  }
}
