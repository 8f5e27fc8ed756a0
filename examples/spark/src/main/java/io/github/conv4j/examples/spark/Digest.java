package io.github.conv4j.examples.spark;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256. */
final class Digest {
  private Digest() {}

  /** Returns that of files one after the other, of which none is taken for a part of another. */
  static String of(byte[]... files) {
    try {
      MessageDigest all = MessageDigest.getInstance("SHA-256");
      for (byte[] file : files) {
        all.update(MessageDigest.getInstance("SHA-256").digest(file));
      }
      return HexFormat.of().formatHex(all.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
