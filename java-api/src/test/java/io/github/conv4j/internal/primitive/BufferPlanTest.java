package io.github.conv4j.internal.primitive;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.internal.primitive.BufferPlan.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BufferPlanTest {
  @Test
  void aChainTakesTheTwoLargestNeighbours() {
    var plan =
        new BufferPlan(
            List.of(
                new Buffer(640, 0, 1),
                new Buffer(320, 1, 2),
                new Buffer(128, 2, 3),
                new Buffer(64, 3, 4)));
    assertThat(plan.byteSize()).isEqualTo(960);
    assertThat(plan.leastByteSize()).isEqualTo(960);
    assertThat(plan.naiveByteSize()).isEqualTo(1152);
  }

  @Test
  void whatLivesOnIsNotOverwritten() {
    // The first is read again by the last step.
    var plan =
        new BufferPlan(
            List.of(new Buffer(100, 0, 3), new Buffer(100, 1, 2), new Buffer(100, 2, 3)));
    assertThat(plan.byteSize()).isEqualTo(2 * 128 + 100);
    assertThat(plan.leastByteSize()).isEqualTo(300);
  }

  @Test
  void noBuffers() {
    var plan = new BufferPlan(List.of());
    assertThat(plan.byteSize()).isZero();
    assertThat(plan.naiveByteSize()).isZero();
  }

  @Test
  void buffersThatLiveTogetherNeverOverlap() {
    var random = new Random(7);
    for (int round = 0; round < 500; round++) {
      List<Buffer> buffers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        int first = random.nextInt(12);
        buffers.add(new Buffer(1 + random.nextInt(5_000), first, first + random.nextInt(5)));
      }
      var plan = new BufferPlan(buffers);
      assertThat(plan.leastByteSize()).isPositive().isLessThanOrEqualTo(plan.byteSize());
      for (int i = 0; i < buffers.size(); i++) {
        long begin = plan.offset(i);
        long end = begin + buffers.get(i).byteSize();
        assertThat(begin % BufferPlan.ALIGNMENT_BYTES).isZero();
        assertThat(end).isLessThanOrEqualTo(plan.byteSize());
        for (int j = 0; j < i; j++) {
          boolean together =
              buffers.get(i).first() <= buffers.get(j).last()
                  && buffers.get(j).first() <= buffers.get(i).last();
          boolean apart =
              end <= plan.offset(j) || plan.offset(j) + buffers.get(j).byteSize() <= begin;
          assertThat(apart || !together).as("%s: %d and %d", buffers, i, j).isTrue();
        }
      }
    }
  }
}
