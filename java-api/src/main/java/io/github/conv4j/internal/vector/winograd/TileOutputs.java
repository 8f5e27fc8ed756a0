package io.github.conv4j.internal.vector.winograd;

import io.github.conv4j.internal.vector.base.EpilogueArguments;

/**
 * The products of one tile and where its outputs go. Steps and positions are in elements. Changed
 * and used again.
 */
final class TileOutputs {
  float[] sums = new float[0];

  /** Where the tile's channels begin in the sums, for the first point. */
  int sumsFrom;

  /** From one point to the next. */
  int pointStep;

  float[] bias = new float[0];

  /** The first output channel. */
  int channel;

  /** How many there are, at least as many as a vector has lanes. */
  int channels;

  /** Working memory: a vector for each output of each row of points. */
  float[] half = new float[0];

  /** The first output. */
  long at;

  long rowStep;
  long pixelStep;

  /** The operands of post-ops. */
  final EpilogueArguments epilogue;

  TileOutputs(EpilogueArguments epilogue) {
    this.epilogue = epilogue;
  }
}
