package io.github.conv4j.networks.internal.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table in the documentation says what is defined, no more and no less. */
class OperatorsTableTest {
  private static final Path TABLE = Path.of("../docs/operators.md");
  private static final Pattern ROW = Pattern.compile("\\| (\\w+) \\| ([\\d, ]+) \\|.*\\|");

  @Test
  void hasEveryOperatorWithItsOpsets() throws IOException {
    Map<String, String> told = new TreeMap<>();
    for (String line : Files.readAllLines(TABLE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        assertThat(told.put(row.group(1), row.group(2))).as("a second row: %s", line).isNull();
      }
    }

    Map<String, String> defined = new TreeMap<>();
    Definitions.operators().forEach((name, versions) -> defined.put(name, opsets(versions)));

    assertThat(told).isEqualTo(defined);
  }

  @ParameterizedTest
  @EnumSource(OperatorFamily.class)
  void aFamilyDefinesTheOperatorsByWhichItIsFound(OperatorFamily family) {
    assertThat(family.versions().keySet()).isEqualTo(family.operators());
  }

  /** An operator that is older than the first opset begins there. */
  private static String opsets(NavigableMap<Integer, OperatorVersion> versions) {
    int first = Math.max(Definitions.FIRST_OPSET, versions.firstKey());
    List<Integer> later = List.copyOf(versions.tailMap(first, false).keySet());
    return later.isEmpty()
        ? Integer.toString(first)
        : first + later.stream().map(opset -> ", " + opset).collect(Collectors.joining());
  }

  @Test
  void namesTheOpsetsThatAreRead() throws IOException {
    assertThat(Files.readString(TABLE))
        .contains("opset %d to %d.".formatted(Definitions.FIRST_OPSET, Definitions.LAST_OPSET));
  }
}
