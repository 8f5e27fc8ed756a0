package io.github.conv4j.internal.prepared;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import java.util.List;
import java.util.Set;

/** An engine that can compute a problem in several ways, for whoever measures which is fastest. */
public interface Alternatives extends Engine {
  /**
   * Returns the names of the ways that the engine's accuracy admits; the first is what {@link
   * #prepare} would choose itself. Empty if the engine cannot run the problem.
   */
  List<String> implementations(PrepareRequest request);

  /**
   * Makes a convolution ready that runs in the given way.
   *
   * @param implementation one of {@link #implementations}
   * @throws IllegalArgumentException if it is none of them
   */
  PreparedConvolution prepare(PrepareRequest request, String implementation);

  /**
   * Returns an engine of strict accuracy that shares all that this one holds: it is closed with
   * this one, and only so.
   */
  default Alternatives strict() {
    return this;
  }

  /**
   * Returns an engine that shares all that this one holds, as {@link #strict} does, and has none of
   * some implementations. It compares no calls with those of another engine.
   *
   * @param implementations by their names in explanations
   */
  default Alternatives without(Set<String> implementations) {
    return this;
  }

  /**
   * Returns how many pixels of a row direct ways compute together at most, for two vectors of
   * output channels, in kernels that are the same for any multiple of eight source channels; 0
   * without such kernels. Rows of which that would waste much may be cut otherwise.
   */
  default int mostPixelsOfRow(PrepareRequest request) {
    return 0;
  }

  /**
   * Returns what decides which way is fastest, besides the problem and the processor: the versions
   * of what computes. Measurements of another text are worthless.
   */
  String version();

  /** Tells whether first calls are many times slower than later ones, as those of Java code are. */
  boolean warmsUp();
}
