package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.problem.Problem;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemsTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void hazardsAreReadableAndDistinct(boolean transposed) {
    List<Problem> hazards = Problems.hazards(transposed);

    assertThat(hazards).hasSizeGreaterThan(70);
    assertThat(hazards).extracting(Problem::line).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void randomProblemsAreDistinctAndRepeatable(boolean transposed) {
    List<Problem> problems = Problems.random(transposed, 300);

    assertThat(problems).extracting(Problem::line).doesNotHaveDuplicates();
    assertThat(Problems.random(transposed, 300)).isEqualTo(problems);
    for (Problem problem : problems) {
      Problem again =
          transposed ? Problem.parseTransposed(problem.line()) : Problem.parse(problem.line());
      assertThat(again.line()).isEqualTo(problem.line());
      assertThat(again.geometry()).isEqualTo(problem.geometry());
    }
  }
}
