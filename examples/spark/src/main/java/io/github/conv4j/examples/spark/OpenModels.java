package io.github.conv4j.examples.spark;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import java.awt.image.BufferedImage;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Models that are open. Whoever asks for one that is open gets the same.
 *
 * <p>Those of the JVM are not closed when it ends: the operating system frees all at once, while a
 * shutdown hook would fail the tasks that still run, and Spark counts a failed task, but not one of
 * an executor that went away.
 */
final class OpenModels implements AutoCloseable {
  private static final OpenModels OF_THIS_JVM = new OpenModels();

  /** A session that tries one model after the other does not hold them all. */
  private static final int MOST_IDLE = 2;

  private final Map<Integer, Engine> engines = new HashMap<>();

  /** The one that was asked for longest ago first. */
  private final Map<Key, Shared> models = new LinkedHashMap<>(16, 0.75f, true);

  private record Key(String id, int threads) {}

  private static final class Shared {
    final PictureModel.OpenModel model;
    int useCount;

    Shared(PictureModel.OpenModel model) {
      this.model = model;
    }
  }

  /** Returns those that all tasks of this JVM share. */
  static OpenModels ofThisJvm() {
    return OF_THIS_JVM;
  }

  /** A model that stays open until this is closed. Closing it a second time does nothing. */
  final class Use implements AutoCloseable {
    private final Shared shared;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Use(Shared shared) {
      this.shared = shared;
    }

    Object[] run(BufferedImage picture) {
      return shared.model.run(picture);
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        release(shared);
      }
    }
  }

  /**
   * Opens a model, or finds it open.
   *
   * @param threads of the engine: one budget for all that use it
   * @return to be closed after use
   */
  synchronized Use use(PictureModel model, int threads) {
    var key = new Key(model.id(), threads);
    Shared shared = models.get(key);
    if (shared == null) {
      // Read under the lock, prepared outside: the caches of shapes see to it.
      Engine engine =
          engines.computeIfAbsent(
              threads, count -> Engines.best(EngineOptions.defaults().withThreads(count)));
      shared = new Shared(model.open(engine));
      models.put(key, shared);
    }
    shared.useCount++;
    return new Use(shared);
  }

  private synchronized void release(Shared shared) {
    shared.useCount--;
    long idleCount = models.values().stream().filter(each -> each.useCount == 0).count();
    for (Iterator<Shared> all = models.values().iterator(); idleCount > MOST_IDLE; ) {
      Shared oldest = all.next();
      if (oldest.useCount == 0) {
        all.remove();
        oldest.model.close();
        idleCount--;
      }
    }
  }

  synchronized int count() {
    return models.size();
  }

  /** Closes all; nobody may use one. */
  @Override
  public synchronized void close() {
    models.values().forEach(each -> each.model.close());
    models.clear();
    engines.values().forEach(Engine::close);
    engines.clear();
  }
}
