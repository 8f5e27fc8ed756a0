package io.github.conv4j.internal.auto;

import io.github.conv4j.EngineFailureException;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Prepares all ways to run one problem, checks them against each other, times them and closes all
 * but the winner.
 *
 * <p><b>Memory.</b> One src and one dst for all, freed before this returns. <b>Threads.</b> One
 * problem at a time in the whole process, so that measurements do not disturb each other.
 */
final class Tuner {
  /** One tuning at a time; held also while looking whether someone else has just tuned. */
  static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock(true);

  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  /** Prime, so that no step from element to element meets the same values again. */
  private static final int RANDOM_FLOATS = 65_521;

  private final PrepareRequest request;
  private final Accuracy accuracy;
  private final Duration budget;

  /** Creates a tuner; the request's layouts are plain or strided. */
  Tuner(PrepareRequest request, Accuracy accuracy, Duration budget) {
    this.request = request;
    this.accuracy = accuracy;
    this.budget = budget;
  }

  /**
   * What was found.
   *
   * @param winner open; the caller owns it
   * @param others closed
   * @param warnings about those that failed or computed something else
   */
  record Outcome(TimedCandidate winner, List<TimedCandidate> others, List<String> warnings) {
    /** The times of those that can be trusted, the winner's first. */
    Choice choice() {
      List<Choice.Timing> timings = new ArrayList<>();
      timings.add(timing(winner));
      others.stream().filter(TimedCandidate::isTimed).map(Outcome::timing).forEach(timings::add);
      return new Choice(timings);
    }

    private static Choice.Timing timing(TimedCandidate candidate) {
      return new Choice.Timing(
          candidate.way().engine().name(),
          candidate.way().implementation(),
          Math.round(candidate.medianNanos()));
    }
  }

  /**
   * Measures.
   *
   * @param ways at least one
   * @throws RuntimeException of the first way if none can be prepared and executed
   */
  Outcome run(List<Way> ways) {
    List<TimedCandidate> open = new ArrayList<>();
    List<TimedCandidate> out = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    TimedCandidate winner = null;
    try (Arena arena = Arena.ofConfined()) {
      prepare(ways, open, warnings);
      Tensor src = Tensor.allocate(request.src(), arena);
      Tensor dst = Tensor.allocate(request.dst(), arena);
      fillWithRandomFloats(src);
      List<TimedCandidate> racing = check(open, out, src, dst, warnings);
      winner = new CandidateRace(racing, src, dst, budget.toNanos()).run();
      racing.remove(winner);
      racing.sort(Comparator.comparingDouble(TimedCandidate::medianNanos));
      out.addAll(0, racing);
      return new Outcome(winner, out, warnings);
    } finally {
      for (TimedCandidate candidate : open) {
        if (candidate != winner) {
          candidate.prepared().close();
        }
      }
    }
  }

  private void prepare(List<Way> ways, List<TimedCandidate> open, List<String> warnings) {
    RuntimeException first = null;
    for (Way way : ways) {
      try {
        open.add(new TimedCandidate(way, way.prepare(request)));
      } catch (EngineFailureException | UnsupportedConvolutionException e) {
        first = first == null ? e : first;
        warn(warnings, "%s cannot be prepared: %s".formatted(way, e.getMessage()));
      }
    }
    if (open.isEmpty() && first != null) {
      throw first;
    }
  }

  /** Makes everyone's first call; returns those whose result is taken as right. */
  private List<TimedCandidate> check(
      List<TimedCandidate> open,
      List<TimedCandidate> out,
      Tensor src,
      Tensor dst,
      List<String> warnings) {
    @Nullable SampledOutputs sampled =
        open.size() == 1 ? null : SampledOutputs.of(request, accuracy);
    List<TimedCandidate> ran = new ArrayList<>();
    List<float[]> results = new ArrayList<>();
    EngineFailureException first = null;
    for (TimedCandidate candidate : open) {
      dst.fill(Float.NaN);
      try {
        candidate.first(src, dst);
      } catch (EngineFailureException e) {
        first = first == null ? e : first;
        candidate.exclude("failed: " + e.getMessage());
        warn(warnings, "%s %s".formatted(candidate.way(), candidate.note()));
        out.add(candidate);
        continue;
      }
      ran.add(candidate);
      if (sampled != null) {
        results.add(sampled.read(dst));
      }
    }
    if (ran.isEmpty() && first != null) {
      throw first;
    }
    if (sampled == null || ran.size() == 1) {
      return ran;
    }
    boolean[] isRight = new AgreementCheck(request, sampled).check(results, src, dst);
    List<TimedCandidate> racing = new ArrayList<>();
    for (int i = 0; i < isRight.length; i++) {
      TimedCandidate candidate = ran.get(i);
      if (isRight[i]) {
        racing.add(candidate);
      } else {
        candidate.exclude("left out: its result disagrees");
        warn(
            warnings,
            "%s computes something else than the others and is not used"
                .formatted(candidate.way()));
        out.add(candidate);
      }
    }
    return racing;
  }

  private void warn(List<String> warnings, String sentence) {
    warnings.add(sentence);
    LOG.log(Level.WARNING, "engine auto: {0}: {1}", sentence, request.problemText());
  }

  /** Fills also the gaps between elements, which nobody reads. */
  private static void fillWithRandomFloats(Tensor tensor) {
    TensorSpec spec = tensor.spec();
    var random = new SplittableRandom(spec.shape().elementCount());
    float[] values = new float[RANDOM_FLOATS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    MemorySegment from = MemorySegment.ofArray(values);
    MemorySegment to = tensor.segment();
    for (long at = 0; at < to.byteSize(); at += from.byteSize()) {
      long byteSize = Math.min(from.byteSize(), to.byteSize() - at);
      MemorySegment.copy(from, 0, to, at, byteSize);
    }
  }
}
