package io.github.conv4j.bench.overhead;

import io.github.conv4j.bench.toolchain.ChildJvm;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;

/** Starts the engine in a fresh JVM and answers with the nanoseconds; see {@link LoadTimes}. */
final class LoadProbe {

  private LoadProbe() {}

  public static void main(String[] args) {
    long start = System.nanoTime();
    Engine engine = Engines.named("onednn", EngineOptions.defaults().withThreads(1));
    long nanos = System.nanoTime() - start;
    engine.close();
    ChildJvm.answer(Long.toString(nanos));
  }
}
