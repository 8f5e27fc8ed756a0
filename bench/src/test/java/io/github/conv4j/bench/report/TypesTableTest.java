package io.github.conv4j.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.results.MadeUpResults;
import io.github.conv4j.bench.typed.TypeTime;
import java.util.List;
import org.junit.jupiter.api.Test;

class TypesTableTest {
  private static final List<TypeTime> TIMES = MadeUpResults.of(1).typesOrNone();

  @Test
  void showsSpeedAndErrorSideBySide() {
    assertThat(TypesTable.lines(TIMES).get(1))
        .containsSubsequence("onednn", "u8:s8:u8", "250", "1000", "4.00", "8.0e-03", "vnni");
  }

  @Test
  void saysInOneLineWhatGainsNothing() {
    assertThat(TypesTable.sentences(TIMES))
        .containsExactly(
            "u8:s8:u8 gains nothing with vector on this CPU: at best 1.00 times as fast as f32",
            "u8:s8:s32 gains nothing with vector on this CPU: at best 0.89 times as fast as f32");
    assertThat(TypesTable.lines(TIMES)).containsAll(TypesTable.sentences(TIMES));
  }

  @Test
  void isAPartOfThePages() {
    assertThat(BenchPage.of(MadeUpResults.of(1), null))
        .contains(
            "<h2>Types</h2>", "<td class=\"number\">8.0e-03</td>", "gains nothing with vector");
    assertThat(TypesTable.html(List.of())).contains("./conv4j types");
  }
}
