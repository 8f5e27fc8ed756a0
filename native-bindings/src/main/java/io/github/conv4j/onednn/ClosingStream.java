package io.github.conv4j.onednn;

import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that also closes what it was opened from. */
final class ClosingStream extends FilterInputStream {

  private final Closeable owner;

  ClosingStream(InputStream in, Closeable owner) {
    super(in);
    this.owner = owner;
  }

  @Override
  public void close() throws IOException {
    try (owner) {
      super.close();
    }
  }
}
