package io.github.conv4j.networks;

import io.github.conv4j.networks.internal.pass.Passes;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * How a network is prepared.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> See the methods.
 */
public final class NetworkOptions {
  private static final NetworkOptions DEFAULTS = new NetworkOptions(Set.of(), Set.of());

  private final Set<String> channelsLast;
  private final Set<String> leftOut;

  private NetworkOptions(Set<String> channelsLast, Set<String> leftOut) {
    this.channelsLast = Set.copyOf(channelsLast);
    this.leftOut = Set.copyOf(leftOut);
  }

  /** All passes; inputs and outputs as the graph describes them, in row-major order. */
  public static NetworkOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Says that the caller has an input, or wants an output, with its axis 1 innermost in memory:
   * images as most libraries decode them. Then nothing is reordered at that border.
   */
  public NetworkOptions withChannelsLast(String name) {
    Set<String> names = new HashSet<>(channelsLast);
    names.add(Objects.requireNonNull(name, "name"));
    return new NetworkOptions(names, leftOut);
  }

  /**
   * Leaves out a pass, to find out what it changes.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public NetworkOptions withoutPass(String name) {
    if (!Passes.names().contains(name)) {
      throw new IllegalArgumentException(
          "there is no pass %s; there are %s".formatted(name, Passes.names()));
    }
    Set<String> names = new HashSet<>(leftOut);
    names.add(name);
    return new NetworkOptions(channelsLast, names);
  }

  Set<String> channelsLast() {
    return channelsLast;
  }

  Set<String> leftOut() {
    return leftOut;
  }
}
