package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.internal.prepared.ElementOffsets;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;

/** Moves channels; source and result have the same spec. */
final class Shuffle {
  private final ChannelShuffle description;
  private final TensorSpec spec;
  private final int channels;
  private final int groups;

  /** For layouts that are not plain: where each element comes from, and where it goes. */
  private final long[] from;

  private final long[] to;

  Shuffle(ChannelShuffle description, TensorSpec spec) {
    this.description = description;
    this.spec = spec;
    this.channels = Math.toIntExact(description.channels());
    this.groups = Math.toIntExact(description.groups());
    this.to = spec.layout() instanceof Layout.Plain ? new long[0] : ElementOffsets.of(spec);
    this.from = new long[to.length];
    int channelElements = (int) (spec.shape().elementCount() / spec.shape().dim(0)) / channels;
    for (int i = 0; i < to.length; i++) {
      int channel = i / channelElements % channels;
      int moved = (int) description.sourceChannel(channel) - channel;
      from[i] = to[i + moved * channelElements];
    }
  }

  void run(Tensor src, Tensor dst) {
    if (!(spec.layout() instanceof Layout.Plain plain)) {
      moveElements(src.segment(), dst.segment());
    } else if (plain.isChannelsLast()) {
      movePixels(src.segment(), dst.segment());
    } else {
      movePlanes(src.segment(), dst.segment());
    }
  }

  private void movePixels(MemorySegment src, MemorySegment dst) {
    int perGroup = channels / groups;
    long pixelCount = spec.shape().elementCount() / channels;
    for (long pixel = 0; pixel < pixelCount; pixel++) {
      long base = pixel * channels;
      for (long g = 0; g < groups; g++) {
        for (long i = 0; i < perGroup; i++) {
          float value = src.getAtIndex(JAVA_FLOAT, base + g * perGroup + i);
          dst.setAtIndex(JAVA_FLOAT, base + i * groups + g, value);
        }
      }
    }
  }

  private void movePlanes(MemorySegment src, MemorySegment dst) {
    long batch = spec.shape().dim(0);
    long planeBytes = spec.byteSize() / batch / channels;
    for (long n = 0; n < batch; n++) {
      for (int c = 0; c < channels; c++) {
        MemorySegment.copy(
            src,
            (n * channels + description.sourceChannel(c)) * planeBytes,
            dst,
            (n * channels + c) * planeBytes,
            planeBytes);
      }
    }
  }

  /** Any other layout, element by element. */
  private void moveElements(MemorySegment src, MemorySegment dst) {
    for (int i = 0; i < to.length; i++) {
      dst.setAtIndex(JAVA_FLOAT, to[i], src.getAtIndex(JAVA_FLOAT, from[i]));
    }
  }
}
