package io.github.conv4j.internal.vector.base;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.PostOp.Origin;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The numbers and operands of an {@link Epilogue} in one call, on one thread. */
public final class EpilogueArguments {
  /** No block has more vectors of sums. */
  public static final int MOST_WAITING = 32;

  /** For no post-ops. */
  public static final EpilogueArguments NONE = new EpilogueArguments(Epilogue.NONE, 0);

  private final Epilogue epilogue;
  private final float[][] channels;
  private final MemorySegment[] full;
  private final float[] waiting;

  /** Creates arguments of which those of a run are missing. */
  public EpilogueArguments(Epilogue epilogue, int lanes) {
    this.epilogue = epilogue;
    this.channels = new float[epilogue.count()][0];
    this.full = new MemorySegment[epilogue.count()];
    this.waiting = new float[epilogue.count() == 0 ? 0 : MOST_WAITING * lanes];
    for (int i = 0; i < epilogue.count(); i++) {
      Epilogue.Source source = epilogue.source(i);
      full[i] = MemorySegment.NULL;
      if (source != null && source.channels() != null) {
        channels[i] = source.channels();
      } else if (source != null && source.full() != null) {
        full[i] = source.full();
      } else if (source != null && source.extent() != Extent.FULL) {
        channels[i] = new float[epilogue.channelCount(source.extent()) + epilogue.beyond()];
      }
    }
  }

  /** Takes the operands of a run. */
  public void bind(MemorySegment[] operands) {
    for (int i = 0; i < full.length; i++) {
      Epilogue.Source source = epilogue.source(i);
      if (source == null || source.run() < 0) {
        continue;
      }
      MemorySegment operand = operands[source.run()];
      if (source.extent() == Extent.FULL) {
        full[i] = operand;
      } else {
        int count = epilogue.channelCount(source.extent());
        MemorySegment.copy(operand, JAVA_FLOAT, 0, channels[i], 0, count);
        PerChannel.repeat(channels[i], 0, count, channels[i].length);
      }
    }
  }

  /** Lets go of the caller's memory. */
  public void unbind() {
    for (int i = 0; i < full.length; i++) {
      Epilogue.Source source = epilogue.source(i);
      if (source != null && source.run() >= 0) {
        full[i] = MemorySegment.NULL;
      }
    }
  }

  /**
   * Returns room for sums that wait for their post-ops.
   *
   * @param vectors how many, at most {@link #MOST_WAITING}
   */
  public float[] waiting(int vectors) {
    return waiting;
  }

  /** Returns the bytes that are this thread's own. */
  public long byteSize() {
    long floats = waiting.length;
    for (int i = 0; i < channels.length; i++) {
      Epilogue.Source source = epilogue.source(i);
      floats += source != null && source.run() >= 0 ? channels[i].length : 0;
    }
    return floats * Float.BYTES;
  }

  /** Returns alpha and beta of a function of one number, or the scalar of the description. */
  public float[] numbers(int postOp) {
    return epilogue.numbers(postOp);
  }

  /** Returns the operand of a post-op with one number a channel, or with one. */
  public float[] channels(int postOp) {
    return channels[postOp];
  }

  /** Returns the operand of a post-op that is as large as dst, and lies as dst does. */
  public MemorySegment full(int postOp) {
    return full[postOp];
  }

  /**
   * Returns what becomes of one output.
   *
   * @param element where it goes in dst
   */
  public float apply(float output, int channel, long element) {
    List<PostOp> list = epilogue.postOps().list();
    double value = output;
    for (int i = 0; i < list.size(); i++) {
      value = list.get(i).apply(value, operand(i, list.get(i), channel, element));
    }
    return (float) value;
  }

  private double operand(int i, PostOp postOp, int channel, long element) {
    if (!(postOp instanceof Binary binary)) {
      return 0;
    }
    if (binary.operand().origin() == Origin.DESCRIPTION) {
      return binary.operand().value();
    }
    return switch (binary.operand().extent()) {
      case SCALAR -> channels[i][0];
      case PER_CHANNEL -> channels[i][channel];
      case FULL -> full[i].getAtIndex(JAVA_FLOAT, element);
    };
  }
}
