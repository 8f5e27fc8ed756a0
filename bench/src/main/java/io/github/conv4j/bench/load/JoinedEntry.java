package io.github.conv4j.bench.load;

import io.github.conv4j.bench.contender.Closing;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.LastOut;
import java.util.List;
import java.util.stream.Stream;

/**
 * Several tasks one after the other, as one request.
 *
 * @param parts what is called, in order; closed with it
 * @param users are left when it is closed, behind its parts
 */
public record JoinedEntry(List<Entry> parts, LastOut users) implements Entry {
  /** Copies the list. */
  public JoinedEntry {
    parts = List.copyOf(parts);
  }

  @Override
  public void call() {
    for (int i = 0; i < parts.size(); i++) {
      parts.get(i).call();
    }
  }

  @Override
  public float[] result() {
    return joined(parts.stream().map(Entry::result).toList());
  }

  /** Returns arrays one after the other. */
  public static float[] joined(List<float[]> results) {
    float[] all = new float[results.stream().mapToInt(result -> result.length).sum()];
    int at = 0;
    for (float[] result : results) {
      System.arraycopy(result, 0, all, at, result.length);
      at += result.length;
    }
    return all;
  }

  @Override
  public String implementation() {
    return "";
  }

  @Override
  public void close() {
    Closing.all(Stream.concat(parts.stream().map(part -> part::close), Stream.of(users::release)));
  }
}
