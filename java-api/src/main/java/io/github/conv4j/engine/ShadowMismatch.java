package io.github.conv4j.engine;

/**
 * A call whose result another engine does not confirm, found by {@link Shadow}.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none.
 *
 * @param engine that made the call
 * @param implementation the engine's names for what ran, stage by stage
 * @param problem the line that describes the convolution
 * @param otherEngine that computed it again
 * @param isOtherAtFault whether the naive loops, asked for their opinion, agree with the call; then
 *     nothing is avoided
 * @param differenceCount outputs beyond what is permitted
 * @param position of the worst output, in the order of dst's shape
 * @param value what the call wrote there
 * @param expected what it should have written
 * @param permitted by how much the two may differ, 0 for integers
 * @param repro the command that runs this problem again, on data of its own
 */
public record ShadowMismatch(
    String engine,
    String implementation,
    String problem,
    String otherEngine,
    boolean isOtherAtFault,
    long differenceCount,
    String position,
    double value,
    double expected,
    double permitted,
    String repro) {
  /** Returns one sentence for people. */
  @Override
  public String toString() {
    return "%s, %s, gave %s instead of %s at %s (permitted %.3g), %d outputs in all, %s: %s"
        .formatted(
            engine,
            implementation,
            text(value),
            text(expected),
            position,
            permitted,
            differenceCount,
            isOtherAtFault
                ? "as the naive loops do, so that %s is wrong".formatted(otherEngine)
                : "says " + otherEngine,
            repro);
  }

  private static String text(double value) {
    return value == (float) value || Double.isNaN(value)
        ? Float.toString((float) value)
        : Double.toString(value);
  }
}
