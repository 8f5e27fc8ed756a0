package io.github.conv4j.internal.shadow;

import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Shadow;
import io.github.conv4j.engine.ShadowCounts;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.reference.SafeLoops;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an engine that was given a {@link Shadow} does: it prepares without what proved wrong, has
 * calls sampled, and lets a thread compare them.
 */
public final class Shadowing implements AutoCloseable {
  private static final String JOIN = " + ";
  private static final String AUTO = "auto";

  /** What a comparison has on the Java heap for each output, and for each element of src. */
  private static final long HEAP_BYTES_OF_OUTPUT = 32;

  private static final long HEAP_BYTES_OF_SOURCE = 4;

  /** More products in one call keep the naive loops busy for seconds. */
  private static final long MOST_PRODUCTS_OF_LOOPS = 1L << 28;

  /** Who closes waits so long for a comparison in progress, which then ends by itself. */
  private static final long LONGEST_WAIT_MILLIS = 1_000;

  private final String engine;
  private final EngineOptions options;
  private final Shadow shadow;
  private final Ledger ledger;
  private final Quarantine quarantine;
  private final Samples samples = new Samples();
  private final Comparer comparer;
  private @Nullable Thread thread;
  private boolean closed;

  /** Takes ownership of {@code others}. */
  Shadowing(
      String engine,
      String version,
      EngineOptions options,
      Shadow shadow,
      Ledger ledger,
      OtherEngines others) {
    this.engine = engine;
    this.options = options;
    this.shadow = shadow;
    this.ledger = ledger;
    this.quarantine = new Quarantine(engine, version, shadow.quarantine().orElse(null));
    this.comparer = new Comparer(engine, shadow, ledger.budget(), samples, quarantine, others);
  }

  /**
   * Begins for an engine; null where its options do not ask for it.
   *
   * @param version of what computes: another version may do what this one must not
   * @throws IllegalArgumentException if the engine would be compared with itself
   */
  public static @Nullable Shadowing of(
      String engine, String version, EngineOptions options, Ledger ledger) {
    Shadow shadow = options.find(Shadow.class).orElse(null);
    if (shadow == null || shadow.interval() == 0) {
      return null;
    }
    if (shadow.engine().filter(engine::equals).isPresent()) {
      throw new IllegalArgumentException(
          "engine %s cannot be its own shadow; name another one".formatted(engine));
    }
    if (shadow.engine().filter(AUTO::equals).isPresent()) {
      throw new IllegalArgumentException(
          "engine auto may choose the engine that it is compared with; name another one");
    }
    return new Shadowing(engine, version, options, shadow, ledger, new OtherEngines());
  }

  /**
   * Prepares a convolution some of whose calls are compared.
   *
   * @param prepare what the engine would do, without some implementations, by their names in
   *     explanations
   */
  public PreparedConvolution prepare(
      ConvolutionRequest asked, Function<Set<String>, PreparedConvolution> prepare) {
    ledger.requireOpen();
    PrepareRequest request = PrepareRequest.of(asked);
    List<Quarantine.Entry> avoided = quarantine.of(request.problemText());
    PreparedConvolution prepared = prepare.apply(names(avoided));
    try {
      List<String> warnings = new ArrayList<>();
      if (!avoided.isEmpty()) {
        if (isAvoided(prepared, avoided)) {
          prepared.close();
          prepared = SafeLoops.prepare(engine, ledger, request, "nothing else computes it rightly");
        }
        avoided.forEach(each -> warnings.add("avoided: " + each.finding()));
      }
      return sampled(prepared, request, warnings);
    } catch (Throwable e) {
      prepared.close();
      throw e;
    }
  }

  /** Whether something must not be used for a request. */
  public boolean avoids(PrepareRequest request) {
    return !quarantine.of(request.problemText()).isEmpty();
  }

  private static Set<String> names(Collection<Quarantine.Entry> avoided) {
    Set<String> names = new LinkedHashSet<>();
    avoided.forEach(
        each -> names.addAll(List.of(each.implementation().split("\\Q" + JOIN + "\\E"))));
    return names;
  }

  private static boolean isAvoided(PreparedConvolution prepared, List<Quarantine.Entry> avoided) {
    String implementation = implementation(prepared);
    return avoided.stream().anyMatch(each -> each.implementation().equals(implementation));
  }

  private static String implementation(PreparedConvolution prepared) {
    return prepared.explain().stages().stream()
        .map(Explanation.Stage::implementation)
        .collect(Collectors.joining(JOIN));
  }

  private PreparedConvolution sampled(
      PreparedConvolution prepared, PrepareRequest request, List<String> warnings) {
    String computing = computing(prepared.explain());
    String other = other(computing);
    String implementation = implementation(prepared);
    var subject = new Subject(request, prepared, implementation, options.accuracy(), other);
    try {
      String whyNot = computing.equals(other) ? other + " has computed it itself" : whyNot(subject);
      warnings.addAll(0, prepared.explain().warnings());
      warnings.add(
          whyNot == null
              ? "one call in %d is copied and computed again by %s"
                  .formatted(shadow.interval(), other)
              : "no call is computed again: " + whyNot);
      Explanation explanation = prepared.explain().withWarnings(warnings);
      if (whyNot != null) {
        return PreparedProgram.renamed(prepared, explanation, ledger);
      }
      samples.reserve(subject.sampleByteSize());
      subject.hold();
      var sampler = new Sampler(subject, samples, shadow.interval());
      return PreparedProgram.watched(prepared, explanation, ledger, sampler);
    } finally {
      subject.release();
    }
  }

  /** The engine that computes what was prepared. */
  private String computing(Explanation explanation) {
    return explanation.candidates().stream()
        .filter(Explanation.Candidate::chosen)
        .map(Explanation.Candidate::engine)
        .findFirst()
        .orElse(engine);
  }

  /** The engine that computes it again. */
  private String other(String computing) {
    return shadow.engine().orElse(computing.equals("vector") ? OtherEngines.REFERENCE : "vector");
  }

  private @Nullable String whyNot(Subject subject) {
    if (subject.sampleByteSize() > shadow.bufferBytes() / Samples.BUFFER_COUNT) {
      return "a copy takes %d bytes, and two of them may take %d"
          .formatted(subject.sampleByteSize(), shadow.bufferBytes());
    }
    long heap =
        HEAP_BYTES_OF_OUTPUT * subject.problem().dst().elementCount()
            + HEAP_BYTES_OF_SOURCE * subject.problem().src().elementCount();
    if (heap > shadow.bufferBytes()) {
      return "a comparison takes %d bytes of the Java heap, and may take %d"
          .formatted(heap, shadow.bufferBytes());
    }
    long products = subject.problem().multiplications();
    if (subject.other().equals(OtherEngines.REFERENCE)
        && shadow.engine().isEmpty()
        && products > MOST_PRODUCTS_OF_LOOPS) {
      return "%d products are too many for the naive loops; name an engine with Shadow.withEngine"
          .formatted(products);
    }
    return start() ? null : "no thread can be made for that";
  }

  @SuppressWarnings("ThreadPriorityCheck") // a wish; that it rests is what holds
  private synchronized boolean start() {
    if (thread != null || closed) {
      return true;
    }
    Thread comparing =
        Thread.ofPlatform()
            .daemon()
            .priority(Thread.MIN_PRIORITY)
            .name("conv4j-shadow-" + engine)
            .inheritInheritableThreadLocals(false)
            .unstarted(comparer);
    // Not the caller's, which it may outlive.
    comparing.setContextClassLoader(Shadowing.class.getClassLoader());
    try {
      comparing.start();
    } catch (OutOfMemoryError e) {
      return false;
    }
    thread = comparing;
    return true;
  }

  /** Returns what was done so far. */
  public ShadowCounts counts() {
    return comparer.counts();
  }

  /** Ends the thread; when all that was prepared is closed. Further calls do nothing. */
  @Override
  public void close() {
    Thread comparing;
    synchronized (this) {
      closed = true;
      comparing = thread;
    }
    comparer.close();
    if (comparing == null || comparing == Thread.currentThread()) {
      return;
    }
    LockSupport.unpark(comparing);
    try {
      comparing.join(LONGEST_WAIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
