/** The oneDNN engine. Exports nothing: it is found as a service. */
module io.github.conv4j.onednn {
  requires static org.jspecify;
  requires io.github.conv4j;

  provides io.github.conv4j.engine.EngineProvider with
      io.github.conv4j.onednn.OnednnProvider;
}
