package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What integers of a tensor mean: {@code (q - zeroPoint) * scale}, with one of each for all, or one
 * for each index of an axis.
 */
public final class Scaling {
  private final float[] scales;
  private final int[] zeroPoints;
  private final int axis;

  private Scaling(float[] scales, int[] zeroPoints, int axis) {
    this.scales = scales;
    this.zeroPoints = zeroPoints;
    this.axis = axis;
  }

  /**
   * Returns what a QuantizeLinear or DequantizeLinear says, or null where that is not constant, in
   * blocks, or not of positive and finite scales.
   */
  public static @Nullable Scaling of(Draft draft, Node node) {
    if (Attributes.integer(node, "block_size", 0) != 0) {
      return null;
    }
    int rank = draft.type(node.inputs().getFirst()).rank();
    String zeroPoints = node.hasInput(2) ? node.inputs().get(2) : "";
    return of(
        draft, node.inputs().get(1), zeroPoints, (int) Attributes.integer(node, "axis", 1), rank);
  }

  /**
   * Returns what constants say, or null likewise.
   *
   * @param zeroPoints empty for zeros
   * @param axis where there are several
   * @param rank of what is scaled
   */
  static @Nullable Scaling of(Draft draft, String scales, String zeroPoints, int axis, int rank) {
    Constant given = draft.known(scales);
    if (given == null || given.type() != ElementType.FLOAT || given.elementCount() == 0) {
      return null;
    }
    double[] reals = Values.of(given).reals();
    float[] all = new float[reals.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) reals[i];
      if (!(all[i] > 0) || all[i] == Float.POSITIVE_INFINITY) {
        return null;
      }
    }
    int[] zeros = zeroPoints.isEmpty() ? new int[1] : integers(draft.known(zeroPoints));
    if (zeros == null || (zeros.length != 1 && zeros.length != all.length)) {
      return null;
    }
    return new Scaling(all, zeros, axis < 0 ? axis + rank : axis);
  }

  /** Returns integers of up to 32 bits, or null. */
  static int @Nullable [] integers(@Nullable Constant constant) {
    if (constant == null
        || switch (constant.type()) {
          case INT8, UINT8, INT16, UINT16, INT32 -> false;
          default -> true;
        }) {
      return null;
    }
    return Arrays.stream(Values.of(constant).integers()).mapToInt(Math::toIntExact).toArray();
  }

  /** Whether there is one scale for all. */
  public boolean isSingle() {
    return scales.length == 1;
  }

  /** Returns how many scales there are. */
  public int count() {
    return scales.length;
  }

  /** Returns which axis the scales belong to, if there are several. */
  public int axis() {
    return axis;
  }

  /** Returns the scale of an index, or the only one. */
  public float scale(int index) {
    return scales[scales.length == 1 ? 0 : index];
  }

  /** Returns the zero point of an index, or the only one. */
  public int zeroPoint(int index) {
    return zeroPoints[zeroPoints.length == 1 ? 0 : index];
  }

  /** Whether 0 stands for 0 everywhere. */
  public boolean hasNoZeroPoints() {
    return Arrays.stream(zeroPoints).allMatch(zero -> zero == 0);
  }

  /** Returns all scales. */
  public float[] scales() {
    return scales.clone();
  }
}
