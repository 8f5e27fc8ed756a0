package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Node;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Attributes of nodes whose signature was checked. */
public final class Attributes {
  private Attributes() {}

  /** Returns an integer. */
  public static long integer(Node node, String name, long missing) {
    return node.attributes().get(name) instanceof Attribute.Int attribute
        ? attribute.value()
        : missing;
  }

  /** Returns a real number. */
  public static float real(Node node, String name, float missing) {
    return node.attributes().get(name) instanceof Attribute.Real attribute
        ? attribute.value()
        : missing;
  }

  /** Returns a text. */
  public static String text(Node node, String name, String missing) {
    return node.attributes().get(name) instanceof Attribute.Text attribute
        ? attribute.value()
        : missing;
  }

  /** Returns integers, or null where there are none. */
  public static long @Nullable [] integers(Node node, String name) {
    return node.attributes().get(name) instanceof Attribute.Ints attribute
        ? array(attribute.values())
        : null;
  }

  /** Returns the same numbers as an array. */
  public static long[] array(List<Long> numbers) {
    long[] array = new long[numbers.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = numbers.get(i);
    }
    return array;
  }

  /** Returns integers, or so many times the same. */
  public static long[] integers(Node node, String name, int count, long missing) {
    long[] values = integers(node, name);
    if (values != null) {
      return values;
    }
    long[] all = new long[count];
    Arrays.fill(all, missing);
    return all;
  }

  /** Whether all integers are the same one. */
  static boolean areAll(long value, long[] values) {
    return Arrays.stream(values).allMatch(each -> each == value);
  }

  /** Returns integers as an attribute. */
  public static Attribute of(long[] values) {
    return new Attribute.Ints(Arrays.stream(values).boxed().toList());
  }

  /** Returns whether a node is an operator of ONNX's own domain. */
  public static boolean is(Node node, String... operators) {
    if (!node.domain().isEmpty() && !node.domain().equals("ai.onnx")) {
      return false;
    }
    for (String operator : operators) {
      if (operator.equals(node.operator())) {
        return true;
      }
    }
    return false;
  }
}
