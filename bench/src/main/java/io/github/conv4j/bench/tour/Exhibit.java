package io.github.conv4j.bench.tour;

import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Planes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One variant: what is computed, and how the results are shown.
 *
 * @param name in the words of the field
 * @param caption what to see, in one sentence or two
 * @param works at least one
 * @param drawing turns the results into a picture
 */
public record Exhibit(
    String name, String caption, List<Work> works, Function<Results, Box> drawing) {
  /** Copies the list. */
  public Exhibit {
    works = List.copyOf(works);
  }

  /** Returns the name as part of a file name. */
  public String slug() {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }

  /** Returns the shapes of all works in one line; works of equal shapes share an entry. */
  public String shapes() {
    Map<String, List<String>> labels = new LinkedHashMap<>();
    for (Work work : works) {
      labels
          .computeIfAbsent(work.src() + " \u2192 " + work.dst(), _ -> new ArrayList<>())
          .add(work.label());
    }
    return labels.entrySet().stream()
        .map(entry -> String.join(", ", entry.getValue()) + ": " + entry.getKey())
        .collect(Collectors.joining("   \u00b7   "));
  }

  /**
   * What the works gave.
   *
   * @param stages for each work, the result after each of its steps
   */
  public record Results(List<List<Planes>> stages) {
    Planes of(int work) {
      return stages.get(work).getLast();
    }

    Planes of(int work, int step) {
      return stages.get(work).get(step);
    }
  }
}
