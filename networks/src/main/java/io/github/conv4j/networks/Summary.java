package io.github.conv4j.networks;

import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.wire.Excerpt;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A network as text for people. Names are quoted: they may come from a stranger's file. */
final class Summary {
  private Summary() {}

  static String firstLine(Network network) {
    String name = network.graph().name();
    return "network%s of opset %d: %s, %s in %s (%s)"
        .formatted(
            name.isEmpty() ? "" : " " + Excerpt.of(name),
            network.graph().opset(),
            counted(network.nodes().size(), "node"),
            counted(network.parameterCount(), "parameter"),
            counted(network.graph().constants().size(), "constant"),
            counted(network.constantByteSize(), "byte"));
  }

  static String of(Network network) {
    var text = new StringBuilder(firstLine(network)).append('\n');
    append(text, "input", network.inputs());
    append(text, "output", network.outputs());
    operators(network).entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .forEach(
            count -> text.append("  %6d %s\n".formatted(count.getValue(), plain(count.getKey()))));
    return text.toString();
  }

  private static void append(StringBuilder text, String role, List<ValueInfo> values) {
    for (ValueInfo value : values) {
      String type = value.type() == null ? "?" : value.type().toString();
      String dims = value.dims() == null ? "[...]" : plain(value.dims().toString());
      text.append("  %-6s %s %s%s\n".formatted(role, Excerpt.of(value.name()), type, dims));
    }
  }

  private static Map<String, Long> operators(Network network) {
    return network.nodes().stream()
        .collect(
            Collectors.groupingBy(
                node ->
                    node.domain().isEmpty()
                        ? node.operator()
                        : node.domain() + "." + node.operator(),
                TreeMap::new,
                Collectors.counting()));
  }

  private static String plain(String text) {
    String quoted = Excerpt.of(text);
    return quoted.substring(1, quoted.length() - 1);
  }

  private static String counted(long count, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
  }
}
