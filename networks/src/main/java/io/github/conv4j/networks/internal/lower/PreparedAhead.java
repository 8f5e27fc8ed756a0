package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.pass.Draft;
import io.github.conv4j.networks.internal.pass.Fused;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Prepares the convolutions of a network on all processors, in the order in which the thread that
 * lowers the network asks for them: most of what a process pays before its first run is code that
 * engines generate, one convolution at a time.
 *
 * <p>Whoever asks takes part: it prepares what nobody has begun until what it asked for is done.
 */
final class PreparedAhead implements AutoCloseable {
  /** With fewer convolutions a helper is not worth its thread. */
  private static final int LEAST_CONVOLUTIONS = 4;

  private static final int MOST_HELPERS = 15;

  private final List<FutureTask<NodeConvolution>> tasks = new ArrayList<>();
  private final IdentityHashMap<Node, FutureTask<NodeConvolution>> byNode = new IdentityHashMap<>();
  private final AtomicInteger begun = new AtomicInteger();
  private final List<Thread> helpers = new ArrayList<>();

  /**
   * Begins.
   *
   * @param prepare what any thread may do for a node; {@link #take} throws what it throws
   */
  PreparedAhead(Draft draft, Function<Node, NodeConvolution> prepare) {
    List<Node> nodes = new ArrayList<>();
    for (Node node : draft.nodes()) {
      if (Fused.hasWeights(node)) {
        var task = new FutureTask<>(() -> prepare.apply(node));
        tasks.add(task);
        byNode.put(node, task);
        nodes.add(node);
      }
    }
    boolean alone =
        tasks.size() < LEAST_CONVOLUTIONS
            || Thread.currentThread().isInterrupted()
            || !isOpenToAll(draft, nodes);
    int count = Math.min(Runtime.getRuntime().availableProcessors() - 1, MOST_HELPERS);
    for (int i = 0; i < (alone ? 0 : Math.min(count, tasks.size() - 1)); i++) {
      helpers.add(
          Thread.ofPlatform()
              .daemon()
              .inheritInheritableThreadLocals(false)
              .name("conv4j-prepare-" + i)
              .start(this::prepareAll));
    }
  }

  /** Whether no constant is confined to the thread that described the network. */
  private static boolean isOpenToAll(Draft draft, List<Node> nodes) {
    Thread other = Thread.ofPlatform().unstarted(() -> {});
    for (Node node : nodes) {
      for (String input : node.inputs()) {
        Constant constant = draft.constant(input);
        if (constant != null && !constant.data().isAccessibleBy(other)) {
          return false;
        }
      }
    }
    return true;
  }

  private void prepareAll() {
    while (prepareNext()) {
      // Until all are begun.
    }
  }

  private boolean prepareNext() {
    int next = begun.getAndIncrement();
    if (next >= tasks.size()) {
      return false;
    }
    tasks.get(next).run();
    return true;
  }

  /**
   * Returns what was prepared for a node; the caller owns it.
   *
   * @throws RuntimeException or an error of preparing it
   */
  NodeConvolution take(Node node) {
    FutureTask<NodeConvolution> task = byNode.remove(node);
    if (task == null) {
      throw new IllegalStateException(node + " is not prepared, or was taken");
    }
    while (!task.isDone() && prepareNext()) {
      // Meanwhile another thread may be at the one that was asked for.
    }
    try {
      return done(task);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new AssertionError(e);
      }
    }
  }

  /** Waits; whoever interrupts the caller interrupts the helpers. */
  private NodeConvolution done(FutureTask<NodeConvolution> task) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
          helpers.forEach(Thread::interrupt);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Begins nothing any more, waits for what was begun, and closes what nobody took. */
  @Override
  public void close() {
    begun.set(tasks.size());
    if (byNode.isEmpty()) {
      return;
    }
    awaitHelpers();
    for (FutureTask<NodeConvolution> task : byNode.values()) {
      if (task.state() == Future.State.SUCCESS) {
        task.resultNow().close();
      }
    }
    byNode.clear();
  }

  private void awaitHelpers() {
    boolean interrupted = false;
    for (Thread helper : helpers) {
      while (helper.isAlive()) {
        try {
          helper.join();
        } catch (InterruptedException e) {
          interrupted = true;
          helpers.forEach(Thread::interrupt);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
