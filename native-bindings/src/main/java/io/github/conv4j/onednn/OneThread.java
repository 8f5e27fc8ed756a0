package io.github.conv4j.onednn;

/**
 * Keeps OpenMP at one thread for the calls that conv4j makes: its teams belong to threads, are
 * never freed, and end the process when they cannot be made. The setting of the calling thread is
 * put back afterwards, since other libraries may share the runtime.
 */
final class OneThread {
  private OneThread() {}

  /** Sets the calling thread to one OpenMP thread; returns what {@link #exit} puts back. */
  static int enter() {
    int before = Dnnl.maxThreads();
    if (before != 1) {
      Dnnl.setMaxThreads(1);
    }
    return before;
  }

  /** Puts back what {@link #enter} found. */
  static void exit(int before) {
    if (before != 1) {
      Dnnl.setMaxThreads(before);
    }
  }
}
