package io.github.conv4j.onednn;

import io.github.conv4j.onednn.PrimitiveSpec.Form;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * One way to run a problem by primitives: how they see the tensors, and oneDNN's code for it.
 *
 * @param spec the whole problem
 * @param implementation the code
 * @param nanos what it is estimated to take
 * @param alone what one thread runs, unless it runs the parts that threads share
 * @param isSlow whether it takes much longer than its multiplications should
 * @param warnings what a user should know
 */
record Way(
    PrimitiveSpec spec,
    Implementation implementation,
    double nanos,
    PartPlan alone,
    boolean isSlow,
    List<String> warnings) {
  /** How much faster than in place a way with copies must seem to be taken. */
  private static final double WORTH_COPYING = 0.9;

  /** Ways estimated to take so many times longer than the best are not offered. */
  private static final double HOPELESS = 4;

  /** A catch-all so many times slower than a kernel would be is told of. */
  private static final double SLOW = 2;

  private static final int MOST_IN_PLACE = 4;
  private static final int MOST_IN_ALL = 6;

  /** Returns the name by which this is asked for. */
  String name() {
    String rounds = spec.types().convertsSrc() ? "bf16:" : "";
    String reorders = spec.reordersSrc() || spec.copiesDst() ? spec.form().prefix() : "";
    return rounds + reorders + implementation.name();
  }

  boolean copies() {
    return spec.copies();
  }

  private static Way of(
      PrimitiveSpec spec, Implementation implementation, PartPlan alone, boolean slow) {
    double nanos = KernelCost.nanos(spec, implementation);
    return new Way(
        spec,
        implementation,
        nanos,
        alone,
        slow,
        List.copyOf(implementation.warnings(slow, isFasterInChannelsLast(spec))));
  }

  /** Zeros beside rows are copied in every layout, and some kernels like channels first better. */
  private static boolean isFasterInChannelsLast(PrimitiveSpec spec) {
    return switch (spec.form()) {
      case GIVEN, CHANNELS_LAST -> spec.reordersSrc() || spec.copiesDst();
      case PADDED -> spec.copiesDst();
      case CHANNELS_FIRST -> false;
    };
  }

  private static boolean isSlow(PrimitiveSpec spec, Implementation implementation) {
    return implementation.isSlow()
        && KernelCost.nanos(spec, implementation)
            > SLOW * KernelCost.nanos(spec, new Implementation("jit:avx2"));
  }

  /**
   * Returns the ways to run a problem, the one to take first; empty if oneDNN has none.
   *
   * @param all whether to look further than to the first
   */
  static List<Way> of(
      NativeProblem problem, TensorSpec src, TensorSpec dst, long mostElements, boolean all) {
    PrimitiveSpec given = PrimitiveSpec.of(problem, src, dst, Form.GIVEN, mostElements);
    PrimitiveSpec last = given.in(Form.CHANNELS_LAST);
    if (given.types().convertsSrc()) {
      // Src is copied in any case: to where kernels are at their best.
      return of(last, mostElements);
    }
    PrimitiveSpec first = given.in(Form.CHANNELS_FIRST);
    boolean isLast = !last.copiesSrc() && !last.copiesDst();
    boolean isFirst = !first.copiesSrc() && !first.copiesDst();
    List<Way> inPlace = of(isLast ? last : isFirst ? first : given, mostElements);
    boolean good = inPlace.stream().anyMatch(Way::suits);
    if (good && (isLast || !all)) {
      return inPlace.subList(0, Math.min(MOST_IN_PLACE, inPlace.size()));
    }
    List<Way> copied = new ArrayList<>();
    if (!isLast) {
      copied.addAll(of(last, mostElements));
    }
    boolean lastIsGood = copied.stream().anyMatch(Way::suits);
    if (!good && !lastIsGood) {
      if (!isFirst) {
        copied.addAll(of(first, mostElements));
      }
      if (given.mayPad()) {
        copied.addAll(of(given.in(Form.PADDED), mostElements));
      }
    }
    List<Way> ordered = ordered(inPlace, copied);
    return good ? withFirst(inPlace.getFirst(), ordered) : ordered;
  }

  /** Whether its code is made for such problems. */
  private boolean suits() {
    return !implementation.isSlow() && !KernelCost.isPoor(spec, implementation);
  }

  /** Who looks further finds first what is taken without that. */
  @SuppressWarnings("ReferenceEquality") // which of them, not what it says
  private static List<Way> withFirst(Way first, List<Way> ways) {
    List<Way> all = new ArrayList<>(ways);
    all.removeIf(way -> way == first);
    all.addFirst(first);
    return all;
  }

  /** Returns none where not even one image can be addressed, as a padded copy of a large one. */
  private static List<Way> of(PrimitiveSpec spec, long mostElements) {
    // oneDNN copies nothing, so that what it offers for some of the images it offers for all.
    PartPlan alone = PartPlan.alone(spec, mostElements);
    if (alone == null) {
      return List.of();
    }
    PrimitiveSpec asked = alone.parts().getFirst().spec();
    List<Way> ways = new ArrayList<>();
    List<Implementation> found =
        spec.isReadWrong() || spec.lacksOperand()
            ? List.of()
            : CompiledConvolution.implementations(asked).stream()
                .filter(implementation -> Fusion.serves(spec.postOps(), implementation))
                .filter(implementation -> !spec.types().isNarrow() || implementation.isForNarrow())
                .filter(implementation -> !spec.compilesWithoutEnd(implementation))
                .filter(implementation -> !spec.overrunsScratchpad(implementation))
                .toList();
    boolean mayCopy = spec.copies() || found.stream().anyMatch(Implementation::copiesInside);
    PartPlan near = mayCopy ? PartPlan.near(spec, mostElements) : null;
    List<Implementation> foundNear = near == null ? List.of() : implementations(near);
    for (Implementation implementation : MeasuredOrder.of(spec, found)) {
      // A catch-all that is taken before kernels is there for its speed.
      boolean slow = isSlow(spec, implementation) && !(ways.isEmpty() && hasKernel(found));
      boolean inGroups =
          (spec.copies() || implementation.copiesInside()) && foundNear.contains(implementation);
      PartPlan own = near != null && inGroups ? near : alone;
      ways.add(of(spec, implementation, own, slow));
    }
    return ways;
  }

  /** Those of the largest part that the smallest has too. */
  private static List<Implementation> implementations(PartPlan plan) {
    PrimitiveSpec largest = plan.parts().getFirst().spec();
    PrimitiveSpec smallest = plan.parts().getLast().spec();
    List<Implementation> found = new ArrayList<>(CompiledConvolution.implementations(largest));
    if (!smallest.equals(largest)) {
      found.retainAll(CompiledConvolution.implementations(smallest));
    }
    return found;
  }

  private static boolean hasKernel(List<Implementation> found) {
    return found.stream().anyMatch(implementation -> !implementation.isSlow());
  }

  private static List<Way> ordered(List<Way> inPlace, List<Way> copied) {
    List<Way> ways = new ArrayList<>(inPlace);
    ways.addAll(copied);
    if (ways.isEmpty()) {
      return ways;
    }
    Way best = ways.getFirst();
    double bound = best.nanos * (inPlace.isEmpty() ? 1 : WORTH_COPYING);
    for (Way way : ways) {
      if (way.nanos < bound && isFirstOfItsForm(way, ways)) {
        best = way;
        bound = way.nanos;
      }
    }
    ways.remove(best);
    ways.addFirst(best);
    double hopeless = HOPELESS * best.nanos;
    return ways.stream().filter(way -> way.nanos <= hopeless).limit(MOST_IN_ALL).toList();
  }

  @SuppressWarnings("ReferenceEquality") // which of them, not what it says
  private static boolean isFirstOfItsForm(Way way, List<Way> ways) {
    return ways.stream().filter(other -> other.spec.equals(way.spec)).findFirst().get() == way;
  }
}
