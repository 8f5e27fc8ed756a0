package io.github.conv4j.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Admission admission =
      new Admission(
          RunningServer.limits()
              .withRunningCount(1)
              .withQueueLimit(1)
              .withBodyBytes(1 << 20)
              .withHeldBytes(3 << 20));

  private static Deadline in(Duration wait) {
    return Deadline.of(null, wait);
  }

  private static void refusedWith(int status, Runnable action) {
    assertThatExceptionOfType(HttpException.class)
        .isThrownBy(action::run)
        .satisfies(e -> assertThat(e.status()).isEqualTo(status));
  }

  @Test
  void whoIsOneTooManyIsRefusedAtOnce() throws InterruptedException {
    var waits = new CountDownLatch(1);
    var granted = new AtomicReference<Admission.Turn>();
    Admission.Turn first = admission.await(in(LONG));
    Thread second =
        Thread.startVirtualThread(
            () -> {
              waits.countDown();
              granted.set(admission.await(in(LONG)));
            });
    waits.await();
    while (admission.waitingCount() == 0) {
      Thread.onSpinWait();
    }

    refusedWith(HttpException.TOO_MANY, () -> admission.await(in(LONG)));
    refusedWith(HttpException.TOO_MANY, admission::requirePlace);
    assertThat(admission.runningCount()).isOne();

    first.close();
    first.close();
    second.join();
    admission.requirePlace();
    assertThat(admission.runningCount()).isOne();
    assertThat(admission.waitingCount()).isZero();
    granted.get().close();
    assertThat(admission.runningCount()).isZero();
  }

  @Test
  void whoseDeadlinePassesLeavesItsPlace() {
    try (Admission.Turn _ = admission.await(in(LONG))) {
      refusedWith(HttpException.TOO_LATE, () -> admission.await(in(Duration.ofMillis(20))));
      refusedWith(HttpException.TOO_LATE, () -> admission.await(in(Duration.ZERO)));
      assertThat(admission.waitingCount()).isZero();
    }
    refusedWith(HttpException.TOO_LATE, () -> admission.await(in(Duration.ZERO)));
    admission.await(in(LONG)).close();
  }

  @Test
  void bytesAreBounded() {
    try (Admission.Claim large = admission.claim();
        Admission.Claim small = admission.claim()) {
      large.take(2 << 20);
      small.take(1000);
      refusedWith(HttpException.TOO_MANY, () -> small.take(1 << 20));
      refusedWith(HttpException.TOO_LARGE, () -> large.take((1 << 20) + 1));
      assertThat(admission.heldBytes()).isEqualTo((2 << 20) + 1024);
    }
    assertThat(admission.heldBytes()).isZero();
  }

  @Test
  void deadlinesAreNumbersOfMilliseconds() {
    assertThat(Deadline.of(" 250 ", LONG).left()).isBetween(Duration.ZERO, Duration.ofMillis(250));
    for (String wrong : new String[] {"", "-1", "1.5", "soon", "99999999999", "60001"}) {
      refusedWith(HttpException.BAD_REQUEST, () -> Deadline.of(wrong, LONG));
    }
  }
}
