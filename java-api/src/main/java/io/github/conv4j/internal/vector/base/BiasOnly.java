package io.github.conv4j.internal.vector.base;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.internal.prepared.Activation;
import java.lang.foreign.MemorySegment;

/** Outputs that no tap reaches: they are the bias. */
public final class BiasOnly {
  private final AxisPhases.Combination phases;
  private final Activation dst;

  public BiasOnly(AxisPhases.Combination phases, Activation dst) {
    this.phases = phases;
    this.dst = dst;
  }

  /** Writes the outputs, taken through post-ops. */
  public void run(
      float[] bias,
      int outPerGroup,
      int biasPerGroup,
      EpilogueArguments epilogue,
      MemorySegment to) {
    for (int n = 0; n < dst.n(); n++) {
      for (int d = 0; d < phases.d().count(); d++) {
        for (int h = 0; h < phases.h().count(); h++) {
          for (int w = 0; w < phases.w().count(); w++) {
            long at =
                n * dst.sn()
                    + phases.d().output(d) * dst.sd()
                    + phases.h().output(h) * dst.sh()
                    + phases.w().output(w) * dst.sw();
            for (int c = 0; c < dst.c(); c++) {
              float value = bias[c / outPerGroup * biasPerGroup + c % outPerGroup];
              long element = at + c * dst.sc();
              to.setAtIndex(JAVA_FLOAT, element, epilogue.apply(value, c, element));
            }
          }
        }
      }
    }
  }
}
