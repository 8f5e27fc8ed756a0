package io.github.conv4j.networks;

import io.github.conv4j.Conv4jException;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.internal.manifest.ManifestFile;
import io.github.conv4j.networks.internal.manifest.ManifestLine;
import io.github.conv4j.problem.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.concurrent.TimeUnit;

/**
 * What a process was asked for: shapes of networks, and single convolutions. It is recorded in
 * production, kept in a file, and replayed by the next process before it takes requests, so that
 * kernels are compiled, choices made and memory claimed when the first one comes.
 *
 * <pre>{@code
 * WarmUpManifest seen = WarmUpManifest.read(file);
 * shapes.recordInto(seen, "detector");
 * seen.replay("detector", shapes);          // before readiness
 * seen.write(file);                         // now and then, and at the end
 * }</pre>
 *
 * <p>The file is text of one line for each entry, for people too: {@code network detector
 * x=1x3x480x640}, or {@code problem} and the line of a {@link Problem}; names are percent-encoded
 * as in a form. What was seen last stands last. A blank line or one that begins with {@code #} says
 * nothing.
 *
 * <p><b>Memory.</b> Holds the {@value #MOST_ENTRIES} entries that were seen last, or fewer if they
 * have more than 4 MiB of text. <b>Threads.</b> Safe for use by any number of threads.
 * <b>Errors.</b> A file is not trusted: what is wrong with it is an {@link
 * IllegalArgumentException} that names the line, before anything is prepared.
 */
public final class WarmUpManifest {
  /** How many entries are kept. */
  public static final int MOST_ENTRIES = 4096;

  private final SequencedSet<ManifestLine> lines = new LinkedHashSet<>();

  /** Of all lines with their ends; guarded by them. */
  private long characterCount;

  /** Makes one that holds nothing. */
  public WarmUpManifest() {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is not a good manifest; names the line
   * @throws IOException if it cannot be read
   */
  public static WarmUpManifest read(Path file) throws IOException {
    var manifest = new WarmUpManifest();
    ManifestFile.read(file, MOST_ENTRIES).forEach(manifest::add);
    return manifest;
  }

  /**
   * Writes a file, which is there whole or as it was before.
   *
   * @throws IOException if it cannot be written
   */
  public void write(Path file) throws IOException {
    ManifestFile.write(file, entries());
  }

  /**
   * Notes that a network was asked for inputs of these dimensions; dimensions of more than 18
   * digits are not noted.
   *
   * @param network a name of the caller's choice
   * @throws IllegalArgumentException if a name is empty, or a dimension negative
   */
  public void add(String network, Map<String, long[]> dims) {
    ManifestLine.NetworkShape shape = ManifestLine.NetworkShape.of(network, dims);
    if (shape.isReadable()) {
      add(shape);
    }
  }

  /** Notes that a convolution was asked for. */
  public void add(Problem problem) {
    add(new ManifestLine.SingleProblem(problem));
  }

  /** A line that could not be read again would spoil the file. */
  private void add(ManifestLine line) {
    int length = line.text().length();
    if (length > ManifestLine.MOST_CHARACTERS) {
      return;
    }
    synchronized (lines) {
      if (!lines.remove(line)) {
        characterCount += length + 1;
      }
      lines.addLast(line);
      while (lines.size() > MOST_ENTRIES || characterCount > ManifestFile.MOST_CHARACTERS) {
        characterCount -= lines.removeFirst().text().length() + 1;
      }
    }
  }

  private List<ManifestLine> entries() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /** Returns the dimensions that a network was asked for, what was seen last at the end. */
  public List<Map<String, long[]>> shapes(String network) {
    Objects.requireNonNull(network, "network");
    List<Map<String, long[]>> shapes = new ArrayList<>();
    for (ManifestLine line : entries()) {
      if (line instanceof ManifestLine.NetworkShape shape && shape.network().equals(network)) {
        shapes.add(shape.arrays());
      }
    }
    return shapes;
  }

  /** Returns the single convolutions, what was seen last at the end. */
  public List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    for (ManifestLine line : entries()) {
      if (line instanceof ManifestLine.SingleProblem single) {
        problems.add(single.problem());
      }
    }
    return problems;
  }

  /** Returns how many entries there are. */
  public int size() {
    synchronized (lines) {
      return lines.size();
    }
  }

  /**
   * What a replay did.
   *
   * <p><b>Memory.</b> Copies the list. <b>Threads.</b> Immutable. <b>Errors.</b> A null is refused
   * with {@link NullPointerException}.
   *
   * @param preparedCount how many entries were made ready
   * @param leftOutCount how many there was no room for in the cache, or no time
   * @param refused the others, each with the reason: a network may have changed since
   */
  public record Replay(int preparedCount, int leftOutCount, List<String> refused) {
    /** Copies the list. */
    public Replay {
      refused = List.copyOf(refused);
    }
  }

  /**
   * Prepares a network for its shapes, the one seen last first, until the cache is full, and makes
   * each ready as {@link NetworkOptions#withReady} does, whatever the options of the cache are:
   * they say what happens to a shape that nobody has seen before. An interrupt ends it early and
   * stays set.
   *
   * @param cache of that network
   */
  public Replay replay(String network, ShapeCache cache) {
    return replay(network, cache, Duration.ofNanos(Long.MAX_VALUE));
  }

  /**
   * Does what {@link #replay(String, ShapeCache)} does for a limited time: who chooses shapes shall
   * not choose how long the next start takes. What has begun is finished, which takes some seconds
   * ({@link NetworkOptions#withReady}).
   *
   * @param cache of that network
   * @param timeLimit after which no shape is begun
   */
  public Replay replay(String network, ShapeCache cache, Duration timeLimit) {
    Objects.requireNonNull(cache, "cache");
    long begin = System.nanoTime();
    long limitNanos = TimeUnit.NANOSECONDS.convert(timeLimit);
    List<Map<String, long[]>> newestFirst = shapes(network).reversed();
    List<Map<String, long[]>> prepared = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    boolean isFull = false;
    for (Map<String, long[]> dims : newestFirst) {
      ShapeCache.Statistics before = cache.statistics();
      if (isFull
          || before.byteSize() >= cache.byteLimit()
          || System.nanoTime() - begin >= limitNanos
          || Thread.currentThread().isInterrupted()) {
        break;
      }
      ManifestLine.NetworkShape shape = ManifestLine.NetworkShape.of(network, dims);
      try {
        shape.requireModest();
        cache.makeReady(dims);
        if (cache.touch(dims)) {
          prepared.add(dims);
          isFull = cache.statistics().evictionCount() > before.evictionCount();
        } else {
          refused.add(
              "%s: takes more than the %,d bytes of the cache"
                  .formatted(shape.text(), cache.byteLimit()));
        }
      } catch (Conv4jException
          | IllegalArgumentException
          | InvalidModelException
          | UnsupportedOperatorException
          | OutOfMemoryError e) {
        refused.add("%s: %s".formatted(shape.text(), e.getMessage()));
      }
    }
    // The cache shall let go first of what was seen first, and the file keep its order.
    for (Map<String, long[]> dims : prepared.reversed()) {
      cache.touch(dims);
      add(network, dims);
    }
    return new Replay(
        prepared.size(), newestFirst.size() - prepared.size() - refused.size(), refused);
  }

  /**
   * Makes the single convolutions ready on an engine, channels last, which is what a problem's line
   * leaves open. Who has channels first makes requests of {@link #problems} instead.
   */
  public Replay replay(Engine engine) {
    Objects.requireNonNull(engine, "engine");
    List<String> refused = new ArrayList<>();
    List<ConvolutionRequest> requests = new ArrayList<>();
    for (ManifestLine line : entries()) {
      if (line instanceof ManifestLine.SingleProblem single) {
        try {
          requests.add(single.supportedBy(engine));
        } catch (IllegalArgumentException e) {
          refused.add("%s: %s".formatted(line.text(), e.getMessage()));
        }
      }
    }
    engine.makeReady(requests);
    return new Replay(requests.size(), 0, refused);
  }
}
