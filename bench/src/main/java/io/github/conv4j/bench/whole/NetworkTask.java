package io.github.conv4j.bench.whole;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A network to run.
 *
 * @param name for people
 * @param file an ONNX file
 * @param dims of its inputs
 * @param threads of a run
 */
public record NetworkTask(String name, Path file, Map<String, long[]> dims, int threads) {
  /** Returns the same task with another number of threads. */
  public NetworkTask withThreads(int count) {
    return new NetworkTask(name, file, dims, count);
  }

  /** Returns name and dimensions as people write them, for example {@code det:x=1x3x480x480}. */
  public String line() {
    return dims.entrySet().stream()
        .map(
            input ->
                ":"
                    + input.getKey()
                    + "="
                    + Arrays.stream(input.getValue())
                        .mapToObj(Long::toString)
                        .collect(Collectors.joining("x")))
        .collect(Collectors.joining("", name, ""));
  }
}
