package io.github.conv4j.bench.equal;

import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;

/**
 * One way to write a piece of work.
 *
 * @param problem what is asked of an engine
 * @param src how src lies
 * @param dst how dst lies
 * @param copies whether src is copied into the other dense layout for the engine, and dst back from
 *     it: {@code src} and {@code dst} are then what lies on the far side of the copies
 */
record Half(Problem problem, Layout src, Layout dst, boolean copies) {
  static Half of(Work work, Layout src, Layout dst) {
    return new Half(work.problem(), src, dst, false);
  }

  /** With dense channels last, or first. */
  static Half of(Work work, boolean channelsLast) {
    Layout layout = layout(work, channelsLast);
    return of(work, layout, layout);
  }

  static Layout layout(Work work, boolean channelsLast) {
    int rank = work.axes().size() + 2;
    return channelsLast ? Layout.channelsLast(rank) : Layout.channelsFirst(rank);
  }

  /** The same between copies. */
  Half copied() {
    return new Half(problem, src, dst, true);
  }

  TensorSpec srcSpec() {
    return TensorSpec.f32(src, problem.src().dims());
  }

  TensorSpec dstSpec() {
    return TensorSpec.f32(dst, problem.dst().dims());
  }

  /** What the engine is asked for. */
  TensorSpec innerSrcSpec() {
    return copies ? other(srcSpec()) : srcSpec();
  }

  TensorSpec innerDstSpec() {
    return copies ? other(dstSpec()) : dstSpec();
  }

  private static TensorSpec other(TensorSpec spec) {
    int rank = spec.shape().rank();
    Layout last = Layout.channelsLast(rank);
    return spec.withLayout(spec.layout().equals(last) ? Layout.channelsFirst(rank) : last);
  }

  @Override
  public String toString() {
    String layouts = src.equals(dst) ? src.toString() : src + " to " + dst;
    return "%s%s %s".formatted(copies ? "copies around the other layout, " : "", layouts, problem);
  }
}
