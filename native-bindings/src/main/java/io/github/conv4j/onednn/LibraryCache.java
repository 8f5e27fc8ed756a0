package io.github.conv4j.onednn;

import io.github.conv4j.onednn.BundledLibrary.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;

/**
 * A folder that holds a bundled library, extracted once.
 *
 * <p>The folder's name contains the library's digest, so different versions never meet. Each file
 * appears under its name complete and verified, by an atomic move: a reader never sees a part of
 * one, and processes that start at once can at worst do the same work twice. What was checked once
 * is trusted while it looks the same, see {@link CheckedFiles}.
 */
final class LibraryCache {

  static final String TEMPORARY_SUFFIX = ".tmp";

  /**
   * No extraction takes this long: a temporary file of this age was left by a process that died.
   */
  private static final Duration ABANDONED = Duration.ofHours(1);

  private final BundledLibrary bundled;
  private final Path folder;
  private final CheckedFiles checked;

  LibraryCache(BundledLibrary bundled, Path cacheFolder) {
    this.bundled = bundled;
    this.folder = cacheFolder.resolve(bundled.folderName());
    this.checked = new CheckedFiles(folder, bundled.contents());
  }

  /** The path that {@code content} has in this cache, whether it is there or not. */
  Path path(Content content) {
    return folder.resolve(content.fileName());
  }

  /** Whether every file is there, and is one that was checked. */
  boolean isComplete() {
    return checked.areUnchanged();
  }

  /** Whether every file is there and has the right bytes; remembers that where it can. */
  boolean isSound() throws IOException {
    for (Content content : bundled.contents()) {
      if (!isSound(content)) {
        return false;
      }
    }
    checked.remember();
    return true;
  }

  /** Refuses the folder if another user could have put something into it. */
  void requireTrusted() throws IOException {
    PrivateFolder.requireTrusted(folder);
  }

  /** Extracts what is missing or has other bytes than it should have. */
  void fill() throws IOException {
    PrivateFolder.create(folder);
    try (FolderLock _ = FolderLock.acquire(folder)) {
      removeAbandoned();
      if (checked.areUnchanged()) {
        // By another process or class loader, for which this one waited.
        return;
      }
      repair();
    }
  }

  /**
   * Extracts again every file whose bytes are not what they should be, whatever was found earlier.
   *
   * @return whether there was one
   */
  boolean repair() throws IOException {
    boolean repaired = false;
    for (Content content : bundled.contents()) {
      if (!isSound(content)) {
        extract(content);
        repaired = true;
      }
    }
    checked.remember();
    return repaired;
  }

  private boolean isSound(Content content) throws IOException {
    return isThere(content) && digest(path(content)).equals(content.sha256());
  }

  private boolean isThere(Content content) {
    Path file = path(content);
    try {
      return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          && Files.size(file) == content.byteSize();
    } catch (IOException e) {
      return false;
    }
  }

  private void extract(Content content) throws IOException {
    Path temporary = Files.createTempFile(folder, content.fileName(), TEMPORARY_SUFFIX);
    try {
      copyVerified(content, temporary);
      // Whole seconds, which every file system and archive keeps.
      Files.setLastModifiedTime(
          temporary, FileTime.from(Instant.now().truncatedTo(ChronoUnit.SECONDS)));
      Files.move(temporary, path(content), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private void copyVerified(Content content, Path target) throws IOException {
    MessageDigest sha256 = sha256();
    try (InputStream in = new DigestInputStream(bundled.open(content), sha256);
        OutputStream out = Files.newOutputStream(target)) {
      transfer(in, out);
    }
    String found = HexFormat.of().formatHex(sha256.digest());
    if (!found.equals(content.sha256())) {
      throw new IOException(
          "%s in the jar has the SHA-256 %s instead of %s"
              .formatted(content.fileName(), found, content.sha256()));
    }
  }

  private static String digest(Path file) throws IOException {
    MessageDigest sha256 = sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
      transfer(in, OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static void transfer(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[1 << 18];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      out.write(buffer, 0, count);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private void removeAbandoned() throws IOException {
    FileTime oldest = FileTime.from(Instant.now().minus(ABANDONED));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + TEMPORARY_SUFFIX)) {
      for (Path file : files) {
        if (Files.getLastModifiedTime(file).compareTo(oldest) < 0) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
