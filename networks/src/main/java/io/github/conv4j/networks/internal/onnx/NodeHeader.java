package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.internal.wire.Excerpt;

/**
 * Which node something is about.
 *
 * @param at which byte of the file it begins at
 * @param domain empty for ONNX's own operators
 */
record NodeHeader(long at, String name, String domain, String operator) {
  /** Returns the operator with its domain where that is not ONNX's own. */
  String qualifiedOperator() {
    return domain.isEmpty() ? operator : domain + "." + operator;
  }

  boolean isOnnx(String wanted) {
    return domain.isEmpty() && operator.equals(wanted);
  }

  /** As messages name it. */
  @Override
  public String toString() {
    return "node %s%s at byte %d"
        .formatted(
            Excerpt.of(qualifiedOperator()),
            name.isEmpty() ? "" : " named " + Excerpt.of(name),
            at);
  }
}
