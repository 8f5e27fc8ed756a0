package io.github.conv4j.internal.auto;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Choices as lines of text: the fields of a {@link ChoiceKey} and then one field a candidate, the
 * chosen one first, all divided by tabs. Lines that begin with {@code #} are comments and are kept.
 *
 * <p>Several processes may share a file: whoever writes takes a lock beside it, reads what others
 * have written meanwhile, and moves a complete new file into its place. Whatever goes wrong costs a
 * warning and nothing else.
 */
final class ChoicesFile {
  static final String HEADER = "conv4j choices, version 1";

  private static final List<String> LEGEND =
      List.of(
          "# One line a problem, fields divided by tabs: problem, src, dst, processor, threads,",
          "# accuracy, versions; then the chosen implementation, then slower ones, with times.");

  private static final System.Logger LOG = System.getLogger("io.github.conv4j");
  private static final Pattern TIMING = Pattern.compile("(\\S+) (.+) (\\d{1,18}) ns");
  private static final int LOCK_ATTEMPTS = 100;
  private static final long LOCK_PAUSE_MILLIS = 20;

  private final Path path;
  private Content content = Content.EMPTY;
  private @Nullable FileTime readTime;
  private long readSize;
  private boolean hasWarned;

  ChoicesFile(Path path) {
    this.path = path.toAbsolutePath();
  }

  /**
   * What a file holds.
   *
   * @param isOurs false if another version of conv4j has written it, or something else
   */
  private record Content(boolean isOurs, List<String> comments, Map<String, Choice> choices) {
    static final Content EMPTY = new Content(true, LEGEND, Map.of());
  }

  Path path() {
    return path;
  }

  /** Returns what the file knows now. */
  synchronized @Nullable Choice find(ChoiceKey key) {
    try {
      refresh();
    } catch (IOException e) {
      warn("cannot be read", e.toString());
    }
    return content.choices().get(key.text());
  }

  /** Adds a choice, or replaces the one of the same key. */
  synchronized void save(ChoiceKey key, Choice choice) {
    try {
      Path folder = path.getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Path lockPath = path.resolveSibling(path.getFileName() + ".lock");
      try (FileChannel channel =
              FileChannel.open(lockPath, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = lock(channel)) {
        if (!lock.isValid()) {
          throw new IOException("the lock was lost");
        }
        merge(key, choice);
      }
    } catch (IOException | SecurityException e) {
      warn("cannot be written", e.toString());
    }
  }

  private void merge(ChoiceKey key, Choice choice) throws IOException {
    // The clock of a file system ticks slowly: others may have written since, at the same time.
    readTime = null;
    refresh();
    if (!content.isOurs()) {
      return;
    }
    Map<String, Choice> merged = new LinkedHashMap<>(content.choices());
    merged.put(key.text(), choice);
    List<String> lines = new ArrayList<>();
    lines.add(HEADER);
    lines.addAll(content.comments());
    merged.forEach((text, made) -> lines.add(line(text, made)));
    Path temporary = Files.createTempFile(path.getParent(), path.getFileName().toString(), ".new");
    try {
      Files.write(temporary, lines, StandardCharsets.UTF_8);
      moveIntoPlace(temporary);
    } finally {
      Files.deleteIfExists(temporary);
    }
    refresh();
  }

  private void moveIntoPlace(Path temporary) throws IOException {
    try {
      Files.move(
          temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Waits for other writers, but not forever: one that hangs must not hang this process too. */
  private static FileLock lock(FileChannel channel) throws IOException {
    for (int i = 0; i < LOCK_ATTEMPTS; i++) {
      try {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return lock;
        }
      } catch (OverlappingFileLockException e) {
        // Another thread of this process, through another object: as good as another process.
      }
      try {
        Thread.sleep(LOCK_PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for its lock", e);
      }
    }
    throw new IOException("another process keeps its lock");
  }

  /** Reads the file if it is another one than last time. */
  private void refresh() throws IOException {
    FileTime time;
    long size;
    try {
      time = Files.getLastModifiedTime(path);
      size = Files.size(path);
      if (time.equals(readTime) && size == readSize) {
        return;
      }
      content = parse(Files.readString(path, StandardCharsets.UTF_8).lines().toList());
    } catch (NoSuchFileException e) {
      content = Content.EMPTY;
      readTime = null;
      return;
    }
    readTime = time;
    readSize = size;
  }

  private Content parse(List<String> lines) {
    if (lines.isEmpty() || lines.stream().allMatch(String::isBlank)) {
      return Content.EMPTY;
    }
    if (!lines.getFirst().strip().equals(HEADER)) {
      warn("is left alone", "its first line is not '" + HEADER + "'");
      return new Content(false, List.of(), Map.of());
    }
    List<String> comments = new ArrayList<>();
    Map<String, Choice> choices = new LinkedHashMap<>();
    int brokenCount = 0;
    int firstBroken = 0;
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("#")) {
        comments.add(line);
      } else if (!line.isBlank() && !parse(line, choices)) {
        firstBroken = brokenCount++ == 0 ? i + 1 : firstBroken;
      }
    }
    if (brokenCount > 0) {
      warn(
          "is read without its broken lines",
          "there are %d, the first is line %d".formatted(brokenCount, firstBroken));
    }
    return new Content(true, comments, choices);
  }

  /** Returns whether the line is well-formed. */
  private static boolean parse(String line, Map<String, Choice> choices) {
    String[] fields = line.split(ChoiceKey.SEPARATOR, -1);
    if (fields.length <= ChoiceKey.FIELD_COUNT) {
      return false;
    }
    List<Choice.Timing> timings = new ArrayList<>();
    for (int i = ChoiceKey.FIELD_COUNT; i < fields.length; i++) {
      Matcher matcher = TIMING.matcher(fields[i]);
      if (!matcher.matches()) {
        return false;
      }
      timings.add(
          new Choice.Timing(matcher.group(1), matcher.group(2), Long.parseLong(matcher.group(3))));
    }
    int keyLength = ChoiceKey.FIELD_COUNT - 1;
    for (int i = 0; i < ChoiceKey.FIELD_COUNT; i++) {
      keyLength += fields[i].length();
    }
    choices.put(line.substring(0, keyLength), new Choice(timings));
    return true;
  }

  private static String line(String key, Choice choice) {
    var line = new StringBuilder(key);
    for (Choice.Timing timing : choice.timings()) {
      line.append(ChoiceKey.SEPARATOR)
          .append(timing.engine())
          .append(' ')
          .append(timing.implementation())
          .append(' ')
          .append(timing.medianNanos())
          .append(" ns");
    }
    return line.toString();
  }

  private void warn(String what, String why) {
    LOG.log(
        hasWarned ? Level.DEBUG : Level.WARNING,
        "the file of choices {0} {1}: {2}",
        path,
        what,
        why);
    hasWarned = true;
  }
}
