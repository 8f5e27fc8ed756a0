package io.github.conv4j.onednn;

/** Memory that native code has freed, which the GNU C library keeps for the process. */
final class FreedMemory {
  private FreedMemory() {}

  /** Gives it back to the operating system, where the C library can. */
  static void giveBack() {
    NativeAccess.systemFunction("malloc_trim").ifPresent(trim -> NativeAccess.call(trim, 0));
  }
}
