package io.github.conv4j.bench.tensor;

import io.github.conv4j.networks.graph.ElementType;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The dictionary in front of an array of NumPy, in the form that NumPy itself writes.
 *
 * @param type of the elements, little endian
 * @param dims in row-major order
 */
record NpyHeader(ElementType type, long... dims) {
  private static final Map<String, ElementType> TYPES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("<f2", ElementType.FLOAT16),
              Map.entry("<f4", ElementType.FLOAT),
              Map.entry("<f8", ElementType.DOUBLE),
              Map.entry("|i1", ElementType.INT8),
              Map.entry("<i2", ElementType.INT16),
              Map.entry("<i4", ElementType.INT32),
              Map.entry("<i8", ElementType.INT64),
              Map.entry("|u1", ElementType.UINT8),
              Map.entry("<u2", ElementType.UINT16),
              Map.entry("<u4", ElementType.UINT32),
              Map.entry("<u8", ElementType.UINT64),
              Map.entry("|b1", ElementType.BOOL)));
  private static final Pattern ENTRY =
      Pattern.compile("\\s*'(\\w+)'\\s*:\\s*('[^']*'|True|False|\\([0-9, ]*\\))\\s*(,|$)");
  private static final int MOST_AXES = 32;

  /**
   * Reads a dictionary.
   *
   * @throws IllegalArgumentException if it is not one of an array that conv4j reads; says why
   */
  static NpyHeader parse(String text) {
    String dictionary = text.strip();
    if (!dictionary.startsWith("{") || !dictionary.endsWith("}")) {
      throw new IllegalArgumentException("its header is not a dictionary");
    }
    String inner = dictionary.substring(1, dictionary.length() - 1).strip();
    Map<String, String> entries = new TreeMap<>();
    Matcher matcher = ENTRY.matcher(inner);
    int end = 0;
    while (end < inner.length() && matcher.find(end) && matcher.start() == end) {
      entries.put(matcher.group(1), matcher.group(2));
      end = matcher.end();
    }
    if (end < inner.length() || entries.size() != 3) {
      throw new IllegalArgumentException("its header is not that of an array: " + dictionary);
    }
    long[] dims = dims(entries.get("shape"));
    if (!"False".equals(entries.get("fortran_order")) && dims.length > 1) {
      throw new IllegalArgumentException(
          "it is in Fortran's order: save numpy.ascontiguousarray(x) instead");
    }
    return new NpyHeader(type(entries.get("descr")), dims);
  }

  private static ElementType type(@Nullable String quoted) {
    String name = quoted == null ? "" : quoted.replace("'", "");
    ElementType type = TYPES.get(name);
    if (type == null) {
      throw new IllegalArgumentException(
          "elements of type '%s' are not read: there are %s"
              .formatted(name, String.join(" ", TYPES.keySet())));
    }
    return type;
  }

  private static long[] dims(@Nullable String tuple) {
    if (tuple == null || !tuple.startsWith("(")) {
      throw new IllegalArgumentException("its header names no shape");
    }
    String list = tuple.substring(1, tuple.length() - 1).replace(" ", "");
    try {
      long[] dims =
          Arrays.stream(list.split(",", -1))
              .filter(dim -> !dim.isEmpty())
              .mapToLong(Long::parseLong)
              .toArray();
      if (dims.length > MOST_AXES) {
        throw new IllegalArgumentException("it has more than %d axes".formatted(MOST_AXES));
      }
      return dims;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("its shape %s is none".formatted(tuple), e);
    }
  }

  /** Returns the dictionary as NumPy writes it. */
  String text() {
    String name =
        TYPES.entrySet().stream()
            .filter(entry -> entry.getValue() == type)
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("NumPy has no elements of type " + type));
    String list = Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining(", "));
    return "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
        .formatted(name, list, dims.length == 1 ? "," : "");
  }
}
