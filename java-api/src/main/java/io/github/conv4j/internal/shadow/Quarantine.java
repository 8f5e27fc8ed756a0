package io.github.conv4j.internal.shadow;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an engine must not use, by problems; in memory, and in a file for engines that start later.
 *
 * <p>The file has a line for each: engine, version, problem, implementation and what it gave,
 * divided by tabs. Lines are added at its end in one write, so that processes may share it; lines
 * that cannot be read are passed over. A file that cannot be read or written costs one warning.
 */
final class Quarantine {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  /** Nobody has so many wrong kernels; what is larger is not ours. */
  private static final int MOST_ENTRIES = 10_000;

  private static final int MOST_BYTES = 4 << 20;

  private static final int FIELD_COUNT = 5;
  private static final String SEPARATOR = "\t";

  private final String engine;
  private final String version;
  private final @Nullable Path file;
  private final Map<String, List<Entry>> entries = new HashMap<>();
  private int count;

  /**
   * One thing that must not be used for a problem.
   *
   * @param implementation the names of the stages, joined
   * @param finding what it gave, as a sentence
   */
  record Entry(String implementation, String finding) {}

  /** Reads the file, if there is one. */
  Quarantine(String engine, String version, @Nullable Path file) {
    this.engine = engine;
    this.version = withoutControls(version);
    this.file = file;
    if (file != null && Files.exists(file)) {
      try {
        read(file);
      } catch (IOException | SecurityException e) {
        LOG.log(Level.WARNING, "the quarantine {0} cannot be read: {1}", file, e.toString());
      }
    }
  }

  private void read(Path path) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MOST_BYTES);
    }
    for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
      String[] fields = line.split(SEPARATOR, -1);
      if (fields.length == FIELD_COUNT && fields[0].equals(engine) && fields[1].equals(version)) {
        put(fields[2], new Entry(withoutControls(fields[3]), withoutControls(fields[4])));
      }
    }
  }

  /** Returns what must not be used for a problem; mostly nothing. */
  synchronized List<Entry> of(String problem) {
    return List.copyOf(entries.getOrDefault(problem, List.of()));
  }

  /** Returns how many entries there are. */
  synchronized int count() {
    return count;
  }

  /** Adds what must not be used any more; false if that was known. */
  boolean add(String problem, String implementation, String finding) {
    var entry = new Entry(withoutControls(implementation), withoutControls(finding));
    synchronized (this) {
      if (!put(problem, entry)) {
        return false;
      }
    }
    if (file != null) {
      try {
        write(file, problem, entry);
      } catch (IOException | SecurityException e) {
        LOG.log(Level.WARNING, "the quarantine {0} cannot be written: {1}", file, e.toString());
      }
    }
    return true;
  }

  private boolean put(String problem, Entry entry) {
    List<Entry> known = entries.computeIfAbsent(problem, key -> new ArrayList<>());
    boolean isNew =
        count < MOST_ENTRIES
            && known.stream().noneMatch(e -> e.implementation().equals(entry.implementation()));
    if (isNew) {
      known.add(entry);
      count++;
    }
    return isNew;
  }

  private void write(Path path, String problem, Entry entry) throws IOException {
    String line =
        String.join(SEPARATOR, engine, version, problem, entry.implementation(), entry.finding());
    Files.writeString(
        path,
        line + "\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static String withoutControls(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
