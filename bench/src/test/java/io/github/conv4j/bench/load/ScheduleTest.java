package io.github.conv4j.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScheduleTest {
  private final Schedule schedule = new Schedule(1e8); // every 10 ns

  @Test
  void handsOutEvenlySpacedStarts() {
    schedule.resume(1000);

    assertThat(schedule.take(1025)).isEqualTo(1000);
    assertThat(schedule.take(1025)).isEqualTo(1010);
    assertThat(schedule.take(1025)).isEqualTo(1020);
    assertThat(schedule.take(1025)).isEqualTo(Schedule.NONE);
  }

  @Test
  void standsStillBetweenSlicesAndKeepsWhatIsDue() {
    schedule.resume(1000);
    assertThat(schedule.take(1025)).isEqualTo(1000);
    schedule.pause(1025);
    assertThat(schedule.waiting()).containsExactly(15, 5);

    schedule.resume(5000);

    assertThat(schedule.take(5010)).isEqualTo(4985);
    assertThat(schedule.take(5010)).isEqualTo(4995);
    assertThat(schedule.take(5010)).isEqualTo(5005);
    assertThat(schedule.take(5010)).isEqualTo(Schedule.NONE);
  }
}
