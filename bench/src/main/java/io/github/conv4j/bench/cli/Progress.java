package io.github.conv4j.bench.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar with the remaining time on stderr; a line a minute where stderr is not a terminal. */
final class Progress implements AutoCloseable {
  private final @Nullable ProgressBar bar;
  private final ProgressLines lines;

  private Progress(@Nullable ProgressBar bar, ProgressLines lines) {
    this.bar = bar;
    this.lines = lines;
  }

  static Progress of(String task, long stepCount) {
    var lines = new ProgressLines(task, stepCount, System.err, System::nanoTime);
    return new Progress(Terminal.showsProgress() ? bar(task, stepCount) : null, lines);
  }

  private static ProgressBar bar(String task, long stepCount) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(stepCount)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(200)
        .setConsumer(new ConsoleProgressBarConsumer(System.err))
        .clearDisplayOnFinish()
        .build();
  }

  /** Counts one step. */
  void step() {
    if (bar == null) {
      lines.step();
    } else {
      bar.step();
    }
  }

  /** Tells how many steps there are, once that is known. */
  void expect(long stepCount) {
    if (bar == null) {
      lines.expect(stepCount);
    } else {
      bar.maxHint(stepCount);
    }
  }

  /** Shows what runs from now on. */
  void show(String name) {
    if (bar != null) {
      bar.setExtraMessage(" " + name);
    }
  }

  /** Shows a name while something runs, then counts one step. */
  void step(String name, Runnable run) {
    show(name);
    run.run();
    step();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
