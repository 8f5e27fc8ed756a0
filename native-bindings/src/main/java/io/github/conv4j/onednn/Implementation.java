package io.github.conv4j.onednn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** oneDNN's name for the code that runs a primitive, and what a user should know about it. */
record Implementation(String name) {
  /** Whether it is one of oneDNN's catch-alls, often many times slower than its kernels. */
  boolean isSlow() {
    return Arrays.stream(name.split("[:+]"))
        .anyMatch(part -> part.startsWith("ref") || part.equals("gemm"));
  }

  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (isSlow()) {
      warnings.add(
          "oneDNN has only its slow implementation '%s' for this; try layout NHWC or ANY"
              .formatted(name));
    }
    if (name.contains("ncsp")) {
      warnings.add(
          "oneDNN's '%s' copies src and dst to and from channels-last inside; NHWC is faster"
              .formatted(name));
    }
    return warnings;
  }
}
