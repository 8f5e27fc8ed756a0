package io.github.conv4j.internal.vector;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PartedConvolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.base.Plan;
import io.github.conv4j.internal.vector.base.Scratch;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A convolution by a {@link Plan}.
 *
 * @param <S> the working memory of one thread
 */
final class VectorConvolution<S extends Scratch> extends PartedConvolution<S> {
  private static final boolean MAY_UNCONFINE =
      VectorConvolution.class.getModule().isNativeAccessEnabled();

  private final Plan<S> plan;

  VectorConvolution(
      PrepareRequest request,
      Explanation explanation,
      Ledger ledger,
      Plan<S> plan,
      boolean shared) {
    super(
        request.src(),
        request.dst(),
        PrepareRequest.runOperandSpecs(request.convolution(), request.dst()),
        explanation,
        ledger,
        shared ? plan.partCount() : 1,
        plan::newScratch,
        plan.epilogue());
    this.plan = plan;
  }

  @Override
  protected void beginShare(S scratch) {
    scratch.forgetPanel();
  }

  @Override
  protected void runAlone(S scratch, MemorySegment src, MemorySegment dst) {
    beginShare(scratch);
    for (int part = 0; part < plan.partCount(); part++) {
      plan.runPart(part, scratch, src, dst);
    }
  }

  @Override
  protected void runPart(int part, S scratch, MemorySegment src, MemorySegment dst) {
    plan.runPart(part, scratch, src, dst);
  }

  @Override
  protected void runAlone(
      S scratch, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    scratch.epilogue().bind(operands);
    try {
      runAlone(scratch, src, dst);
    } finally {
      scratch.epilogue().unbind();
    }
  }

  @Override
  protected void runPart(
      int part, S scratch, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    scratch.epilogue().bind(operands);
    try {
      runPart(part, scratch, src, dst);
    } finally {
      scratch.epilogue().unbind();
    }
  }

  /** Java asks for native access before a segment may be seen by another thread than its own. */
  @Override
  @SuppressWarnings("restricted")
  protected @Nullable MemorySegment unconfined(MemorySegment segment) {
    return MAY_UNCONFINE
        ? MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize())
        : null;
  }
}
