package io.github.conv4j.bench.cli;

/** What the commands return to the shell; the last two are those of sysexits.h. */
final class ExitCodes {
  static final int OK = 0;

  /** A check found a difference. */
  static final int FAILED = 1;

  static final int WRONG_ARGUMENTS = 2;

  /** What was asked for cannot start on this machine. */
  static final int UNAVAILABLE = 69;

  static final int UNEXPECTED = 70;

  private ExitCodes() {}
}
