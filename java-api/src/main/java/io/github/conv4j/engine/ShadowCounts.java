package io.github.conv4j.engine;

/**
 * What an engine's {@link Shadow} has done so far.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> None.
 *
 * @param sampled calls that were copied
 * @param dropped calls whose turn it was and that were not copied, for want of room or time
 * @param compared calls that were computed again
 * @param mismatches those of them whose results differed
 * @param failed calls that were copied and could not be computed again
 */
public record ShadowCounts(
    long sampled, long dropped, long compared, long mismatches, long failed) {
  /** Nothing. */
  public static final ShadowCounts NONE = new ShadowCounts(0, 0, 0, 0, 0);
}
