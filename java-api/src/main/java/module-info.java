/** Convolutions on the JVM: the façade, the engines' seam, and the pure-Java engines. */
@SuppressWarnings("module") // the modules named here are compiled after this one
module io.github.conv4j {
  requires static org.jspecify;
  requires static java.desktop;
  requires static jdk.incubator.vector;
  requires static jdk.jfr;
  requires static jdk.management;

  exports io.github.conv4j;
  exports io.github.conv4j.engine;
  exports io.github.conv4j.engine.spi;
  exports io.github.conv4j.problem;
  exports io.github.conv4j.tensor;
  exports io.github.conv4j.validation;
  exports io.github.conv4j.internal.checks to
      io.github.conv4j.networks,
      io.github.conv4j.onednn;
  exports io.github.conv4j.internal.compose to
      io.github.conv4j.networks,
      io.github.conv4j.onednn;
  exports io.github.conv4j.internal.copies to
      io.github.conv4j.networks;
  exports io.github.conv4j.internal.events to
      io.github.conv4j.networks,
      io.github.conv4j.onednn;
  exports io.github.conv4j.internal.parallel to
      io.github.conv4j.networks,
      io.github.conv4j.onednn;
  exports io.github.conv4j.internal.prepared to
      io.github.conv4j.networks,
      io.github.conv4j.onednn;
  exports io.github.conv4j.internal.primitive to
      io.github.conv4j.networks,
      io.github.conv4j.onednn;
  exports io.github.conv4j.internal.ready to
      io.github.conv4j.networks,
      io.github.conv4j.onednn;
  exports io.github.conv4j.internal.reference to
      io.github.conv4j.onednn;
  exports io.github.conv4j.internal.shadow to
      io.github.conv4j.onednn;

  uses io.github.conv4j.engine.EngineProvider;

  provides io.github.conv4j.engine.EngineProvider with
      io.github.conv4j.internal.auto.AutoProvider,
      io.github.conv4j.internal.reference.ReferenceProvider,
      io.github.conv4j.internal.vector.VectorProvider;
}
