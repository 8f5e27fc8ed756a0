package io.github.conv4j.networks;

import io.github.conv4j.FpmathMode;
import io.github.conv4j.Requantization;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.networks.internal.pass.Passes;
import io.github.conv4j.networks.internal.permission.Permissions;
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
  private static final Permissions DEFAULT_PERMISSIONS =
      new Permissions(FpmathMode.STRICT, Requantization.FUSED);

  private static final NetworkOptions DEFAULTS =
      new NetworkOptions(Set.of(), Set.of(), null, DEFAULT_PERMISSIONS, Long.MAX_VALUE);

  private final Set<String> channelsLast;
  private final Set<String> leftOut;

  /** Null for what the engine's options say. */
  private final @Nullable Boolean ready;

  private final Permissions permissions;
  private final long mostBytes;

  private NetworkOptions(
      Set<String> channelsLast,
      Set<String> leftOut,
      @Nullable Boolean ready,
      Permissions permissions,
      long mostBytes) {
    this.ready = ready;
    this.permissions = permissions;
    this.mostBytes = mostBytes;
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
    return new NetworkOptions(names, leftOut, ready, permissions, mostBytes);
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
    return new NetworkOptions(channelsLast, names, ready, permissions, mostBytes);
  }

  /**
   * Says whether what is prepared is as fast in its first run as it will be: {@code prepare} then
   * runs it until its code is compiled. That takes a second or two with native code, 10 to 20 for
   * the kernels of a large network on engine {@code vector}, about a minute at most. By default the
   * engine's options say it, {@link EngineOptions#ready}, for networks as for single convolutions.
   */
  public NetworkOptions withReady(boolean isReady) {
    return new NetworkOptions(channelsLast, leftOut, isReady, permissions, mostBytes);
  }

  /**
   * Says what numbers of f32 may be rounded to in convolutions and in products with constants;
   * nothing by default. With {@link FpmathMode#BF16} weights are kept as bf16 and sources rounded
   * to it where the CPU gains by it; tensors between layers stay f32. Where it gains nothing, f32
   * is kept, which {@link PreparedNetwork#warnings} say in one line.
   */
  public NetworkOptions withFpmathMode(FpmathMode mode) {
    Objects.requireNonNull(mode, "fpmathMode");
    var other = new Permissions(mode, permissions.requantization());
    return new NetworkOptions(channelsLast, leftOut, ready, other, mostBytes);
  }

  /**
   * Says how bytes are made of the sums of convolutions and products of integers, and of bytes that
   * are multiplied or added; {@link Requantization#FUSED} by default, which is faster: a byte
   * between layers may then be the other neighbour where its value lies about in the middle between
   * two integers. With {@link Requantization#EXACT} every engine makes the same bytes of the same
   * sums.
   */
  public NetworkOptions withRequantization(Requantization requantization) {
    Objects.requireNonNull(requantization, "requantization");
    var other = new Permissions(permissions.fpmathMode(), requantization);
    return new NetworkOptions(channelsLast, leftOut, ready, other, mostBytes);
  }

  /**
   * Says how many bytes one run may take: what lies between inputs and outputs, scratchpads, and
   * the outputs; any number by default. Inputs of a shape that takes more are refused with an
   * {@link IllegalArgumentException} before that memory is taken. For shapes that somebody else
   * chooses.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public NetworkOptions withMostBytes(long byteCount) {
    if (byteCount < 1) {
      throw new IllegalArgumentException(
          "mostBytes must be at least 1 but is %d".formatted(byteCount));
    }
    return new NetworkOptions(channelsLast, leftOut, ready, permissions, byteCount);
  }

  long mostBytes() {
    return mostBytes;
  }

  Permissions permissions() {
    return permissions;
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
