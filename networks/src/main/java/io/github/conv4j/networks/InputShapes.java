package io.github.conv4j.networks;

import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ValueInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The dimensions of all inputs of a network, in the graph's order. */
final class InputShapes {
  private final String[] names;

  /** What the graph fixes; null where it leaves dimensions open. */
  private final long[] @Nullable [] fixed;

  private final long[] @Nullable [] dims;

  InputShapes(List<ValueInfo> inputs) {
    this(
        inputs.stream().map(ValueInfo::name).toArray(String[]::new),
        inputs.stream().map(InputShapes::fixed).toArray(long[][]::new),
        new long[inputs.size()][]);
  }

  private InputShapes(String[] names, long[] @Nullable [] fixed, long[] @Nullable [] dims) {
    this.names = names;
    this.fixed = fixed;
    this.dims = dims;
  }

  /** Returns the dimensions of an input, or null where the graph leaves some open. */
  static long @Nullable [] fixed(ValueInfo input) {
    List<Dim> dims = input.dims();
    return dims == null || !dims.stream().allMatch(Dim.Fixed.class::isInstance)
        ? null
        : dims.stream().mapToLong(dim -> ((Dim.Fixed) dim).size()).toArray();
  }

  /**
   * Takes over dimensions, without copying them.
   *
   * @return false if some are of no input
   */
  boolean set(Map<String, long[]> given) {
    int found = 0;
    for (int i = 0; i < names.length; i++) {
      long[] told = given.get(names[i]);
      found += given.containsKey(names[i]) ? 1 : 0;
      dims[i] = told == null ? fixed[i] : told;
    }
    return found == given.size();
  }

  /** Returns the same dimensions, which nobody changes. */
  InputShapes copy() {
    long[] @Nullable [] copies = new long[dims.length][];
    for (int i = 0; i < dims.length; i++) {
      long[] each = dims[i];
      copies[i] = each == null ? null : each.clone();
    }
    return new InputShapes(names, fixed, copies);
  }

  /** Returns the dimensions that are known, by the names of inputs. */
  Map<String, long[]> dims() {
    Map<String, long[]> known = new LinkedHashMap<>();
    for (int i = 0; i < dims.length; i++) {
      long[] each = dims[i];
      if (each != null) {
        known.put(names[i], each);
      }
    }
    return known;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof InputShapes that && Arrays.deepEquals(dims, that.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(dims);
  }
}
