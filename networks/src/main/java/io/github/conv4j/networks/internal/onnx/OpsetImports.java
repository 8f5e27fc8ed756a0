package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.internal.wire.Excerpt;
import io.github.conv4j.networks.internal.wire.WireReader;
import java.util.HashMap;
import java.util.Map;

/** Which operators a model may use: the domains that it imports, and the version of ONNX's own. */
final class OpsetImports {
  private static final int LEAST = 7;
  private static final int MOST = 23;

  private static final int DOMAIN = 1;
  private static final int VERSION = 2;

  /** A place in the map. */
  private static final int HEAP_OF_IMPORT = 160;

  /** ONNX Runtime's own: which of its operators are run is told where operators are looked up. */
  private static final String MICROSOFT = "com.microsoft";

  private final Map<String, Long> versions = new HashMap<>();

  /** Returns the domain as graphs have it: empty for ONNX's own operators. */
  static String canonical(String domain) {
    return domain.equals("ai.onnx") ? "" : domain;
  }

  /** Adds one OperatorSetIdProto. */
  void add(WireReader in) {
    long start = in.at();
    in.allowance().takeHeap(HEAP_OF_IMPORT, start);
    String domain = "";
    long version = 0;
    while (in.next()) {
      switch (in.field()) {
        case DOMAIN -> domain = canonical(in.text(Limits.NAME_BYTES));
        case VERSION -> version = in.int64();
        default -> {}
      }
    }
    Long before = versions.put(domain, version);
    if (before != null && before != version) {
      throw new InvalidModelException(
          "the model imports domain %s in versions %d and %d (byte %d), but one is expected"
              .formatted(Excerpt.of(domain), before, version, start));
    }
  }

  /** Returns the version of ONNX's own operators. */
  int version() {
    Long version = versions.get("");
    if (version == null) {
      throw new InvalidModelException(
          "the model does not say which version of ONNX's operators it uses: one of %d to %d is expected"
              .formatted(LEAST, MOST));
    }
    if (version < 1) {
      throw new InvalidModelException(
          "the model uses version %d of ONNX's operators, but they begin with 1"
              .formatted(version));
    }
    if (version < LEAST || version > MOST) {
      throw new UnsupportedOperatorException(
          "opset " + version,
          "the model uses version %d of ONNX's operators, but conv4j runs %d to %d: convert it, for example with onnx.version_converter"
              .formatted(version, LEAST, MOST));
    }
    return version.intValue();
  }

  /**
   * Checks the domain of a node.
   *
   * @throws UnsupportedOperatorException if conv4j runs no operator of it
   */
  void check(NodeHeader node) {
    if (!versions.containsKey(node.domain())) {
      throw new InvalidModelException(
          "%s is of a domain that the model does not import".formatted(node));
    }
    if (!node.domain().isEmpty() && !node.domain().equals(MICROSOFT)) {
      throw new UnsupportedOperatorException(
          node.qualifiedOperator(),
          "%s is of domain %s, of which conv4j runs no operator"
              .formatted(node, Excerpt.of(node.domain())));
    }
  }
}
