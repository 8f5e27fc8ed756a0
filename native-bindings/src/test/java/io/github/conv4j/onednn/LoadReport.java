package io.github.conv4j.onednn;

import io.github.conv4j.onednn.generated.dnnl_exec_arg_t;
import io.github.conv4j.onednn.generated.dnnl_h;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Main class of the processes that the loading tests start: loads, and prints how that went. */
final class LoadReport {

  private LoadReport() {}

  public static void main(String[] args) throws IOException {
    if (LoadReport.class.getModule().isNativeAccessEnabled()) {
      // These must work whether there is a library or not.
      System.out.println("constant " + dnnl_h.DNNL_ARG_DST());
      System.out.println("struct " + dnnl_exec_arg_t.sizeof());
    }
    switch (NativeLibrary.load()) {
      case NativeLibrary.Loaded loaded -> {
        System.out.println("loaded " + loaded.version() + " " + loaded.origin().name());
        System.out.println("path " + loaded.path());
        loaded.earlierAttempts().forEach(attempt -> System.out.println("attempt " + attempt));
        tellReadBytes();
        System.out.println("engine " + (NativeEngine.handle().address() != 0));
      }
      case NativeLibrary.Missing missing -> {
        System.out.println("missing " + missing.reason());
        System.out.println("remedy " + missing.remedy());
        missing.attempts().forEach(attempt -> System.out.println("attempt " + attempt));
      }
    }
  }

  /** Linux counts them. */
  private static void tellReadBytes() throws IOException {
    Path counts = Path.of("/proc/self/io");
    if (Files.exists(counts)) {
      String read = Files.readAllLines(counts).getFirst();
      System.out.println("read " + read.substring(read.indexOf(' ') + 1));
    }
  }
}
