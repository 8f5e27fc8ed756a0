package io.github.conv4j.networks.graph;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An input or output of a graph.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> {@link
 * NullPointerException} where a name is missing.
 *
 * @param name as nodes know it
 * @param type of its elements; null where an output's is not told
 * @param dims null where the rank is not told
 */
public record ValueInfo(String name, @Nullable ElementType type, @Nullable List<Dim> dims) {
  /** Copies the dims. */
  public ValueInfo {
    Objects.requireNonNull(name, "name");
    dims = dims == null ? null : List.copyOf(dims);
  }

  @Override
  public String toString() {
    return "%s: %s%s".formatted(name, type == null ? "?" : type, dims == null ? "[...]" : dims);
  }
}
