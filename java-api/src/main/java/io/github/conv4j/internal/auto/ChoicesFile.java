package io.github.conv4j.internal.auto;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Choices as lines of text: the fields of a {@link ChoiceKey} and then one field a candidate, the
 * chosen one first, all divided by tabs. Lines that begin with {@code #} are comments and are kept.
 *
 * <p>Several processes may share a file: whoever writes takes a lock beside it, reads what others
 * have written meanwhile, and moves a complete new file into its place, with the permissions of the
 * old one. A symbolic link stays one: lock and new file are made beside what it leads to. The file
 * holds at most {@value MOST_ENTRIES} choices and {@value MOST_BYTES} bytes; the oldest go.
 *
 * <p>Whatever goes wrong costs one warning. After a failure to write, choices wait in memory, and
 * the next attempt for a minute, then for twice as long and so on.
 */
final class ChoicesFile {
  static final String HEADER = "conv4j choices, version 1";
  static final int MOST_ENTRIES = 10_000;
  static final int MOST_BYTES = 8 << 20;

  private static final List<String> LEGEND =
      List.of(
          "# One line a problem, fields divided by tabs: problem, src, dst, processor, threads,",
          "# accuracy, versions; then the chosen implementation, then slower ones, with times.");

  private static final System.Logger LOG = System.getLogger("io.github.conv4j");
  private static final Pattern TIMING = Pattern.compile("(\\S+) (.+) (\\d{1,18}) ns");
  private static final int LOCK_ATTEMPTS = 100;
  private static final long LOCK_PAUSE_MILLIS = 20;
  private static final int MOST_WAITING = 1_000;

  /** Nobody edits so much by hand; what is larger is not ours, or was damaged. */
  private static final long MOST_READABLE_BYTES = 8L * MOST_BYTES;

  private static final Duration FIRST_REST = Duration.ofMinutes(1);
  private static final Duration LONGEST_REST = Duration.ofHours(1);

  private final Path path;
  private final LongSupplier clock;
  private final ReentrantLock writing = new ReentrantLock();
  private final Map<ChoiceKey, Choice> waiting = new LinkedHashMap<>();
  private Content content = Content.EMPTY;
  private @Nullable FileTime readTime;
  private long readSize;
  private boolean hasWarned;
  private Duration rest = Duration.ZERO;
  private long restBegin;

  ChoicesFile(Path path) {
    this(path, System::nanoTime);
  }

  /**
   * Creates a file that rests by another clock.
   *
   * @param clock nanoseconds since some moment
   */
  ChoicesFile(Path path, LongSupplier clock) {
    this.path = path.toAbsolutePath();
    this.clock = clock;
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
    // Files close under the hands of an interrupted thread.
    if (!Thread.currentThread().isInterrupted()) {
      try {
        refresh();
      } catch (ClosedByInterruptException e) {
        // Not the file's fault; the thread stays interrupted.
      } catch (IOException | SecurityException e) {
        warn("cannot be read", e.toString());
      }
    }
    return content.choices().get(key.text());
  }

  /**
   * Adds a choice, or replaces the one of the same key; at the next attempt if this one fails.
   * Where another thread is writing, it takes this choice along.
   */
  void save(ChoiceKey key, Choice choice) {
    synchronized (this) {
      waiting.remove(key);
      waiting.put(key, choice);
      if (waiting.size() > MOST_WAITING) {
        waiting.remove(waiting.keySet().iterator().next());
      }
    }
    while (isTimeToWrite() && writing.tryLock()) {
      try {
        write();
      } finally {
        writing.unlock();
      }
    }
  }

  private synchronized boolean isTimeToWrite() {
    // Files close under the hands of an interrupted thread.
    return !waiting.isEmpty()
        && clock.getAsLong() - restBegin >= rest.toNanos()
        && !Thread.currentThread().isInterrupted();
  }

  private void write() {
    Map<ChoiceKey, Choice> added;
    synchronized (this) {
      added = new LinkedHashMap<>(waiting);
    }
    try {
      if (refresh().isOurs()) {
        add(added);
      }
      synchronized (this) {
        added.forEach(waiting::remove);
        rest = Duration.ZERO;
      }
    } catch (ClosedByInterruptException e) {
      // Not the file's fault; the thread stays interrupted.
    } catch (IOException | SecurityException e) {
      warn("cannot be written", e.toString());
      synchronized (this) {
        Duration longer = rest.isZero() ? FIRST_REST : rest.multipliedBy(2);
        rest = longer.compareTo(LONGEST_REST) < 0 ? longer : LONGEST_REST;
        restBegin = clock.getAsLong();
      }
    }
  }

  private void add(Map<ChoiceKey, Choice> added) throws IOException {
    Path folder = path.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Path target = target();
    Path lockPath = target.resolveSibling(target.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockPath, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lock(channel)) {
      if (!lock.isValid()) {
        throw new IOException("the lock was lost");
      }
      merge(added, target);
    }
  }

  /** Returns the file that the path leads to through symbolic links, whether it exists or not. */
  private Path target() throws IOException {
    if (!Files.isSymbolicLink(path)) {
      return path;
    }
    return Files.exists(path)
        ? path.toRealPath()
        : path.resolveSibling(Files.readSymbolicLink(path));
  }

  private void merge(Map<ChoiceKey, Choice> added, Path target) throws IOException {
    Content others = reread();
    if (!others.isOurs()) {
      return;
    }
    if (Files.exists(target) && !Files.isWritable(target)) {
      throw new AccessDeniedException(target.toString(), null, "it is read-only");
    }
    Map<String, Choice> merged = new LinkedHashMap<>(others.choices());
    added.forEach(
        (key, choice) -> {
          merged.remove(key.text());
          merged.put(key.text(), choice);
        });
    Path temporary = target.resolveSibling(target.getFileName() + ".new");
    // One that a killed process has left: whoever writes holds the lock.
    Files.deleteIfExists(temporary);
    try {
      Files.write(
          temporary,
          lines(others.comments(), merged),
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.WRITE);
      keepPermissions(target, temporary);
      moveIntoPlace(temporary, target);
    } finally {
      Files.deleteIfExists(temporary);
    }
    reread();
  }

  /** The youngest choices that the bounds admit, after header and comments. */
  private static List<String> lines(List<String> comments, Map<String, Choice> choices) {
    List<String> head = new ArrayList<>();
    head.add(HEADER);
    head.addAll(comments);
    long byteSize = head.stream().mapToLong(ChoicesFile::byteSize).sum();
    List<Map.Entry<String, Choice>> entries = new ArrayList<>(choices.entrySet());
    List<String> youngest = new ArrayList<>();
    for (Map.Entry<String, Choice> entry : entries.reversed()) {
      String line = line(entry.getKey(), entry.getValue());
      byteSize += byteSize(line);
      if (youngest.size() == MOST_ENTRIES || byteSize > MOST_BYTES) {
        break;
      }
      youngest.add(line);
    }
    head.addAll(youngest.reversed());
    return head;
  }

  private static int byteSize(String line) {
    return line.getBytes(StandardCharsets.UTF_8).length + 1;
  }

  private static void keepPermissions(Path from, Path to) throws IOException {
    var view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (view != null && Files.exists(from)) {
      view.setPermissions(Files.getPosixFilePermissions(from));
    }
  }

  private static void moveIntoPlace(Path temporary, Path target) throws IOException {
    try {
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
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
        var closed = new ClosedByInterruptException();
        closed.initCause(e);
        throw closed;
      }
    }
    throw new IOException("another process keeps its lock");
  }

  /** Reads the file whatever it looks like: a file system's clock ticks slowly. */
  private synchronized Content reread() throws IOException {
    readTime = null;
    return refresh();
  }

  /** Reads the file if it is another one than last time. */
  private synchronized Content refresh() throws IOException {
    FileTime time;
    long size;
    try {
      time = Files.getLastModifiedTime(path);
      size = Files.size(path);
      if (time.equals(readTime) && size == readSize) {
        return content;
      }
      content =
          size > MOST_READABLE_BYTES
              ? leftAlone("it has %,d bytes".formatted(size))
              : parse(Files.readString(path, StandardCharsets.UTF_8).lines().toList());
    } catch (NoSuchFileException e) {
      content = Content.EMPTY;
      readTime = null;
      return content;
    }
    readTime = time;
    readSize = size;
    return content;
  }

  private Content parse(List<String> lines) {
    if (lines.isEmpty() || lines.stream().allMatch(String::isBlank)) {
      return Content.EMPTY;
    }
    if (!lines.getFirst().strip().equals(HEADER)) {
      return leftAlone("its first line is not '" + HEADER + "'");
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

  private Content leftAlone(String why) {
    warn("is left alone", why);
    return new Content(false, List.of(), Map.of());
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

  private synchronized void warn(String what, String why) {
    LOG.log(
        hasWarned ? Level.DEBUG : Level.WARNING,
        "the file of choices {0} {1}: {2}",
        path,
        what,
        why);
    hasWarned = true;
  }
}
