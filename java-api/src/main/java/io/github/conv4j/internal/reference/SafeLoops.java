package io.github.conv4j.internal.reference;

import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.compose.SlowLog;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The way out for the few problems that an engine gets wrong: the naive loops, said aloud. */
public final class SafeLoops {
  /** In a young JVM an array is fresh memory, of which more takes longer than it saves. */
  private static final int BLOCK = 512;

  private static final int EXPONENT = 0x7f80_0000;

  // Of two floats at once.

  private static final long EXPONENTS = 0x7f80_0000_7f80_0000L;
  private static final long LOWEST_BITS = 0x0080_0000_0080_0000L;
  private static final long SIGNS = 0x8000_0000_8000_0000L;

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
      for (float value : weights.toFloatArray()) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
      return true;
    }
    MemorySegment segment = weights.segment();
    // What is no whole number is not looked at.
    long end = segment.byteSize() / Float.BYTES * Float.BYTES;
    int count = (int) Math.min(BLOCK, Math.ceilDiv(end, Long.BYTES));
    // Through an array: in a young JVM, a look into a segment takes fifty times as long.
    var pairs = new long[count];
    for (long at = 0; at < end; at += (long) count * Long.BYTES) {
      long left = end - at;
      count = (int) Math.min(count, left / Long.BYTES);
      if (count == 0) {
        return (segment.get(ValueLayout.JAVA_INT_UNALIGNED, at) & EXPONENT) != EXPONENT;
      }
      MemorySegment.copy(segment, ValueLayout.JAVA_LONG_UNALIGNED, at, pairs, 0, count);
      if (!allFinite(pairs, count)) {
        return false;
      }
    }
    return true;
  }

  private static boolean allFinite(long[] pairs, int count) {
    long carries = 0;
    // An exponent of ones, and no other, carries into the sign; and no sign into the next float.
    for (int i = 0; i < count; i++) {
      carries |= (pairs[i] & EXPONENTS) + LOWEST_BITS;
    }
    return (carries & SIGNS) == 0;
  }
}
