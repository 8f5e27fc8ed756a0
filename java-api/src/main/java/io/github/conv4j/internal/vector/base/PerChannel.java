package io.github.conv4j.internal.vector.base;

/**
 * Numbers of output channels. Beyond the last one vectors read those of the first ones again: of
 * the next pixel where a vector holds several, else in lanes that do not count.
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
