package io.github.conv4j.internal.vector;

import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.EngineProvider;

/** Offers the pure-Java engine, which can always start: with the Vector API, or in scalar loops. */
public final class VectorProvider implements EngineProvider {
  static final String SCALAR_REMEDY =
      "scalar loops run this; start Java with --add-modules jdk.incubator.vector for the full"
          + " speed";

  private static final int PRIORITY = 50;

  @Override
  public String name() {
    return VectorEngine.NAME;
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  @Override
  public Availability availability() {
    return new Availability.Available(
        "pure Java", hasVectorApi() ? kernels().name() : SCALAR_REMEDY);
  }

  @Override
  public Engine open(EngineOptions options) {
    return new VectorEngine(options, kernels());
  }

  private static boolean hasVectorApi() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  private static KernelSet kernels() {
    return hasVectorApi() ? KernelSet.vector() : KernelSet.scalar();
  }
}
