package io.github.conv4j.onednn;

import io.github.conv4j.tensor.DataType;
import java.lang.foreign.MemorySegment;

/** What a primitive does to sums of bytes before its bias, and which byte stands for zero. */
final class SumScales {
  /** Output channels, and groups before them, are the first dimensions of the weights. */
  private static final int PER_CHANNEL = 1;

  private static final int PER_CHANNEL_OF_GROUPS = 3;

  private SumScales() {}

  /** Sets what a primitive is to be given, of attributes. */
  static void describe(PrimitiveSpec spec, MemorySegment attributes) {
    if (spec.types().scalesSums()) {
      Dnnl.setWeightsScalesMask(
          attributes, spec.groups() == 1 ? PER_CHANNEL : PER_CHANNEL_OF_GROUPS);
    }
    if (spec.hasZeroPoint()) {
      Dnnl.setSrcZeroPoint(attributes);
    }
  }

  /** Returns the descriptor of one factor an output channel. */
  static MemorySegment scalesDesc(PrimitiveSpec spec) {
    return Dnnl.createF32Desc(new long[] {spec.outChannels()}, new long[] {1});
  }

  /** Returns the descriptor of an integer. */
  static MemorySegment zeroPointDesc() {
    return Dnnl.createDesc(DataType.S32, new long[] {1}, new long[] {1});
  }
}
