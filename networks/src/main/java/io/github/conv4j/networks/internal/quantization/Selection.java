package io.github.conv4j.networks.internal.quantization;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Which layers compute with integers, and the scales of what they read and write. Layers without
 * weights do where integers flow through them: all that they read comes from such layers, and what
 * they write goes to one.
 */
final class Selection {
  private final Set<Layer> selected = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Layer> layers;
  private final Map<String, Scale> scales;

  /**
   * Selects.
   *
   * @param layers those that may be selected
   * @param ranges of the values that they read
   */
  Selection(List<Layer> layers, Map<String, ValueRange> ranges) {
    this.layers = layers;
    selected.addAll(layers);
    boolean isStable;
    do {
      isStable = !removeWhereNothingFlows();
    } while (!isStable);
    scales = scales(ranges);
  }

  private boolean removeWhereNothingFlows() {
    Set<String> written = new HashSet<>();
    Set<String> read = new HashSet<>();
    for (Layer layer : selected) {
      written.addAll(layer.outputs());
      read.addAll(layer.inputs());
    }
    return selected.removeIf(
        layer ->
            !layer.hasWeights()
                && !(written.containsAll(layer.inputs())
                    && !Collections.disjoint(read, layer.outputs())));
  }

  /** A scale for each value that a selected layer reads; one for all that share it. */
  private Map<String, Scale> scales(Map<String, ValueRange> ranges) {
    Set<String> values = new LinkedHashSet<>();
    layers().forEach(layer -> values.addAll(layer.inputs()));
    Map<String, String> parents = new HashMap<>();
    for (Layer layer : layers()) {
      if (layer.kind() == Layer.Kind.SAME_SCALE) {
        List<String> all = new ArrayList<>(layer.inputs());
        all.addAll(layer.outputs());
        all.stream().filter(values::contains).forEach(each -> join(parents, each, all.getFirst()));
      }
    }
    Map<String, double[]> shared = new HashMap<>();
    for (String value : values) {
      ValueRange range = Objects.requireNonNull(ranges.get(value), value);
      double[] own = {range.low(), range.high()};
      shared.merge(
          root(parents, value),
          own,
          (a, b) -> new double[] {Math.min(a[0], b[0]), Math.max(a[1], b[1])});
    }
    Map<String, Scale> result = new LinkedHashMap<>();
    for (String value : values) {
      double[] range = Objects.requireNonNull(shared.get(root(parents, value)));
      result.put(value, Scale.of(range[0], range[1]));
    }
    return result;
  }

  private static void join(Map<String, String> parents, String a, String b) {
    String rootOfA = root(parents, a);
    String rootOfB = root(parents, b);
    if (!rootOfA.equals(rootOfB)) {
      parents.put(rootOfA, rootOfB);
    }
  }

  private static String root(Map<String, String> parents, String value) {
    String root = value;
    for (String parent = parents.get(root); parent != null; parent = parents.get(root)) {
      root = parent;
    }
    return root;
  }

  /** Returns the selected layers, in order. */
  List<Layer> layers() {
    return layers.stream().filter(selected::contains).toList();
  }

  boolean contains(Layer layer) {
    return selected.contains(layer);
  }

  /** Returns the scales of values that selected layers read. */
  Map<String, Scale> scales() {
    return scales;
  }
}
