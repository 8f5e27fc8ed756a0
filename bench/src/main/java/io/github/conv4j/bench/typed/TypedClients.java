package io.github.conv4j.bench.typed;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.LastOut;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Clients that share a layer of other types. For one thread. */
public final class TypedClients {
  private final TypedNumbers numbers;
  private final Problem problem;
  private float @Nullable [] expected;

  /**
   * Plans.
   *
   * @param problem of {@link TypedNumbers#as}, with what is permitted besides
   */
  public TypedClients(TypedNumbers numbers, Problem problem) {
    this.numbers = numbers;
    this.problem = problem;
  }

  /** Prepares; the last client that is closed closes what was prepared. */
  public List<Entry> enter(Engine engine, int clients) {
    PreparedConvolution prepared;
    try (Arena arena = Arena.ofConfined()) {
      prepared = engine.prepare(numbers.request(problem, arena));
    }
    var shared = new LastOut(clients, prepared::close);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      entries.add(new Client(prepared, shared));
    }
    return entries;
  }

  /** Returns src, weights and dst. */
  public ConvolutionTypes types() {
    return problem.types();
  }

  /** Returns what the naive loops make of the same numbers and types. */
  public float[] expected() {
    float[] known = expected;
    if (known == null) {
      try (Engine reference = Engines.named("reference");
          Entry entry = enter(reference, 1).getFirst()) {
        entry.call();
        known = entry.result();
      }
      expected = known;
    }
    return known;
  }

  /** Returns how far a result is from f32, as a share of it. */
  public OptionalDouble distance(float[] result) {
    return numbers.distance(problem, result);
  }

  private final class Client implements Entry {
    private final PreparedConvolution prepared;
    private final LastOut shared;
    private final Arena arena = Arena.ofShared();
    private final Tensor src;
    private final Tensor dst;

    Client(PreparedConvolution prepared, LastOut shared) {
      this.prepared = prepared;
      this.shared = shared;
      this.src = numbers.src(problem, prepared.src(), arena);
      this.dst = Tensor.allocate(prepared.dst(), arena);
    }

    @Override
    public void call() {
      prepared.execute(src, dst);
    }

    @Override
    public float[] result() {
      return TypedNumbers.elements(dst);
    }

    @Override
    public String implementation() {
      return TypesRace.implementation(prepared.explain());
    }

    @Override
    public void close() {
      if (arena.scope().isAlive()) {
        arena.close();
        shared.release();
      }
    }
  }
}
