package io.github.conv4j.networks.internal.pass;

/** One rewrite. */
public interface Pass {
  /** Returns the name under which it is left out and explained. */
  String name();

  /** Rewrites; returns how often it applied. */
  int apply(Draft draft);
}
