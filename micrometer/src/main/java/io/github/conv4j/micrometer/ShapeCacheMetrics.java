package io.github.conv4j.micrometer;

import io.github.conv4j.networks.NetworkMemory;
import io.github.conv4j.networks.ShapeCache;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * What a cache of prepared shapes holds and did. Each meter has a tag {@code cache} with a name.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>tags</th><th>what</th></tr>
 * <tr><td>{@code conv4j.shapes.memory}, bytes</td><td>{@code holder}: {@code weights}, {@code
 * arenas}, {@code scratchpads}; {@code area}: {@code heap}, {@code nonheap}</td><td>as {@link
 * ShapeCache#memory} tells</td></tr>
 * <tr><td>{@code conv4j.shapes.limit}, bytes</td><td></td><td>{@link
 * ShapeCache#byteLimit}</td></tr>
 * <tr><td>{@code conv4j.shapes}</td><td></td><td>how many are prepared, or being
 * prepared</td></tr>
 * <tr><td>{@code conv4j.shapes.leases}, counter</td><td>{@code result}: {@code hit}, {@code
 * miss}</td><td>shapes that were found, and that had to be prepared</td></tr>
 * <tr><td>{@code conv4j.shapes.evictions}, counter</td><td></td><td>shapes that were closed for
 * the limit</td></tr>
 * </table>
 *
 * <p><b>Memory.</b> The meters do not keep the cache reachable, this does; when it is gone gauges
 * read NaN. <b>Threads.</b> Any number may read meters; a read takes the lock of the cache for some
 * microseconds. <b>Errors.</b> None; a closed cache holds nothing.
 */
public final class ShapeCacheMetrics implements MeterBinder {
  private final ShapeCache cache;
  private final Tags tags;

  /**
   * Creates the binder of a cache.
   *
   * @param name the value of the tag {@code cache}, for example the name of the model
   * @param tags of all meters, beside those of each
   */
  public ShapeCacheMetrics(ShapeCache cache, String name, Iterable<Tag> tags) {
    this.cache = Objects.requireNonNull(cache, "cache");
    this.tags = Tags.of("cache", name).and(tags);
  }

  /** Creates the binder of a cache, without further tags. */
  public ShapeCacheMetrics(ShapeCache cache, String name) {
    this(cache, name, Tags.empty());
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    memory(registry, "weights", "nonheap", NetworkMemory::weightsBytes);
    memory(registry, "weights", "heap", NetworkMemory::weightsHeapBytes);
    memory(registry, "arenas", "nonheap", NetworkMemory::arenaBytes);
    memory(registry, "scratchpads", "nonheap", NetworkMemory::scratchpadBytes);
    memory(registry, "scratchpads", "heap", NetworkMemory::scratchpadHeapBytes);
    Gauge.builder("conv4j.shapes.limit", cache, of -> of.byteLimit())
        .description("What prepared shapes that nobody uses may hold.")
        .baseUnit(BaseUnits.BYTES)
        .tags(tags)
        .register(registry);
    Gauge.builder("conv4j.shapes", cache, of -> of.statistics().shapeCount())
        .description("Shapes that are prepared or being prepared.")
        .baseUnit("shapes")
        .tags(tags)
        .register(registry);
    leases(registry, "hit", of -> of.statistics().hitCount());
    leases(registry, "miss", of -> of.statistics().missCount());
    FunctionCounter.builder("conv4j.shapes.evictions", cache, of -> of.statistics().evictionCount())
        .description("Shapes that were closed for the limit.")
        .tags(tags)
        .register(registry);
  }

  private void memory(
      MeterRegistry registry, String holder, String area, ToDoubleFunction<NetworkMemory> bytes) {
    Gauge.builder("conv4j.shapes.memory", cache, of -> bytes.applyAsDouble(of.memory()))
        .description("Memory of prepared shapes, by what it is for.")
        .baseUnit(BaseUnits.BYTES)
        .tags(tags)
        .tag("holder", holder)
        .tag("area", area)
        .register(registry);
  }

  private void leases(MeterRegistry registry, String result, ToDoubleFunction<ShapeCache> count) {
    FunctionCounter.builder("conv4j.shapes.leases", cache, count)
        .description("Shapes that were found prepared, or had to be prepared.")
        .tags(tags)
        .tag("result", result)
        .register(registry);
  }
}
