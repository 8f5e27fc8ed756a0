package io.github.conv4j.networks.internal.lower;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OrderTest {
  private static final long[] SPLIT = {1, 28, 4, 7, 7};
  private static final long[] MERGED = {1, 112, 7, 7};

  /** A shuffle of channels that lie last stays one: only two axes change places. */
  @Test
  void axesThatBecomeOneAreBroughtTogetherWhereTheyAre() {
    Order shuffled = Order.of(0, 3, 4, 2, 1);

    assertThat(shuffled.reshaped(SPLIT, MERGED)).isNull();
    Order together = shuffled.together(SPLIT, MERGED);
    assertThat(together).hasToString("[0, 3, 4, 1, 2]");
    assertThat(together.reshaped(SPLIT, MERGED)).hasToString("[0, 2, 3, 1]");
  }

  @Test
  void whatLiesTogetherStays() {
    Order order = Order.channelsLast(4);

    assertThat(order.together(MERGED, SPLIT)).hasToString("[0, 2, 3, 1]");
    assertThat(order.reshaped(MERGED, SPLIT)).hasToString("[0, 3, 4, 1, 2]");
  }

  @Test
  void flatteningNeedsRowMajorOrder() {
    Order order = Order.channelsLast(4);
    long[] flat = {1, 112 * 49};

    Order together = order.together(MERGED, flat);

    assertThat(together).hasToString("[0, 1, 2, 3]");
    assertThat(together.reshaped(MERGED, flat)).hasToString("[0, 1]");
  }
}
