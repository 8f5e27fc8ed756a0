package io.github.conv4j.internal.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** An engine, or a network, was prepared for a problem. */
@Name("io.github.conv4j.Prepare")
@Label("Prepare")
@Description("Kernels chosen and generated, weights packed, memory planned")
@Category("conv4j")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the Flight Recorder reads fields
final class PrepareEvent extends Event implements Events.Preparation {
  @Label("Engine")
  private String engine = "";

  @Label("Problem")
  private String problem = "";

  @Label("Implementation")
  private String implementation = "";

  @Label("Weights")
  @Description("Packed weights and other constants")
  @DataAmount
  private long weights;

  @Override
  public void finish(String engine, String problem, String implementation, long weights) {
    end();
    this.engine = engine;
    this.problem = problem;
    this.implementation = implementation;
    this.weights = weights;
    commit();
  }
}
