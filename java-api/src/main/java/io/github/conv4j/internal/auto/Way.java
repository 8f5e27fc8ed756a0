package io.github.conv4j.internal.auto;

import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;

/** One implementation of one engine. */
record Way(Alternatives engine, String implementation) {
  PreparedConvolution prepare(PrepareRequest request) {
    return engine.prepare(request, implementation);
  }

  boolean is(Choice.Timing timing) {
    return engine.name().equals(timing.engine()) && implementation.equals(timing.implementation());
  }

  @Override
  public String toString() {
    return engine.name() + " " + implementation;
  }
}
