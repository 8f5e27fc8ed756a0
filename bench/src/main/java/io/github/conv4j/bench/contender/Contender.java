package io.github.conv4j.bench.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Someone who computes convolutions: an engine of conv4j, or another library. */
public interface Contender extends AutoCloseable {
  /** Returns the short name, for example {@code onednn} or {@code onnxruntime}. */
  String name();

  /** Returns name and version for reports. */
  String version();

  /** Returns how many threads a call takes where a task asks for some number. */
  default int threads(int asked) {
    return asked;
  }

  /** Returns why this cannot compute a task, or empty if it can. */
  Optional<String> lack(Task task);

  /** Makes a task ready; everything that is not part of each call happens here. */
  Entry enter(Task task);

  /**
   * Makes a task ready for several clients at once, one entry each. What is only read, such as
   * packed weights, is shared where the library permits it, as a server would.
   */
  default List<Entry> enter(Task task, int clients) {
    List<Entry> entries = new ArrayList<>();
    try {
      for (int i = 0; i < clients; i++) {
        entries.add(enter(task));
      }
      return entries;
    } catch (RuntimeException | Error e) {
      entries.forEach(Entry::close);
      throw e;
    }
  }

  @Override
  void close();
}
