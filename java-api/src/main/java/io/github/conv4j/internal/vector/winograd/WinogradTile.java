package io.github.conv4j.internal.vector.winograd;

/**
 * The sizes of Winograd's algorithm for 3x3 kernels and how weights are transformed for them.
 *
 * <p>{@code F(m x m, 3x3)} computes {@code m x m} outputs from {@code (m + 2) x (m + 2)} source
 * pixels with one product for each of these, not {@code 9 m m}: {@code Y = A^T [(G g G^T) . (B^T d
 * B)] A}. The transforms follow from polynomials that agree at {@code m + 1} points and infinity:
 * row {@code p} of {@code B^T} holds the coefficients of the product over the other points {@code
 * q} of {@code (x - q)}, row {@code p} of {@code G} is {@code [1, p, p^2]} over the value of that
 * product at {@code p}.
 *
 * @see <a href="https://arxiv.org/abs/1509.09308">Lavin and Gray, Fast Algorithms for Convolutional
 *     Neural Networks</a>
 */
public enum WinogradTile {
  /** 2x2 outputs, 2.25 times fewer products. */
  OUTPUTS_2X2("winograd2x2", 2),

  /**
   * 4x4 outputs, 4 times fewer products. All constants of these points are exact, and the errors
   * are half of those of the points 1 and 2 that the paper takes.
   */
  OUTPUTS_4X4("winograd4x4", 4);

  private final String planName;
  private final int outputs;

  /** Source pixels along one side. */
  final int size;

  WinogradTile(String planName, int outputs) {
    this.planName = planName;
    this.outputs = outputs;
    this.size = outputs + 2;
  }

  /** Returns the name of the plan. */
  public String planName() {
    return planName;
  }

  /** Returns how many outputs lie along one side. */
  public int outputs() {
    return outputs;
  }

  /** Returns the tile whose plan has this name. */
  public static WinogradTile named(String planName) {
    for (WinogradTile tile : values()) {
      if (tile.planName.equals(planName)) {
        return tile;
      }
    }
    throw new IllegalArgumentException("there is no plan " + planName);
  }

  /** Source pixels, and products, of one tile. */
  public int points() {
    return size * size;
  }

  /** Returns G, {@code [size][3]}. */
  double[][] weightsTransform() {
    double[] points =
        this == OUTPUTS_2X2 ? new double[] {0, 1, -1} : new double[] {0, 0.625, -0.625, 1.5, -1.5};
    double[][] rows = new double[size][];
    for (int i = 0; i < size - 1; i++) {
      double p = points[i];
      double scale = 1;
      for (int j = 0; j < size - 1; j++) {
        scale *= j == i ? 1 : p - points[j];
      }
      rows[i] = new double[] {1 / scale, p / scale, p * p / scale};
    }
    rows[size - 1] = new double[] {0, 0, 1};
    return rows;
  }
}
