package io.github.conv4j.networks.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Graph;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What reading any file may take, and may answer. */
public final class Bounds {
  private static final Duration MOST_TIME = Duration.ofSeconds(1);
  private static final int HEAP_PER_FILE_BYTE = 4;
  private static final long HEAP_OF_ANY_FILE = 16L << 20;
  private static final int MOST_MESSAGE = 1_000;

  /** What came of it: one of both is there. */
  public record Answer(@Nullable Graph graph, @Nullable RuntimeException refusal, Cost cost) {}

  private Bounds() {}

  /**
   * Reads, and checks time, heap and answer.
   *
   * @param what is wrong with the file, for messages
   */
  public static Answer read(String what, long fileByteSize, Supplier<Graph> reader) {
    var graph = new Graph[1];
    var refusal = new RuntimeException[1];
    Cost cost =
        Cost.of(
            () -> {
              try {
                graph[0] = reader.get();
              } catch (InvalidModelException | UnsupportedOperatorException e) {
                refusal[0] = e;
              }
            });
    assertThat(cost.time()).as("time of %s", what).isLessThan(MOST_TIME);
    assertThat(cost.heapByteSize())
        .as("heap of %s, a file of %d bytes", what, fileByteSize)
        .isLessThan(HEAP_OF_ANY_FILE + HEAP_PER_FILE_BYTE * fileByteSize);
    if (refusal[0] != null) {
      checkMessage(what, refusal[0].getMessage());
    }
    return new Answer(graph[0], refusal[0], cost);
  }

  private static void checkMessage(String what, @Nullable String message) {
    assertThat(message).as(what).isNotBlank().hasSizeLessThan(MOST_MESSAGE);
    assertThat(message.codePoints().filter(Character::isISOControl).toArray())
        .as("control characters in \"%s\" of %s", message, what)
        .isEmpty();
  }
}
