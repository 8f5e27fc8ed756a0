package io.github.conv4j.internal.compose;

import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.reference.ReferenceConvolution;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The way out for the few problems that an engine gets wrong: the naive loops, said aloud. */
public final class SafeLoops {
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
    MemorySegment segment = weights.segment();
    int largestMagnitude = 0;
    for (long i = 0, n = segment.byteSize() / Float.BYTES; i < n; i++) {
      largestMagnitude =
          Math.max(largestMagnitude, segment.getAtIndex(ValueLayout.JAVA_INT, i) & 0x7fff_ffff);
    }
    return Float.isFinite(Float.intBitsToFloat(largestMagnitude));
  }
}
