package io.github.conv4j.bench.contender;

import java.util.Optional;

/** Someone who computes convolutions: an engine of conv4j, or another library. */
public interface Contender extends AutoCloseable {
  /** Returns the short name, for example {@code onednn} or {@code onnxruntime}. */
  String name();

  /** Returns name and version for reports. */
  String version();

  /** Returns why this cannot compute a task, or empty if it can. */
  Optional<String> lack(Task task);

  /** Makes a task ready; everything that is not part of each call happens here. */
  Entry enter(Task task);

  @Override
  void close();
}
