package io.github.conv4j.bench.results;

/**
 * One contender against another.
 *
 * @param other whom it is compared with
 * @param speed how many times as fast: the other's median time over its own
 * @param low lower end of the 95 % interval of the speed
 * @param high upper end
 * @param verdict what may be said
 */
public record Versus(String other, double speed, double low, double high, SpeedVerdict verdict) {
  /** Returns what the other sees. */
  public Versus mirrored(String self) {
    SpeedVerdict mirrored =
        switch (verdict) {
          case FASTER -> SpeedVerdict.SLOWER;
          case SLOWER -> SpeedVerdict.FASTER;
          case TIE -> SpeedVerdict.TIE;
        };
    return new Versus(self, 1 / speed, 1 / high, 1 / low, mirrored);
  }
}
