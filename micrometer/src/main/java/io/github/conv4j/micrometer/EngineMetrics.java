package io.github.conv4j.micrometer;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineMemory;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * What an engine holds and is at. Each meter has a tag {@code engine} with the engine's name.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>tags</th><th>what</th></tr>
 * <tr><td>{@code conv4j.engine.memory}, bytes</td><td>{@code holder}: {@code weights}, {@code
 * working}</td><td>as {@link Engine#memory} tells</td></tr>
 * <tr><td>{@code conv4j.engine.compiled}, bytes</td><td>{@code state}: {@code used}, {@code
 * kept}</td><td>generated code that something prepared uses, and that waits for the next prepare;
 * of all engines of that name in the process</td></tr>
 * <tr><td>{@code conv4j.engine.threads}</td><td>{@code state}: {@code busy}, {@code
 * limit}</td><td>threads that compute, callers and helpers, and how many may</td></tr>
 * <tr><td>{@code conv4j.engine.queue}</td><td>{@code state}: {@code waiting}, {@code
 * limit}</td><td>calls that wait, and how many may</td></tr>
 * </table>
 *
 * <p><b>Memory.</b> The meters do not keep the engine reachable, this does; when it is gone they
 * read NaN. <b>Threads.</b> Any number may read meters. <b>Errors.</b> None; of a closed engine
 * they read 0, limits excepted.
 */
public final class EngineMetrics implements MeterBinder {
  private final Engine engine;
  private final Tags tags;

  /**
   * Creates the binder of an engine.
   *
   * @param tags of all meters, beside those of each; two engines of one name need tags that differ
   */
  public EngineMetrics(Engine engine, Iterable<Tag> tags) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.tags = Tags.of("engine", engine.name()).and(tags);
  }

  /** Creates the binder of an engine, without further tags. */
  public EngineMetrics(Engine engine) {
    this(engine, Tags.empty());
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    memory(registry, "weights", EngineMemory::weightsBytes);
    memory(registry, "working", EngineMemory::workingBytes);
    compiled(registry, "used", EngineMemory::compiledInUseBytes);
    compiled(registry, "kept", memory -> memory.compiledBytes() - memory.compiledInUseBytes());
    threads(registry, "busy", of -> of.load().busyThreads());
    threads(registry, "limit", of -> of.options().threads());
    queue(registry, "waiting", of -> of.load().waitingCalls());
    queue(registry, "limit", of -> of.options().queueLimit());
  }

  private void memory(MeterRegistry registry, String holder, ToDoubleFunction<EngineMemory> bytes) {
    Gauge.builder("conv4j.engine.memory", engine, of -> bytes.applyAsDouble(of.memory()))
        .description("Memory outside the Java heap of what the engine has prepared.")
        .baseUnit(BaseUnits.BYTES)
        .tags(tags)
        .tag("holder", holder)
        .register(registry);
  }

  private void compiled(
      MeterRegistry registry, String state, ToDoubleFunction<EngineMemory> bytes) {
    Gauge.builder("conv4j.engine.compiled", engine, of -> bytes.applyAsDouble(of.memory()))
        .description("Generated code, of all engines of that name in the process.")
        .baseUnit(BaseUnits.BYTES)
        .tags(tags)
        .tag("state", state)
        .register(registry);
  }

  private void threads(MeterRegistry registry, String state, ToDoubleFunction<Engine> count) {
    Gauge.builder("conv4j.engine.threads", engine, count)
        .description("Threads that compute, callers and helpers.")
        .baseUnit(BaseUnits.THREADS)
        .tags(tags)
        .tag("state", state)
        .register(registry);
  }

  private void queue(MeterRegistry registry, String state, ToDoubleFunction<Engine> count) {
    Gauge.builder("conv4j.engine.queue", engine, count)
        .description("Calls that wait for a thread.")
        .baseUnit("calls")
        .tags(tags)
        .tag("state", state)
        .register(registry);
  }
}
