package io.github.conv4j.onednn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** oneDNN's name for the code that runs a primitive, and what a user should know about it. */
record Implementation(String name) {
  /** Whether it is one of oneDNN's catch-alls, often many times slower than its kernels. */
  boolean isSlow() {
    return isNaive() || isProduct();
  }

  /** Whether it is the naive loops. */
  boolean isNaive() {
    return parts().anyMatch(part -> part.startsWith("ref"));
  }

  /** Whether it unfolds windows into a matrix and multiplies that. */
  boolean isProduct() {
    return parts().anyMatch(part -> part.equals("gemm"));
  }

  /** Whether it is written for an instruction set, for example {@code avx512}. */
  boolean isFor(String instructionSet) {
    return parts().anyMatch(part -> part.startsWith(instructionSet));
  }

  private Stream<String> parts() {
    return Arrays.stream(name.split("[:+]"));
  }

  /**
   * Returns what a user should know.
   *
   * @param slow whether it takes much longer than its multiplications should
   * @param copies whether tensors are copied to and from channels-last around it
   */
  List<String> warnings(boolean slow, boolean copies) {
    List<String> warnings = new ArrayList<>();
    if (slow) {
      warnings.add("oneDNN has only its slow implementation '%s' for this".formatted(name));
    }
    if (copies) {
      warnings.add(
          "src and dst are copied to and from channels-last around '%s'; NHWC is faster"
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
