package io.github.conv4j.onednn;

import java.util.ArrayList;
import java.util.List;

/** oneDNN's name for the code that runs a primitive, and what a user should know about it. */
record Implementation(String name) {
  /** Whether it is one of oneDNN's catch-alls, often many times slower than its kernels. */
  boolean isSlow() {
    return isNaive() || isProduct();
  }

  /** Whether it is the naive loops. */
  boolean isNaive() {
    return hasPart("ref");
  }

  /** Whether it unfolds windows into a matrix and multiplies that. */
  boolean isProduct() {
    return hasPart("gemm:") || hasPart("gemm+") || lastPart().equals("gemm");
  }

  /**
   * Whether it may add products in another order where there are fewer outputs. Batches of products
   * of oneDNN 3.13 cut many input channels into blocks by what caches hold, and take the taps that
   * a block of outputs meets in full before the others: both depend on the size of dst ({@code
   * jit_brgemm_conv_utils.cpp}).
   */
  boolean ordersSumsBySize(PrimitiveSpec spec) {
    return isProduct() || (isOf("brg") && spec.taps() > 1);
  }

  /**
   * Whether it is of a family of kernels that are made in the same way, for example {@code brdgmm}.
   */
  boolean isOf(String family) {
    return hasPart(family);
  }

  /** Whether it is written for an instruction set, for example {@code avx512}. */
  boolean isFor(String instructionSet) {
    return hasPart(instructionSet);
  }

  /**
   * Whether it copies channels-first tensors to and from channels-last, in its scratchpad; products
   * under the same roof ({@code jit_uni_ncsp:matmul}) read them as they are.
   */
  boolean copiesInside() {
    return hasPart("jit_uni_ncsp:conv");
  }

  /** Whether it is a kernel that gains something by elements narrower than those of f32. */
  boolean isForNarrow() {
    return !isSlow() && (isFor("avx2") || isFor("avx512") || isFor("avx10"));
  }

  /**
   * Whether it computes a transposed convolution by what computes the gradient of another one. Most
   * of these know no bias and no post-ops: oneDNN 3.13 then does both element by element, which
   * takes up to thirty times as long.
   */
  boolean isOfGradients() {
    return name.startsWith("conv:");
  }

  /** Whether it adds pairs of products of bytes in 16 bits. */
  boolean addsPairs() {
    return isFor("avx2") ? !Dnnl.hasVnni256() : !Dnnl.hasVnni512();
  }

  private String lastPart() {
    return name.substring(Math.max(name.lastIndexOf(':'), name.lastIndexOf('+')) + 1);
  }

  /** Whether one of the parts of the name, between colons and plus signs, begins so. */
  private boolean hasPart(String begin) {
    for (int at = name.indexOf(begin); at >= 0; at = name.indexOf(begin, at + 1)) {
      if (at == 0 || name.charAt(at - 1) == ':' || name.charAt(at - 1) == '+') {
        return true;
      }
    }
    return false;
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
    if (copiesInside()) {
      warnings.add(
          "oneDNN's '%s' copies src and dst to and from channels-last inside; NHWC is faster"
              .formatted(name));
    }
    return warnings;
  }
}
