package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Node;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All operators that are defined, each in all its versions.
 *
 * <p><b>Memory.</b> Each family is built once. <b>Threads.</b> Immutable. <b>Errors.</b> See {@link
 * #find}.
 */
public final class Definitions {
  private Definitions() {}

  /** The first version of the operator set whose operators are defined. */
  public static final int FIRST_OPSET = 7;

  /** The last version of the operator set whose operators are defined. */
  public static final int LAST_OPSET = 23;

  /** Returns the operators by name, each with its versions by the first opset they belong to. */
  public static Map<String, NavigableMap<Integer, OperatorVersion>> operators() {
    Map<String, NavigableMap<Integer, OperatorVersion>> all = new TreeMap<>();
    for (OperatorFamily family : OperatorFamily.values()) {
      all.putAll(family.versions());
    }
    return Collections.unmodifiableMap(all);
  }

  /**
   * Returns what a node means, once its signature is checked.
   *
   * @throws UnsupportedOperatorException if there is no such operator in that operator set
   * @throws io.github.conv4j.networks.InvalidModelException if inputs, outputs or attributes are
   *     not those of the operator
   */
  public static OperatorVersion find(Node node, int opset) {
    OperatorVersion version = find(node.domain(), node.operator(), opset);
    if (version == null) {
      String operator =
          node.domain().isEmpty() ? node.operator() : node.domain() + "." + node.operator();
      throw new UnsupportedOperatorException(
          operator, "%s of opset %d is not supported".formatted(node, opset));
    }
    version.check(node);
    return version;
  }

  private static @Nullable OperatorVersion find(String domain, String operator, int opset) {
    boolean onnx = domain.isEmpty() || domain.equals("ai.onnx");
    OperatorFamily family = onnx ? OperatorFamily.of(operator) : null;
    NavigableMap<Integer, OperatorVersion> versions =
        family == null ? null : family.versions().get(operator);
    if (versions == null || opset < FIRST_OPSET || opset > LAST_OPSET) {
      return null;
    }
    Map.Entry<Integer, OperatorVersion> entry = versions.floorEntry(opset);
    return entry == null ? null : entry.getValue();
  }
}
