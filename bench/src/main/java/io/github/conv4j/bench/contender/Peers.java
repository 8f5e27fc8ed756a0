package io.github.conv4j.bench.contender;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** Other libraries, which are on the class path only where the build was asked for them. */
public final class Peers {
  /** What to tell whoever asks for peers where there are none. */
  public static final String REMEDY =
      "the other libraries are not on the class path: start with ./conv4j and --peers, which"
          + " fetches them";

  private Peers() {}

  /** Returns one of each library, in the order of their names; empty without them. */
  public static List<Contender> open() {
    return ServiceLoader.load(Contender.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(Contender::name))
        .toList();
  }
}
