package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.internal.prepared.ElementOffsets;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Moves channels; source and result have the same spec. */
final class Shuffle {
  private final TensorSpec spec;
  private final int channels;

  /** Which channel of the source each channel comes from. */
  private final int[] sources;

  /** For layouts that are not plain: where each element comes from, and where it goes. */
  private final long[] from;

  private final long[] to;

  Shuffle(ChannelShuffle description, TensorSpec spec) {
    this.spec = spec;
    this.channels = Math.toIntExact(description.channels());
    this.sources = new int[channels];
    Arrays.setAll(sources, c -> Math.toIntExact(description.sourceChannel(c)));
    this.to = spec.layout() instanceof Layout.Plain ? new long[0] : ElementOffsets.of(spec);
    this.from = new long[to.length];
    int channelElements = (int) (spec.shape().elementCount() / spec.shape().dim(0)) / channels;
    for (int i = 0; i < to.length; i++) {
      int channel = i / channelElements % channels;
      int moved = sources[channel] - channel;
      from[i] = to[i + moved * channelElements];
    }
  }

  void run(MemorySegment src, MemorySegment dst) {
    if (!(spec.layout() instanceof Layout.Plain plain)) {
      moveElements(src, dst);
    } else if (plain.isChannelsLast()) {
      movePixels(src, dst);
    } else {
      movePlanes(src, dst);
    }
  }

  private void movePixels(MemorySegment src, MemorySegment dst) {
    long pixelCount = spec.shape().elementCount() / channels;
    for (long pixel = 0; pixel < pixelCount; pixel++) {
      long base = pixel * channels;
      for (int c = 0; c < channels; c++) {
        dst.setAtIndex(JAVA_FLOAT, base + c, src.getAtIndex(JAVA_FLOAT, base + sources[c]));
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
            (n * channels + sources[c]) * planeBytes,
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
