package io.github.conv4j.internal.reference;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.PostOp.Origin;
import io.github.conv4j.PostOps;
import io.github.conv4j.tensor.Tensor;
import java.util.List;

/** Post-ops by their definition, one output after the other. */
final class Epilogue {
  private final PostOp[] postOps;

  /** By how much the place in the operand grows with the output's index and with its channel. */
  private final int[] indexSteps;

  private final int[] channelSteps;

  /** Of each post-op: what does not change from run to run, else the run's operand. */
  private final float[][] constants;

  private final int[] runIndexes;

  Epilogue(PostOps all, List<Tensor> requestOperands) {
    List<PostOp> list = all.list();
    int count = list.size();
    postOps = list.toArray(PostOp[]::new);
    indexSteps = new int[count];
    channelSteps = new int[count];
    constants = new float[count][];
    runIndexes = new int[count];
    int requests = 0;
    int runs = 0;
    for (int i = 0; i < count; i++) {
      Operand operand = postOps[i] instanceof Binary b ? b.operand() : Operand.scalar(0);
      indexSteps[i] = operand.extent() == Extent.FULL ? 1 : 0;
      channelSteps[i] = operand.extent() == Extent.PER_CHANNEL ? 1 : 0;
      runIndexes[i] = operand.origin() == Origin.RUN ? runs++ : -1;
      constants[i] =
          switch (operand.origin()) {
            case DESCRIPTION -> new float[] {operand.value()};
            case REQUEST -> requestOperands.get(requests++).toFloatArray();
            case RUN -> new float[0];
          };
    }
  }

  long constantsByteSize() {
    long bytes = 0;
    for (float[] constant : constants) {
      bytes += (long) constant.length * Float.BYTES;
    }
    return bytes;
  }

  /**
   * Applies all.
   *
   * @param index of the output in row-major order
   * @param runOperands in row-major order
   */
  double apply(double sum, int channel, int index, float[][] runOperands) {
    double x = sum;
    for (int i = 0; i < postOps.length; i++) {
      float[] values = runIndexes[i] < 0 ? constants[i] : runOperands[runIndexes[i]];
      x = postOps[i].apply(x, values[indexSteps[i] * index + channelSteps[i] * channel]);
    }
    return x;
  }

  /** Applies all in f32; see {@link #apply}. */
  float applyInFloat(float sum, int channel, int index, float[][] runOperands) {
    float x = sum;
    for (int i = 0; i < postOps.length; i++) {
      float[] values = runIndexes[i] < 0 ? constants[i] : runOperands[runIndexes[i]];
      x = postOps[i].applyInFloat(x, values[indexSteps[i] * index + channelSteps[i] * channel]);
    }
    return x;
  }
}
