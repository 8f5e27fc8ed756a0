package io.github.conv4j.networks;

import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.networks.internal.pass.Passes;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a network is prepared.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> See the methods.
 */
public final class NetworkOptions {
  private static final NetworkOptions DEFAULTS = new NetworkOptions(Set.of(), Set.of(), null);

  private final Set<String> channelsLast;
  private final Set<String> leftOut;

  /** Null for what the engine's options say. */
  private final @Nullable Boolean ready;

  private NetworkOptions(Set<String> channelsLast, Set<String> leftOut, @Nullable Boolean ready) {
    this.ready = ready;
    this.channelsLast = Set.copyOf(channelsLast);
    this.leftOut = Set.copyOf(leftOut);
  }

  /**
   * All passes; inputs and outputs as the graph describes them, in row-major order; ready where the
   * engine was asked for readiness.
   */
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
    return new NetworkOptions(names, leftOut, ready);
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
    return new NetworkOptions(channelsLast, names, ready);
  }

  /**
   * Says whether what is prepared is as fast in its first run as it will be: {@code prepare} then
   * runs it until its code is compiled, which takes up to some seconds, 10 at most. By default the
   * engine's options say it, {@link EngineOptions#ready}, for networks as for single convolutions.
   */
  public NetworkOptions withReady(boolean isReady) {
    return new NetworkOptions(channelsLast, leftOut, isReady);
  }

  boolean isReady(EngineOptions ofEngine) {
    return ready == null ? ofEngine.ready() : ready;
  }

  Set<String> channelsLast() {
    return channelsLast;
  }

  Set<String> leftOut() {
    return leftOut;
  }
}
