package io.github.conv4j.networks.internal.lower;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.MemorySegment;

/** Post-ops by their definition, element by element: for orders of axes that have no faster form. */
final class PointwiseDefinition implements Primitive {
  private final PostOps postOps;
  private final long elementCount;
  private final long channels;

  /** How many elements lie between those of neighbouring channels. */
  private final long channelStride;

  /**
   * Takes post-ops.
   *
   * @param channels 1 where no operand has one number a channel
   */
  PointwiseDefinition(PostOps postOps, long elementCount, long channels, long channelStride) {
    this.postOps = postOps;
    this.elementCount = elementCount;
    this.channels = channels;
    this.channelStride = channelStride;
  }

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    return this::run;
  }

  private void run(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    for (long i = 0; i < elementCount; i++) {
      double value = src.getAtIndex(JAVA_FLOAT, i);
      long channel = i / channelStride % channels;
      int operand = 0;
      for (PostOp postOp : postOps.list()) {
        double second = 0;
        if (postOp instanceof Binary binary) {
          second =
              switch (binary.operand().origin()) {
                case DESCRIPTION -> binary.operand().value();
                case REQUEST, RUN -> {
                  long at =
                      switch (binary.operand().extent()) {
                        case SCALAR -> 0;
                        case PER_CHANNEL -> channel;
                        case FULL -> i;
                      };
                  yield operands[operand++].getAtIndex(JAVA_FLOAT, at);
                }
              };
        }
        value = postOp.apply(value, second);
      }
      dst.setAtIndex(JAVA_FLOAT, i, (float) value);
    }
  }
}
