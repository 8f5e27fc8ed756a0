package io.github.conv4j.internal.ready;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PlatformThreadTest {
  private static <T> T onVirtualThread(Callable<T> task) throws Exception {
    var future = new FutureTask<>(task);
    Thread.ofVirtual().start(future);
    return future.get();
  }

  private static Thread threadOfRun() {
    var thread = new AtomicReference<Thread>();
    PlatformThread.run(() -> thread.set(Thread.currentThread()));
    return thread.get();
  }

  @Test
  void onlyVirtualThreadsLetAnotherOneRun() throws Exception {
    assertThat(threadOfRun()).isSameAs(Thread.currentThread());
    assertThat(onVirtualThread(PlatformThreadTest::threadOfRun).isVirtual()).isFalse();
  }

  @Test
  void whatIsThrownComesThrough() throws Exception {
    for (Throwable thrown : new Throwable[] {new IllegalStateException("a"), new Error("b")}) {
      Runnable task =
          () -> {
            if (thrown instanceof Error error) {
              throw error;
            }
            throw (RuntimeException) thrown;
          };
      assertThatThrownBy(() -> PlatformThread.run(task)).isSameAs(thrown);
      onVirtualThread(
          () -> {
            assertThatThrownBy(() -> PlatformThread.run(task)).isSameAs(thrown);
            return true;
          });
    }
  }

  @Test
  void interruptsStaySetAndEndNothing() throws Exception {
    boolean isInterrupted =
        onVirtualThread(
            () -> {
              Thread caller = Thread.currentThread();
              var isDone = new CountDownLatch(1);
              PlatformThread.run(
                  () -> {
                    caller.interrupt();
                    isDone.countDown();
                  });
              assertThat(isDone.getCount()).isZero();
              return Thread.interrupted();
            });
    assertThat(isInterrupted).isTrue();
  }

  /** A server may ask on a virtual thread first. */
  @Test
  void heapUseIsKnownOfPlatformThreadsWhoeverAsksFirst() throws Exception {
    URL[] classes = {HeapUse.class.getProtectionDomain().getCodeSource().getLocation()};
    try (var loader = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader())) {
      var bytes = loader.loadClass(HeapUse.class.getName()).getMethod("bytes");
      assertThat(bytes.getDeclaringClass()).isNotEqualTo(HeapUse.class);
      assertThat(onVirtualThread(() -> bytes.invoke(null))).isEqualTo(HeapUse.UNKNOWN);
      assertThat((long) bytes.invoke(null)).isPositive();
    }
  }
}
