package io.github.conv4j.networks.internal.permission;

import io.github.conv4j.FpmathMode;
import io.github.conv4j.Requantization;

/**
 * What engines may do otherwise than the definitions say, within bounds.
 *
 * @param fpmathMode what f32 numbers may be rounded to before they are multiplied
 * @param requantization how sums of integers may become bytes
 */
public record Permissions(FpmathMode fpmathMode, Requantization requantization) {
  /** Everything operation by operation. */
  public static final Permissions NONE = new Permissions(FpmathMode.STRICT, Requantization.EXACT);
}
