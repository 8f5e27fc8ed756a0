package io.github.conv4j.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.SettingDefinition;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** One of some calls of a prepared convolution, or network. */
@Name("io.github.conv4j.Execute")
@Label("Execute")
@Description("One call in so many of each prepared convolution or network")
@Category("conv4j")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the Flight Recorder reads fields
final class ExecuteEvent extends Event implements Events.Execution {
  @Label("Engine")
  private String engine = "";

  @Label("Problem")
  private String problem = "";

  @Label("Queue Time")
  @Description("Until a thread of the engine's budget was free")
  @Timespan(Timespan.NANOSECONDS)
  private long queueTime;

  @Label("Compute Time")
  @Description("From then on; 0 if nothing was computed")
  @Timespan(Timespan.NANOSECONDS)
  private long computeTime;

  @Label("Failure")
  @Description("The exception that ended the call, if one did")
  private @Nullable String failure;

  private final transient long startNanos = System.nanoTime();

  /** Another thread may compute; whoever called reads it after that. */
  private transient volatile long computeNanos;

  @Override
  public void computing() {
    computeNanos = System.nanoTime();
  }

  @Override
  public void finish(String engine, String problem, @Nullable Throwable failure) {
    end();
    long now = System.nanoTime();
    long computing = computeNanos;
    queueTime = (computing == 0 ? now : computing) - startNanos;
    computeTime = computing == 0 ? 0 : now - computing;
    this.engine = engine;
    this.problem = problem;
    this.failure = failure == null ? null : failure.getClass().getName();
    commit();
  }

  /** One call in so many is recorded. */
  @Name("sampling")
  @Label("Sampling")
  @Description("One call in so many of each prepared convolution or network")
  @SettingDefinition
  boolean sampling(SamplingControl control) {
    return true;
  }
}
