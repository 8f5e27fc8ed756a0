package io.github.conv4j.onednn;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;

/**
 * Folders from which code is loaded: only their owner may write into them, and the owner must be
 * this user or root. Otherwise another user could plant a library, above all below a shared folder
 * for temporary files.
 */
final class PrivateFolder {

  private static final int ROOT = 0;

  private static final int STICKY = 01000;
  private static final int GROUP_WRITE = 0020;
  private static final int OTHERS_WRITE = 0002;

  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private PrivateFolder() {}

  /** Creates the folder and what is missing above it, for this user alone, and checks it. */
  static void create(Path folder) throws IOException {
    FileAttribute<?>[] attributes =
        POSIX
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    Files.createDirectories(folder, attributes);
    requireTrusted(folder);
  }

  /**
   * Refuses a folder into which somebody else could have put something, or which somebody else
   * could exchange for another.
   */
  static void requireTrusted(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(folder + " is not a folder");
    }
    if (!POSIX) {
      // On Windows the folders in question inherit an access list for this user.
      return;
    }
    requireTrusted(folder, GROUP_WRITE | OTHERS_WRITE);
    Path parent = folder.getParent();
    if (parent != null && (mode(parent) & STICKY) == 0) {
      requireTrusted(parent, OTHERS_WRITE);
    } else if (parent != null) {
      // Whatever a sticky folder lets others do, only its owner can exchange our folder.
      requireTrusted(parent, 0);
    }
  }

  private static void requireTrusted(Path folder, int refusedBits) throws IOException {
    int owner = (int) Files.getAttribute(folder, "unix:uid");
    if (owner != ROOT && !isThisUser(owner)) {
      throw new IOException("%s belongs to another user (%d)".formatted(folder, owner));
    }
    if ((mode(folder) & refusedBits) != 0) {
      throw new IOException(
          "%s can be written by others (%s)"
              .formatted(
                  folder, PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))));
    }
  }

  private static int mode(Path folder) throws IOException {
    return (int) Files.getAttribute(folder, "unix:mode");
  }

  private static boolean isThisUser(int owner) throws IOException {
    // Tells in a fraction of the time of a first native call, but not always: a process with file
    // capabilities appears as root's.
    Path self = Path.of("/proc/self");
    if (Files.exists(self) && (int) Files.getAttribute(self, "unix:uid") == owner) {
      return true;
    }
    OptionalInt user = NativeAccess.userId();
    return user.isPresent() && user.getAsInt() == owner;
  }
}
