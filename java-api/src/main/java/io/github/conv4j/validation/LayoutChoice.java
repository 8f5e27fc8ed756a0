package io.github.conv4j.validation;

import io.github.conv4j.tensor.Layout;

/**
 * A layout for tensors of every rank.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> A rank without plain
 * layouts is refused with {@link IllegalArgumentException}.
 */
public enum LayoutChoice {
  /** Dense channels-first: NCW, NCHW or NCDHW. */
  NCHW,
  /** Dense channels-last: NWC, NHWC or NDHWC. */
  NHWC,
  /** The engine chooses. */
  ANY;

  /** Returns the layout for a rank of 3, 4 or 5. */
  public Layout forRank(int rank) {
    return switch (this) {
      case NCHW -> Layout.channelsFirst(rank);
      case NHWC -> Layout.channelsLast(rank);
      case ANY -> Layout.ANY;
    };
  }
}
