package io.github.conv4j.internal.vector.base;

/**
 * Numbers of output channels. Vectors read beyond the last one what belongs to the first ones
 * again, which are those of the next pixel.
 */
final class PerChannel {
  private PerChannel() {}

  /** Repeats numbers that begin at an index until another one. */
  static void repeat(float[] numbers, int begin, int channels, int end) {
    for (int i = begin + channels; i < end; i++) {
      numbers[i] = numbers[i - channels];
    }
  }
}
