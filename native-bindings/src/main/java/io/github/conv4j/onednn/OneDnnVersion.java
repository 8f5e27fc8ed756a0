package io.github.conv4j.onednn;

import java.util.Optional;

/** A version of oneDNN. */
record OneDnnVersion(int major, int minor, int patch) {

  /** The release that the bindings were made from. */
  static final int BOUND_MAJOR = 3;

  static final int BOUND_MINOR = 13;

  /** The library in the jars, known from its digest without asking it. */
  static final OneDnnVersion BUNDLED = new OneDnnVersion(BOUND_MAJOR, BOUND_MINOR, 0);

  OneDnnVersion {
    if (major < 0 || minor < 0 || patch < 0) {
      throw new IllegalArgumentException(
          "no part of a version is negative: %d.%d.%d".formatted(major, minor, patch));
    }
  }

  /**
   * Why a library of this version cannot be used, if so.
   *
   * <p>oneDNN keeps its C API compatible within a major version, so later minor versions are taken
   * and earlier ones, which may lack functions, are not.
   */
  Optional<String> refusal() {
    if (major == BOUND_MAJOR && minor >= BOUND_MINOR) {
      return Optional.empty();
    }
    return Optional.of(
        "it is oneDNN %s, but conv4j needs at least %d.%d and below %d.0"
            .formatted(this, BOUND_MAJOR, BOUND_MINOR, BOUND_MAJOR + 1));
  }

  @Override
  public String toString() {
    return "%d.%d.%d".formatted(major, minor, patch);
  }
}
