package io.github.conv4j.internal.reference;

import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.compose.SlowLog;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** The way out for the few problems that an engine gets wrong: the naive loops, said aloud. */
public final class SafeLoops {
  private static final int BLOCK = 4096;
  private static final int EXPONENT = 0x7f80_0000;
  private static final int LOWEST_EXPONENT_BIT = 0x0080_0000;

  private SafeLoops() {}

  /** Prepares the naive loops for an engine, with the reason in the log and in the explanation. */
  public static PreparedConvolution prepare(
      String engine, Ledger ledger, PrepareRequest request, String reason) {
    SlowLog.tell("the naive loops run, since " + reason, request.problemText());
    return ReferenceConvolution.prepare(
        engine, "the naive loops run this, slowly: " + reason, request, ledger);
  }

  /** Tells whether no weight is infinite or not a number. */
  public static boolean allFinite(Tensor weights) {
    DataType type = weights.spec().dataType();
    if (type.isInteger()) {
      return true;
    }
    if (type != DataType.F32) {
      float[] values = weights.toFloatArray();
      int[] bits = new int[values.length];
      Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
      return allFinite(bits, bits.length);
    }
    MemorySegment segment = weights.segment();
    // What is no whole number is not looked at.
    long end = segment.byteSize() / Float.BYTES * Float.BYTES;
    int count = (int) Math.min(BLOCK, end / Float.BYTES);
    // Through an array: in a young JVM, a look into a segment takes fifty times as long.
    var block = new int[count];
    for (long at = 0; at < end; at += (long) count * Float.BYTES) {
      count = (int) Math.min(count, (end - at) / Float.BYTES);
      MemorySegment.copy(segment, ValueLayout.JAVA_INT_UNALIGNED, at, block, 0, count);
      if (!allFinite(block, count)) {
        return false;
      }
    }
    return true;
  }

  private static boolean allFinite(int[] bits, int count) {
    int carries = 0;
    for (int i = 0; i < count; i++) {
      // An exponent of ones, and no other, carries into the sign.
      carries |= (bits[i] & EXPONENT) + LOWEST_EXPONENT_BIT;
    }
    return carries >= 0;
  }
}
