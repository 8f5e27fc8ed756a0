package io.github.conv4j.onednn;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.PostOp.Operation;
import io.github.conv4j.PostOp.Origin;
import io.github.conv4j.PostOps;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which post-ops oneDNN applies while it writes, and how it is told.
 *
 * <p>Its generated kernels for x86-64 compute NaN, infinities and zeros as the definition says,
 * apart from {@code exp}, which makes infinity of NaN, and {@code gelu_erf} for AVX-512, which
 * makes NaN of infinity. Its catch-alls do not: their {@code relu} makes NaN of minus infinity,
 * their {@code sigmoid} 0 of NaN. What kernels of other processors do was not looked at.
 */
final class Fusion {
  /** Channels are the second dimension. */
  private static final int PER_CHANNEL_MASK = 1 << 1;

  private static final boolean IS_X86 =
      NativePlatform.of(System.getProperty("os.name"), System.getProperty("os.arch"))
          .map(platform -> platform.classifier().endsWith("x86_64"))
          .orElse(false);

  private Fusion() {}

  /** Whether oneDNN's kernels may apply all of these. */
  static boolean serves(PostOps postOps) {
    return IS_X86
        && postOps.runOperands().size() <= Dnnl.MOST_HELD_OPERANDS
        && !has(PostOp.Function.EXP, postOps);
  }

  private static boolean has(PostOp.Function function, PostOps postOps) {
    for (PostOp postOp : postOps.list()) {
      if (postOp instanceof Eltwise eltwise && eltwise.function() == function) {
        return true;
      }
    }
    return false;
  }

  /** Whether an implementation applies post-ops as the definition says. */
  static boolean serves(PostOps postOps, Implementation implementation) {
    if (postOps.isEmpty()) {
      return true;
    }
    boolean isWide = implementation.isFor("avx512") || implementation.isFor("avx10");
    return !implementation.isSlow()
        && !implementation.isOfGradients()
        && !(isWide && has(PostOp.Function.GELU_ERF, postOps));
  }

  /** Whether an operand is as large as dst. */
  static boolean hasFullOperand(PostOps postOps) {
    return postOps.list().stream()
        .map(Fusion::operand)
        .anyMatch(operand -> operand != null && operand.extent() == Extent.FULL);
  }

  /** The operand of a post-op, null if it has none. */
  static @Nullable Operand operand(PostOp postOp) {
    return postOp instanceof Binary binary ? binary.operand() : null;
  }

  /** Whether the operand of a post-op is what dst held before. */
  static boolean isInDst(PrimitiveSpec spec, int index) {
    return index == 0 && spec.addsToDst();
  }

  /**
   * Whether the first post-op adds a tensor that is as large as dst and given at each run: it may
   * be given in dst.
   */
  static boolean mayAddToDst(PostOps postOps) {
    return !postOps.isEmpty()
        && postOps.list().getFirst() instanceof Binary binary
        && binary.operation() == Operation.ADD
        && binary.operand().origin() == Origin.RUN
        && binary.operand().extent() == Extent.FULL;
  }

  /** Whether memory for an operand is found anew in each call: not a small constant. */
  static boolean isPlaced(Operand operand) {
    return operand.origin() == Origin.RUN || operand.extent() == Extent.FULL;
  }

  /**
   * Sets the post-ops of attributes.
   *
   * @param operandDescs one for each post-op, NULL where it has no operand
   */
  static void describe(
      PrimitiveSpec spec,
      List<MemorySegment> operandDescs,
      MemorySegment attributes,
      Handles temporary) {
    List<PostOp> list = spec.postOps().list();
    if (list.isEmpty()) {
      return;
    }
    MemorySegment postOps = temporary.own(Dnnl.createPostOps(), Destroyer.POST_OPS);
    for (int i = 0; i < list.size(); i++) {
      if (isInDst(spec, i)) {
        Dnnl.appendSum(postOps);
        continue;
      }
      switch (list.get(i)) {
        case Eltwise eltwise -> append(postOps, eltwise);
        case Binary binary -> {
          if (binary.operation() == Operation.PRELU) {
            Dnnl.appendPrelu(postOps, PER_CHANNEL_MASK);
          } else {
            Dnnl.appendBinary(postOps, DnnlAlgorithms.of(binary.operation()), operandDescs.get(i));
          }
        }
      }
    }
    Dnnl.setPostOps(attributes, postOps);
  }

  /** Returns a descriptor for each post-op, NULL where it has no operand. */
  static List<MemorySegment> operandDescs(PrimitiveSpec spec, Handles handles) {
    List<MemorySegment> descs = new ArrayList<>();
    List<PostOp> list = spec.postOps().list();
    for (int i = 0; i < list.size(); i++) {
      Operand operand = operand(list.get(i));
      descs.add(
          operand == null || isInDst(spec, i)
              ? MemorySegment.NULL
              : handles.own(desc(spec, operand.extent()), Destroyer.DESC));
    }
    return descs;
  }

  private static MemorySegment desc(PrimitiveSpec spec, Extent extent) {
    if (extent == Extent.FULL) {
      var dst = spec.kernelDst();
      return Dnnl.createF32Desc(dst.dimsArray(), dst.stridesArray());
    }
    int rank = spec.dst().dims().size();
    List<Long> dims = new ArrayList<>(Collections.nCopies(rank, 1L));
    if (extent == Extent.PER_CHANNEL) {
      dims.set(1, spec.outChannels());
    }
    var dense = io.github.conv4j.onednn.Operand.channelsFirst(dims);
    return Dnnl.createF32Desc(dense.dimsArray(), dense.stridesArray());
  }

  /** Returns the kind of the argument of a post-op with an operand. */
  static int argument(PostOp postOp, int index) {
    boolean prelu = postOp instanceof Binary binary && binary.operation() == Operation.PRELU;
    return Dnnl.argOfPostOp(index, prelu ? Dnnl.ARG_WEIGHTS : Dnnl.ARG_SRC_1);
  }

  private static void append(MemorySegment postOps, Eltwise eltwise) {
    int algorithm = DnnlAlgorithms.of(eltwise.function());
    switch (eltwise.function()) {
      case HARD_SWISH -> Dnnl.appendEltwise(postOps, algorithm, 1f / 6, 0.5f);
      default -> Dnnl.appendEltwise(postOps, algorithm, eltwise.alpha(), eltwise.beta());
    }
  }
}
