package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Nothing of the public API changes unseen. */
class PublicApiTest {
  @Test
  void isAccepted() throws IOException {
    PublicApi.requireAccepted("java-api", Convolution.class);
  }

  @Test
  void whatGoesAndWhatComesIsTold() {
    List<String> before =
        PublicApi.lines(PublicApiSamples.Before.class).stream()
            .map(line -> line.replace("Before", "T"))
            .toList();
    var after = new TreeSet<String>();
    PublicApi.lines(PublicApiSamples.After.class)
        .forEach(line -> after.add(line.replace("After", "T")));

    assertThat(
            PublicApi.difference(before, after).replace(PublicApiSamples.class.getName() + "$", ""))
        .isEqualTo(
            """
            - T public abstract java.lang.String goes()
            + T public abstract void isNew()
            + T public default void isOptional()\
            """);
    assertThat(PublicApi.difference(List.copyOf(after), after)).isEmpty();
  }

  @Test
  void membersOfHiddenParentsAreOfTheirChildren() {
    String name = PublicApiSamples.Shown.class.getName();

    assertThat(PublicApi.lines(PublicApiSamples.Hidden.class)).isEmpty();
    assertThat(PublicApi.lines(PublicApiSamples.Shown.class))
        .containsExactlyInAnyOrder(
            name
                + " is public static final class "
                + name
                + " extends "
                + PublicApiSamples.Hidden.class.getName(),
            name + " public final int lent()",
            name + " public static final int LIMIT = 7");
  }
}
