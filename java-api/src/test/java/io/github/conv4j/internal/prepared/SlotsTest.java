package io.github.conv4j.internal.prepared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.contract.LogCapture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SlotsTest {
  private static final int LIMIT = 64;

  private final AtomicInteger made = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger period = new AtomicInteger();

  /** Working memory whose number decides what happens when it is closed. */
  @SuppressWarnings("try") // what close throws is the matter
  private final class Memory implements AutoCloseable {
    private final int number = made.getAndIncrement();

    Memory() {
      open.incrementAndGet();
    }

    @Override
    public void close() throws Exception {
      open.decrementAndGet();
      switch (number % 4) {
        case 1 -> throw new AssertionError("an error in close");
        case 2 -> throw new Exception("an exception in close");
        case 3 -> throw new OutOfMemoryError("a virtual machine error in close");
        default -> {}
      }
    }
  }

  private Slots<Memory> slots() {
    return new Slots<>(LIMIT, Memory::new, period::get);
  }

  private static List<Slots.Slot<Memory>> claim(Slots<Memory> slots, int count) {
    List<Slots.Slot<Memory>> claimed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      claimed.add(slots.claim());
    }
    return claimed;
  }

  private static void use(Slots<Memory> slots, int count) {
    claim(slots, count).forEach(slots::release);
  }

  @Test
  void anErrorInCloseKeepsNobodyWaiting() {
    Slots<Memory> slots = slots();
    use(slots, 8);
    try (LogCapture log = LogCapture.open()) {
      slots.close("test problem");
      slots.close("test problem");

      assertThat(log.lines(Level.WARNING)).hasSize(6);
    }
    assertThat(open.get()).isZero();
    assertThatIllegalStateException()
        .isThrownBy(slots::claim)
        .withMessage("the prepared convolution is closed");
  }

  @Test
  void aFactoryThatFailsLeavesNothing() {
    var fails = new AtomicBoolean();
    var slots =
        new Slots<>(
            LIMIT,
            () -> {
              if (fails.get()) {
                throw new OutOfMemoryError("no memory for a slot");
              }
              return new Memory();
            },
            period::get);
    Slots.Slot<Memory> first = slots.claim();
    fails.set(true);
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(slots::claim).isInstanceOf(OutOfMemoryError.class);
      assertThatThrownBy(slots::claimForHelper).isInstanceOf(OutOfMemoryError.class);
    }
    slots.release(first);
    assertThat(slots.count()).isOne();
    slots.close("test problem");
    assertThat(open.get()).isZero();
  }

  @Test
  void aBurstIsGivenBackToTheRecentMaximum() {
    Slots<Memory> slots = slots();
    try (LogCapture _ = LogCapture.open()) {
      use(slots, LIMIT);
      assertThat(open.get()).isEqualTo(LIMIT);
      assertThat(slots.trim(period.incrementAndGet())).isTrue();
      assertThat(open.get()).as("used in the period before").isEqualTo(LIMIT);
      use(slots, 3);
      assertThat(slots.trim(period.incrementAndGet())).isTrue();
      assertThat(open.get()).isEqualTo(3);
      use(slots, 2);
      assertThat(slots.trim(period.incrementAndGet())).isTrue();
      assertThat(open.get()).isEqualTo(2);
      assertThat(slots.trim(period.addAndGet(5))).isFalse();
      assertThat(open.get()).as("the last is kept").isOne();
      use(slots, 4);
      assertThat(slots.count()).isEqualTo(4);
      slots.close("test problem");
    }
    assertThat(open.get()).isZero();
  }

  /** What helpers took counts, and periods may wrap around. */
  @Test
  void helpersSlotsAreGivenBackToo() {
    period.set(Integer.MAX_VALUE);
    Slots<Memory> slots = slots();
    Slots.Slot<Memory> caller = slots.claim();
    Slots.Slot<Memory> helper = slots.claimForHelper();
    slots.release(helper);
    slots.release(caller);
    try (LogCapture _ = LogCapture.open()) {
      slots.trim(period.incrementAndGet());
      assertThat(open.get()).isEqualTo(2);
      slots.trim(period.incrementAndGet());
      assertThat(open.get()).isOne();
      slots.close("test problem");
    }
  }

  @Test
  void aClaimedSlotIsNotGivenBack() {
    Slots<Memory> slots = slots();
    List<Slots.Slot<Memory>> claimed = claim(slots, 5);
    try (LogCapture _ = LogCapture.open()) {
      assertThat(slots.trim(period.addAndGet(10))).isTrue();
      assertThat(open.get()).isEqualTo(5);
      claimed.forEach(slots::release);
      slots.close("test problem");
    }
    assertThat(open.get()).isZero();
  }

  @Test
  void trimmingRacesWithCallsAndClosing() throws Exception {
    try (LogCapture _ = LogCapture.open();
        var threads = Executors.newFixedThreadPool(5)) {
      for (int round = 0; round < 50; round++) {
        Slots<Memory> slots = slots();
        List<Future<?>> users = new ArrayList<>();
        for (int user = 0; user < 4; user++) {
          users.add(
              threads.submit(
                  () -> {
                    try {
                      while (true) {
                        slots.release(slots.claim());
                      }
                    } catch (IllegalStateException closed) {
                      return;
                    }
                  }));
        }
        for (int i = 0; i < 100; i++) {
          slots.trim(period.addAndGet(2));
        }
        slots.close("test problem");
        for (Future<?> user : users) {
          user.get();
        }
        assertThat(open.get()).isZero();
      }
    }
  }

  @Test
  void aLongWaitIsWarnedOfOnceAndGoesOn() throws Exception {
    long before = Slots.LONG_WAIT_NANOS.get();
    Slots.LONG_WAIT_NANOS.set(20_000_000);
    try (LogCapture log = LogCapture.open()) {
      Slots<Memory> slots = slots();
      List<Slots.Slot<Memory>> claimed = claim(slots, 2);
      var closer = Thread.ofPlatform().start(() -> slots.close("test problem"));
      while (log.lines(Level.WARNING).isEmpty()) {
        Thread.sleep(5);
      }
      Thread.sleep(60);
      assertThat(closer.isAlive()).isTrue();
      assertThat(log.lines(Level.WARNING))
          .singleElement()
          .asString()
          .contains("test problem", "calls in flight");
      slots.release(claimed.getFirst());
      assertThat(closer.join(Duration.ofMillis(20))).isFalse();
      slots.release(claimed.getLast());
      closer.join();
      assertThat(open.get()).isZero();
    } finally {
      Slots.LONG_WAIT_NANOS.set(before);
    }
  }

  @Test
  void aShortWaitIsSilent() throws Exception {
    try (LogCapture log = LogCapture.open()) {
      Slots<Memory> slots = slots();
      Slots.Slot<Memory> claimed = slots.claim();
      var closer = Thread.ofPlatform().start(() -> slots.close("test problem"));
      Thread.sleep(20);
      slots.release(claimed);
      closer.join();
      assertThat(log.lines(Level.WARNING)).isEmpty();
    }
  }

  /** Whoever trims takes no place that another needs, with as many users as places. */
  @Test
  void trimmingWhatIsInUseKeepsNobodyWaiting() throws Exception {
    int users = 2;
    var slots = new Slots<>(users, Memory::new, period::get);
    var isOver = new AtomicBoolean();
    // Not closed: who waits for ever must not keep the test.
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    List<Future<?>> all = new ArrayList<>();
    for (int user = 0; user < users; user++) {
      all.add(
          threads.submit(
              () -> {
                for (int round = 0; round < 200_000; round++) {
                  slots.release(slots.claim());
                }
                isOver.set(true);
              }));
    }
    all.add(
        threads.submit(
            () -> {
              while (!isOver.get()) {
                slots.trim(period.get());
              }
            }));
    for (Future<?> each : all) {
      each.get(20, TimeUnit.SECONDS);
    }
    assertThat(slots.count()).isLessThanOrEqualTo(users);
    try (LogCapture _ = LogCapture.open()) {
      slots.close("test problem");
    }
  }

  /** The thread that gives memory back is not worth a call. */
  @Test
  void noThreadForIdleSlotsFailsNoCall() throws Exception {
    ThreadFactory before =
        IdleSlots.THREADS.getAndSet(
            work -> {
              throw new OutOfMemoryError("unable to create native thread");
            });
    long beforeNanos = IdleSlots.PERIOD_NANOS.getAndSet(20_000_000);
    try (LogCapture log = LogCapture.open()) {
      for (int round = 0; round < 2; round++) {
        var slots = new Slots<>(LIMIT, Memory::new);
        use(slots, 4);
        assertThat(slots.count()).isEqualTo(4);
        slots.close("test problem");
      }
      assertThat(log.lines(Level.WARNING).stream().filter(line -> line.contains("thread")))
          .hasSize(1);
      var slots = new Slots<>(LIMIT, Memory::new);
      use(slots, 2);
      IdleSlots.THREADS.set(before);
      use(slots, 3);
      while (slots.count() > 1) {
        Thread.sleep(5);
      }
      slots.close("test problem");
    } finally {
      IdleSlots.THREADS.set(before);
      IdleSlots.PERIOD_NANOS.set(beforeNanos);
    }
    assertThat(open.get()).isZero();
  }

  /** Nobody has to come by. */
  @Test
  void idleSlotsAreGivenBackByThemselves() throws Exception {
    long before = IdleSlots.PERIOD_NANOS.get();
    IdleSlots.PERIOD_NANOS.set(20_000_000);
    try (LogCapture _ = LogCapture.open()) {
      var slots = new Slots<>(LIMIT, Memory::new);
      for (int round = 0; round < 2; round++) {
        use(slots, 20);
        while (slots.count() > 1) {
          Thread.sleep(5);
        }
        assertThat(open.get()).isOne();
      }
      slots.close("test problem");
    } finally {
      IdleSlots.PERIOD_NANOS.set(before);
    }
  }
}
