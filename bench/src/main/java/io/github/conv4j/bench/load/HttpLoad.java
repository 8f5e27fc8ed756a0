package io.github.conv4j.bench.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Sends the same request to a server again and again, and measures what is accepted and what is
 * refused apart. For one run.
 */
public final class HttpLoad {
  private static final int OK = 200;
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;
  private static final int TOO_LATE = 504;

  /** More than any server here lets in; further requests count as errors. */
  private static final int MOST_IN_FLIGHT = 1000;

  private static final long MOST_NANOS = 600_000_000_000L;
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  private final HttpRequest request;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Histogram accepted = new ConcurrentHistogram(MOST_NANOS, 3);
  private final Histogram refused = new ConcurrentHistogram(MOST_NANOS, 3);
  private final Histogram failed = new ConcurrentHistogram(MOST_NANOS, 3);
  private final AtomicReference<String> firstError = new AtomicReference<>("");

  /** Describes the request: a POST of a body. */
  public HttpLoad(URI uri, String mediaType, byte[] body) {
    this.request =
        HttpRequest.newBuilder(uri)
            .timeout(TIMEOUT)
            .header("Content-Type", mediaType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
  }

  /**
   * What came back. Times are in nanoseconds.
   *
   * @param refused 429, 503 and 504
   * @param failed whatever else
   * @param firstError empty if nothing failed
   */
  public record Result(
      Histogram accepted, Histogram refused, Histogram failed, String firstError, Duration time) {
    /** Returns how many of them there were in a second. */
    public double perSecond(Histogram some) {
      return some.getTotalCount() * 1e9 / time.toNanos();
    }
  }

  /**
   * Lets clients ask again as soon as they have an answer; who is refused waits for a tenth of a
   * second.
   */
  public Result closed(int clients, Duration time) {
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < clients; i++) {
        threads.execute(
            () -> {
              while (System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
                if (send(System.nanoTime()) != OK) {
                  sleep(System.nanoTime() + 100_000_000);
                }
              }
            });
      }
    }
    return result(begin);
  }

  /** Sends requests at fixed times, whatever became of those before. */
  public Result open(double perSecond, Duration time) {
    long begin = System.nanoTime();
    var inFlight = new Semaphore(MOST_IN_FLIGHT);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (long i = 0; i < perSecond * time.toNanos() / 1e9; i++) {
        long due = begin + (long) (i * 1e9 / perSecond);
        sleep(due);
        if (inFlight.tryAcquire()) {
          threads.execute(
              () -> {
                send(due);
                inFlight.release();
              });
        } else {
          fail("more than %d requests are in flight".formatted(MOST_IN_FLIGHT), due);
        }
      }
    }
    return result(begin);
  }

  private Result result(long begin) {
    client.close();
    return new Result(
        accepted, refused, failed, firstError.get(), Duration.ofNanos(System.nanoTime() - begin));
  }

  private int send(long due) {
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      switch (response.statusCode()) {
        case OK -> record(accepted, due);
        case TOO_MANY, UNAVAILABLE, TOO_LATE -> record(refused, due);
        default -> fail(response.statusCode() + ": " + response.body(), due);
      }
      return response.statusCode();
    } catch (IOException e) {
      fail(e.toString(), due);
      return 0;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static void record(Histogram histogram, long due) {
    histogram.recordValue(Math.clamp(System.nanoTime() - due, 1, MOST_NANOS));
  }

  private void fail(String why, long due) {
    firstError.compareAndSet("", why);
    record(failed, due);
  }

  private static void sleep(long until) {
    long nanos = until - System.nanoTime();
    try {
      if (nanos > 0) {
        Thread.sleep(Duration.ofNanos(nanos));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
