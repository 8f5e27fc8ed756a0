package io.github.conv4j.bench.results;

import io.github.conv4j.bench.network.NetworkLayer;
import io.github.conv4j.problem.Problem;
import java.util.List;
import java.util.Optional;

/**
 * All contenders on one layer.
 *
 * @param network that it belongs to; empty if it is not said
 * @param name within the network
 * @param count how often the network computes it
 * @param problem its line, in benchdnn's syntax
 * @param transposed as the line says too, since there are words for it
 * @param multiplications of a call
 * @param bytes of source, weights, bias and result
 * @param roofGigaflops the most that the machine can do with the threads of the comparison; 0 if it
 *     is not known
 * @param judge whose result was taken for right
 * @param entrants in the order of the contenders
 */
public record LayerResult(
    String network,
    String name,
    int count,
    String problem,
    boolean transposed,
    long multiplications,
    long bytes,
    double roofGigaflops,
    String judge,
    List<Entrant> entrants) {
  /** Copies the list. */
  public LayerResult {
    entrants = List.copyOf(entrants);
  }

  /** Describes a layer. */
  public static LayerResult of(NetworkLayer layer, String judge, List<Entrant> entrants) {
    return new LayerResult(
        layer.network(),
        layer.name(),
        layer.count(),
        layer.problem().line(),
        layer.problem().convolution().isTransposed(),
        layer.problem().multiplications(),
        layer.byteSize(),
        0,
        judge,
        entrants);
  }

  /** Returns the same with the most that the machine can do. */
  public LayerResult withRoof(double gigaflops) {
    return new LayerResult(
        network,
        name,
        count,
        problem,
        transposed,
        multiplications,
        bytes,
        gigaflops,
        judge,
        entrants);
  }

  /** Returns what the line says. */
  public NetworkLayer layer() {
    Problem parsed = transposed ? Problem.parseTransposed(problem) : Problem.parse(problem);
    return new NetworkLayer(parsed, network, name, count);
  }

  /** Returns network and name for people; the problem where it has neither. */
  public String title() {
    String title = (network + " " + name).strip();
    return title.isEmpty() ? problem : title;
  }

  /** Tells whether each output channel sees all input channels: no groups, not transposed. */
  boolean isDense() {
    return !transposed && layer().problem().convolution().groups() == 1;
  }

  /** Returns a contender's part. */
  public Optional<Entrant> entrant(String contender) {
    return entrants.stream().filter(e -> e.contender().equals(contender)).findFirst();
  }

  /** Returns the median time of a call in nanoseconds, if the contender was timed. */
  public Optional<Double> medianNanos(String contender) {
    return entrant(contender).flatMap(Entrant::medianNanos);
  }

  /** Returns two operations for each multiplication of the definition, whatever was computed. */
  public Optional<Double> gigaflops(String contender) {
    return medianNanos(contender).map(nanos -> 2.0 * multiplications / nanos);
  }

  /** Compares two contenders, if both were timed. */
  public Optional<Versus> versus(String contender, String other) {
    Optional<Versus> direct = direct(contender, other);
    return direct.isPresent() ? direct : direct(other, contender).map(v -> v.mirrored(other));
  }

  private Optional<Versus> direct(String contender, String other) {
    return entrant(contender)
        .flatMap(e -> e.against().stream().filter(v -> v.other().equals(other)).findFirst());
  }
}
