package io.github.conv4j.networks.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Changes a file in a few places, as chance has it. */
public final class Mutator {
  /** Bytes that are large, small, negative, cut off or the beginning of something else. */
  private static final byte[][] TELLING = {
    {0},
    {(byte) 0x7F},
    {(byte) 0x80},
    {(byte) 0xFF},
    {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x07},
    {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F},
    new ProtoWriter().rawVarint(-1).toByteArray(),
    new ProtoWriter().rawVarint(Long.MAX_VALUE).toByteArray(),
    new ProtoWriter().rawVarint(Long.MIN_VALUE).toByteArray(),
    {0x0A, 0},
    {0x12, 1},
    {0x2A, 2, 0x08, 1},
    {0x0B},
    {0x0C},
    "../../etc/passwd".getBytes(StandardCharsets.US_ASCII),
  };

  /** A run of as many bytes without a text or a message is taken for weights. */
  private static final int WINDOW = 64;

  private final String name;
  private final byte[] file;
  private final int[] structure;

  /** Finds where in a file the weights are not. */
  public Mutator(String name, byte[] file) {
    this.name = name;
    this.file = file;
    this.structure = structure(file);
  }

  /**
   * Names and tags are mostly letters and small numbers, and weights are not: what is near a run of
   * eight such bytes is structure.
   */
  private static int[] structure(byte[] file) {
    boolean[] isNear = new boolean[file.length];
    int run = 0;
    for (int i = 0; i < file.length; i++) {
      run = file[i] >= ' ' && file[i] < 0x7F ? run + 1 : 0;
      if (run >= 8) {
        Arrays.fill(isNear, Math.max(0, i - WINDOW), Math.min(file.length, i + WINDOW), true);
      }
    }
    int[] found = new int[file.length];
    int count = 0;
    for (int i = 0; i < file.length; i++) {
      if (isNear[i]) {
        found[count++] = i;
      }
    }
    return Arrays.copyOf(found, count);
  }

  /** Returns the file's name. */
  public String name() {
    return name;
  }

  /** Returns how many bytes the file has. */
  public int byteSize() {
    return file.length;
  }

  /** Returns the file with one to four changes. */
  public byte[] mutate(Random random) {
    byte[] mutant = file.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      mutant = change(mutant, random);
    }
    return mutant;
  }

  private byte[] change(byte[] bytes, Random random) {
    int at = Math.min(place(random), bytes.length - 1);
    byte[] telling = TELLING[random.nextInt(TELLING.length)];
    switch (random.nextInt(16)) {
      case 0 -> {
        return Arrays.copyOf(bytes, at + 1);
      }
      case 1 -> {
        return replace(bytes, at, 0, telling);
      }
      case 2 -> {
        return replace(bytes, at, telling.length, telling);
      }
      case 3 -> {
        return replace(bytes, at, 1 + random.nextInt(16), new byte[0]);
      }
      case 4 -> {
        int from = Math.min(place(random), bytes.length - 1);
        int to = Math.min(from + 1 + random.nextInt(300), bytes.length);
        return replace(bytes, at, 0, Arrays.copyOfRange(bytes, from, to));
      }
      case 5, 6, 7 -> bytes[at] = (byte) random.nextInt();
      case 8, 9, 10 -> bytes[at] += (byte) (random.nextBoolean() ? 1 : -1);
      default -> bytes[at] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private int place(Random random) {
    return random.nextInt(10) == 0
        ? random.nextInt(file.length)
        : structure[random.nextInt(structure.length)];
  }

  private static byte[] replace(byte[] bytes, int at, int length, byte[] by) {
    int behind = Math.min(at + length, bytes.length);
    byte[] replaced = new byte[at + by.length + bytes.length - behind];
    System.arraycopy(bytes, 0, replaced, 0, at);
    System.arraycopy(by, 0, replaced, at, by.length);
    System.arraycopy(bytes, behind, replaced, at + by.length, bytes.length - behind);
    return replaced;
  }
}
