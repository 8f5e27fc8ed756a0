package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Eltwise;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pointwise nodes become post-ops of the node that writes what they read. */
final class PostOpsFusion implements Pass {
  /** Engines apply no more while they write. */
  private static final int MOST = 4;

  private final boolean standalone;

  /**
   * Creates the pass.
   *
   * @param standalone whether pointwise nodes behind other nodes become chains of their own, else
   *     those behind convolutions and products go there
   */
  PostOpsFusion(boolean standalone) {
    this.standalone = standalone;
  }

  @Override
  public String name() {
    return standalone ? "pointwise" : "post-ops";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node start : draft.nodes()) {
      Node node = start;
      if (standalone && !Fused.is(node)) {
        node = begun(draft, node);
      }
      boolean serves = Fused.hasWeights(node) || (standalone && isChain(node));
      if (!serves || !draft.has(node)) {
        continue;
      }
      for (Node next = fused(draft, node); next != null; count++) {
        next = fused(draft, next);
      }
    }
    return count;
  }

  /** Makes a chain of a pointwise node. */
  private static Node begun(Draft draft, Node node) {
    if (!draft.has(node)) {
      return node;
    }
    for (String input : node.inputs()) {
      if (input.isEmpty() || draft.constant(input) != null) {
        continue;
      }
      Node chain = Fused.node(node.name(), Fused.POINTWISE, List.of(input), "", Map.of());
      AsPostOp as = AsPostOp.of(draft, chain, input, node);
      if (as != null) {
        Node made = Fused.then(chain, as.postOp(), as.operands(), node.outputs().getFirst());
        draft.replace(List.of(node), made);
        return made;
      }
    }
    return node;
  }

  /** Returns a node that does what its reader does too, or null where that cannot be. */
  private static @Nullable Node fused(Draft draft, Node node) {
    String value = node.outputs().getFirst();
    Node reader = draft.onlyReader(value);
    if (reader == null) {
      return null;
    }
    if (isChain(reader)) {
      return withChain(draft, node, value, reader);
    }
    AsPostOp as = AsPostOp.of(draft, node, value, reader);
    if (as == null || !hasRoom(draft, node, as.postOp())) {
      return null;
    }
    String output = reader.outputs().getFirst();
    Node next = merged(node, as, output);
    draft.replace(List.of(node, reader), next);
    return next;
  }

  private static boolean isChain(Node node) {
    return Fused.is(node) && node.operator().equals(Fused.POINTWISE);
  }

  /** All functions of a chain behind those of a node, if there is room for them. */
  private static @Nullable Node withChain(Draft draft, Node node, String value, Node chain) {
    List<PostOp> all = new ArrayList<>(Fused.postOps(node).list());
    all.addAll(Fused.postOps(chain).list());
    long heavy = all.stream().filter(PostOpsFusion::isTranscendental).count();
    boolean channels = Channels.axis(node, draft.type(value)) == 1;
    if (!channels
        || all.size() > MOST
        || heavy > mostTranscendental(draft, node)
        || !chain.inputs().getFirst().equals(value)) {
      return null;
    }
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.addAll(chain.inputs().subList(1, chain.inputs().size()));
    Node joined =
        Fused.node(
            node.name(), node.operator(), inputs, chain.outputs().getFirst(), node.attributes());
    Node next = Fused.withPostOps(joined, all);
    draft.replace(List.of(node, chain), next);
    return next;
  }

  /**
   * Behind sums of integers they are computed one by one; a step of its own has vectors of them.
   */
  private static int mostTranscendental(Draft draft, Node node) {
    ElementType src = draft.type(node.inputs().getFirst()).element();
    boolean sumsIntegers =
        Fused.hasWeights(node) && (src == ElementType.UINT8 || src == ElementType.INT8);
    return sumsIntegers ? 0 : 1;
  }

  private static boolean hasRoom(Draft draft, Node node, PostOp next) {
    List<PostOp> list = Fused.postOps(node).list();
    if (joined(list, next) != null) {
      return true;
    }
    long heavy = list.stream().filter(PostOpsFusion::isTranscendental).count();
    return list.size() < MOST
        && (!isTranscendental(next) || heavy < mostTranscendental(draft, node));
  }

  private static boolean isTranscendental(PostOp postOp) {
    return postOp instanceof Eltwise eltwise
        && switch (eltwise.function()) {
          case ELU, SIGMOID, TANH, GELU_ERF, GELU_TANH, SWISH, EXP -> true;
          default -> false;
        };
  }

  private static boolean isLinear(PostOp postOp) {
    return postOp instanceof Eltwise eltwise && eltwise.function() == PostOp.Function.LINEAR;
  }

  /** Two linear functions are one. */
  private static Node merged(Node node, AsPostOp as, String output) {
    PostOp both = joined(Fused.postOps(node).list(), as.postOp());
    return both == null
        ? Fused.then(node, as.postOp(), as.operands(), output)
        : Fused.withLast(node, both, output);
  }

  /** Returns the last function and the next one as one, or null where they are not linear. */
  private static @Nullable PostOp joined(List<PostOp> list, PostOp next) {
    if (list.isEmpty()
        || !(list.getLast() instanceof Eltwise before)
        || !(next instanceof Eltwise after)
        || !isLinear(before)
        || !isLinear(after)) {
      return null;
    }
    float alpha = after.alpha() * before.alpha();
    float beta = after.alpha() * before.beta() + after.beta();
    return Float.isFinite(alpha) && Float.isFinite(beta) ? PostOp.linear(alpha, beta) : null;
  }
}
