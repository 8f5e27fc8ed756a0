package io.github.conv4j.internal.vector.base;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Binary;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.PostOp.Function;
import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.PostOp.Origin;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The post-ops of a plan that its kernels apply where they store, and the operands that are the
 * same in every run. Immutable.
 */
public final class Epilogue implements AutoCloseable {
  /** No post-ops. */
  public static final Epilogue NONE = new Epilogue(PostOps.none(), List.of(), 0, 0, null);

  private static final float[] NO_NUMBERS = {};

  private static final int MOST = 4;
  private static final int MOST_TRANSCENDENTAL = 1;

  /** So few, of a few instructions each, may be repeated for each sum of a block. */
  private static final int MOST_IN_SHORT = 2;

  private static final Set<Function> TRANSCENDENTAL =
      EnumSet.of(
          Function.ELU,
          Function.SIGMOID,
          Function.TANH,
          Function.GELU_ERF,
          Function.GELU_TANH,
          Function.SWISH,
          Function.EXP);

  /**
   * The operand of one post-op.
   *
   * @param extent how many elements it has
   * @param run its index among the operands of a run, or -1
   * @param channels one number an output channel, or one in all, and again as far as vectors read,
   *     where it is the same in every run
   * @param full an element for each of dst, as dst lies, where it is the same in every run
   */
  record Source(
      Extent extent, int run, float @Nullable [] channels, @Nullable MemorySegment full) {}

  private final PostOps postOps;
  private final PostOps forms;
  private final float[][] numbers;
  private final List<@Nullable Source> sources;
  private final int channelCount;
  private final int beyond;
  private final @Nullable Arena arena;

  private Epilogue(
      PostOps postOps,
      List<@Nullable Source> sources,
      int channelCount,
      int beyond,
      @Nullable Arena arena) {
    this.postOps = postOps;
    this.forms = forms(postOps);
    this.numbers = postOps.list().stream().map(Epilogue::numbers).toArray(float[][]::new);
    this.sources = sources;
    this.channelCount = channelCount;
    this.beyond = beyond;
    this.arena = arena;
  }

  /**
   * Takes the post-ops of a request, whose operands are copied.
   *
   * @param dst how dst lies
   * @param beyond how many numbers vectors read beyond that of the last channel
   */
  public static Epilogue of(PrepareRequest request, TensorSpec dst, int beyond) {
    PostOps postOps = request.convolution().postOps();
    if (postOps.isEmpty()) {
      return NONE;
    }
    Arena arena = hasFullConstant(postOps) ? Arena.ofShared() : null;
    try {
      int channelCount = Math.toIntExact(dst.shape().dim(1));
      return new Epilogue(
          postOps, sources(request, dst, beyond, arena), channelCount, beyond, arena);
    } catch (Throwable e) {
      if (arena != null) {
        arena.close();
      }
      throw e;
    }
  }

  private static List<@Nullable Source> sources(
      PrepareRequest request, TensorSpec dst, int beyond, @Nullable Arena arena) {
    List<@Nullable Source> sources = new ArrayList<>();
    int constants = 0;
    int runs = 0;
    for (PostOp postOp : request.convolution().postOps().list()) {
      Operand operand = operandOf(postOp);
      if (operand == null || operand.origin() == Origin.DESCRIPTION) {
        sources.add(null);
      } else if (operand.origin() == Origin.RUN) {
        sources.add(new Source(operand.extent(), runs++, null, null));
      } else {
        sources.add(
            constant(operand.extent(), request.operands().get(constants++), dst, beyond, arena));
      }
    }
    return sources;
  }

  /**
   * Whether kernels apply these: their text must stay short enough for the JIT compiler, and
   * operands that are as large as dst must lie as dst does.
   */
  public static boolean serves(PostOps postOps, TensorSpec dst) {
    return transcendental(postOps.list()) <= MOST_TRANSCENDENTAL
        && postOps.list().size() <= MOST
        && dst.layout() instanceof Layout.Plain;
  }

  /** Whether post-ops are a few instructions. */
  public static boolean isShort(List<PostOp> postOps) {
    return postOps.size() <= MOST_IN_SHORT && transcendental(postOps) == 0;
  }

  /**
   * Whether post-ops take registers from the sums of a block, as their numbers do, and operands
   * with a number for each channel. Chains with an operand as large as dst were not slower beside
   * as many sums (ADR 60), and long ones do not follow the sums.
   */
  public static boolean takesRegisters(PostOps postOps) {
    return !postOps.isEmpty()
        && isShort(postOps.list())
        && postOps.list().stream()
            .map(Epilogue::operandOf)
            .noneMatch(operand -> operand != null && operand.extent() == Extent.FULL);
  }

  private static long transcendental(List<PostOp> postOps) {
    return postOps.stream()
        .filter(postOp -> postOp instanceof Eltwise e && TRANSCENDENTAL.contains(e.function()))
        .count();
  }

  private static boolean hasFullConstant(PostOps postOps) {
    return postOps.requestOperands().stream().anyMatch(o -> o.extent() == Extent.FULL);
  }

  private static Source constant(
      Extent extent, Tensor tensor, TensorSpec dst, int beyond, @Nullable Arena arena) {
    if (extent != Extent.FULL || arena == null) {
      float[] values = tensor.toFloatArray();
      float[] repeated = Arrays.copyOf(values, values.length + beyond);
      PerChannel.repeat(repeated, 0, values.length, repeated.length);
      return new Source(extent, -1, repeated, null);
    }
    Tensor copy = Tensor.allocate(dst, arena);
    tensor.reorderTo(copy);
    return new Source(extent, -1, null, copy.segment());
  }

  /** Whether the operand of a post-op has a number for each channel. */
  public static boolean hasEachChannel(PostOps postOps) {
    return postOps.list().stream()
        .map(Epilogue::operandOf)
        .anyMatch(operand -> operand != null && operand.extent() == Extent.PER_CHANNEL);
  }

  private static @Nullable Operand operandOf(PostOp postOp) {
    return postOp instanceof Binary binary ? binary.operand() : null;
  }

  private static float[] numbers(PostOp postOp) {
    if (!takesNumbers(postOp)) {
      return NO_NUMBERS;
    }
    return switch (postOp) {
      case Eltwise eltwise -> new float[] {eltwise.alpha(), eltwise.beta()};
      case Binary binary -> new float[] {binary.operand().value()};
    };
  }

  /** Leaves numbers out, but for those that spare instructions. */
  static PostOps forms(PostOps postOps) {
    return PostOps.of(postOps.list().stream().map(Epilogue::form).toList());
  }

  private static PostOp form(PostOp postOp) {
    if (!takesNumbers(postOp)) {
      return postOp;
    }
    return switch (postOp) {
      case Eltwise eltwise when eltwise.function() == Function.RELU -> PostOp.leakyRelu(1);
      case Eltwise eltwise -> new Eltwise(eltwise.function(), 0, 0);
      case Binary binary -> new Binary(binary.operation(), Operand.scalar(0));
    };
  }

  /** Whether kernels are given alpha, beta or the scalar of a post-op, or of its form. */
  public static boolean takesNumbers(PostOp postOp) {
    return switch (postOp) {
      case Eltwise eltwise ->
          switch (eltwise.function()) {
            case RELU -> eltwise.alpha() != 0;
            case SWISH -> eltwise.alpha() != 1;
            case ELU, HARD_SIGMOID, CLIP, LINEAR -> true;
            default -> false;
          };
      case Binary binary -> binary.operand().origin() == Origin.DESCRIPTION;
    };
  }

  /** Returns the post-ops. */
  PostOps postOps() {
    return postOps;
  }

  /**
   * Returns what kernels are written for: the post-ops, with any other numbers in the place of most
   * that describe them. Kernels read the true ones from {@link EpilogueArguments#numbers}, so that
   * layers which differ in them alone share one kernel.
   */
  public PostOps forms() {
    return forms;
  }

  /** Returns alpha and beta, or the scalar, of a post-op that {@link #takesNumbers}. */
  float[] numbers(int postOp) {
    return numbers[postOp];
  }

  /**
   * Returns where the operand of a post-op is; null where it has none, or a scalar of the
   * description.
   */
  @Nullable Source source(int postOp) {
    return sources.get(postOp);
  }

  /** Returns how many numbers an operand has that is not as large as dst. */
  int channelCount(Extent extent) {
    return extent == Extent.SCALAR ? 1 : channelCount;
  }

  /** Returns how many numbers vectors read beyond that of the last channel. */
  int beyond() {
    return beyond;
  }

  /** Further calls do nothing. */
  @Override
  public void close() {
    if (arena != null && arena.scope().isAlive()) {
      arena.close();
    }
  }

  int count() {
    return sources.size();
  }

  /** Returns those of {@link #byteSize} that are not on the Java heap. */
  public long offHeapByteSize() {
    long bytes = 0;
    for (Source source : sources) {
      bytes += source == null || source.full() == null ? 0 : source.full().byteSize();
    }
    return bytes;
  }

  /** Returns the bytes of operands that are the same in every run. */
  public long byteSize() {
    long bytes = 0;
    for (Source source : sources) {
      if (source != null && source.channels() != null) {
        bytes += (long) source.channels().length * Float.BYTES;
      } else if (source != null && source.full() != null) {
        bytes += source.full().byteSize();
      }
    }
    return bytes;
  }
}
