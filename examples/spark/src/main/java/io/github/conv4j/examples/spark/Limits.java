package io.github.conv4j.examples.spark;

import java.io.Serializable;

/**
 * What a picture may be; larger ones are rows with an error.
 *
 * @param fileBytes of its file
 * @param pixels when it is decoded
 */
record Limits(long fileBytes, long pixels) implements Serializable {
  static final Limits DEFAULTS = new Limits(64L << 20, 16_000_000);

  /** Of one run of a network. */
  static final long WORK_BYTES = 1L << 30;

  /** Of each network, of all the sizes that it is prepared for. */
  static final long PREPARED_BYTES = 256L << 20;
}
