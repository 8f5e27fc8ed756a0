package io.github.conv4j.networks.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.conv4j.networks.graph.Node;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeListTest {
  private final NodeList nodes = new NodeList();
  private final Node relu = added("Relu", List.of("x"), "a");
  private final Node square = added("Mul", List.of("a", "a"), "b");
  private final Node sum = added("Add", List.of("a", "b"), "c");

  private Node added(String operator, List<String> inputs, String output) {
    Node node = node(operator, inputs, output);
    nodes.add(node);
    return node;
  }

  private static Node node(String operator, List<String> inputs, String output) {
    return new Node("", "", operator, inputs, List.of(output), Map.of());
  }

  @Test
  void knowsWhoWritesAndReads() {
    assertThat(nodes.list()).containsExactly(relu, square, sum);
    assertThat(nodes.writer("b")).isSameAs(square);
    assertThat(nodes.writer("x")).isNull();
    assertThat(nodes.readers("a")).containsExactly(square, square, sum);
    assertThat(nodes.readers("c")).isEmpty();
  }

  @Test
  void oneTakesThePlaceOfTheLastOfSeveral() {
    Node fused = node("Fused", List.of("x"), "b");
    nodes.replace(List.of(square, relu), fused);

    assertThat(nodes.list()).containsExactly(fused, sum);
    assertThat(nodes.has(square)).isFalse();
    assertThat(nodes.has(fused)).isTrue();
    assertThat(nodes.writer("a")).isNull();
    assertThat(nodes.writer("b")).isSameAs(fused);
    assertThat(nodes.readers("a")).containsExactly(sum);
  }

  @Test
  void severalTakeThePlaceOfOne() {
    Node first = node("Neg", List.of("a"), "d");
    Node second = node("Exp", List.of("d"), "b");
    nodes.replace(square, List.of(first, second));
    Node last = node("Abs", List.of("a", "b"), "c");
    nodes.replace(List.of(sum), last);

    assertThat(nodes.list()).containsExactly(relu, first, second, last);
    assertThat(nodes.readers("b")).containsExactly(last);
  }

  @Test
  void nodesAreToldApartByIdentity() {
    Node alike = node("Mul", List.of("a", "a"), "b");
    assertThat(nodes.has(alike)).isFalse();
    assertThatNullPointerException().isThrownBy(() -> nodes.remove(alike));
    assertThat(nodes.remove(square)).isEqualTo(1);
    assertThat(nodes.readers("a")).containsExactly(sum);
  }
}
