package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.graph.Node;
import java.util.List;
import java.util.Set;

/**
 * An operator as it is from one version of the operator set on: its signature and its definition.
 *
 * <p><b>Memory.</b> Holds names. <b>Threads.</b> Immutable once {@link Definitions} holds it.
 * <b>Errors.</b> See {@link #check}.
 */
public final class OperatorVersion {
  /** As many as one likes. */
  static final int MANY = Integer.MAX_VALUE;

  private final String operator;
  private final int since;
  private final Definition definition;
  private int leastInputs = 1;
  private int mostInputs = 1;
  private int mostOutputs = 1;
  private Set<String> attributes = Set.of();
  private boolean heavy;

  OperatorVersion(String operator, int since, Definition definition) {
    this.operator = operator;
    this.since = since;
    this.definition = definition;
  }

  OperatorVersion inputs(int count) {
    return inputs(count, count);
  }

  OperatorVersion inputs(int least, int most) {
    this.leastInputs = least;
    this.mostInputs = most;
    return this;
  }

  OperatorVersion outputs(int most) {
    this.mostOutputs = most;
    return this;
  }

  OperatorVersion attributes(String... names) {
    this.attributes = Set.of(names);
    return this;
  }

  /** Says that the work can grow with the product of inputs and outputs. */
  OperatorVersion heavy() {
    this.heavy = true;
    return this;
  }

  /** Returns the operator's name. */
  public String operator() {
    return operator;
  }

  /** Returns the first version of the operator set that it belongs to. */
  public int since() {
    return since;
  }

  /** Infers the types of the outputs; sizes that overflow on the way are the node's fault. */
  public List<TensorType> infer(NodeCall call) {
    try {
      return definition.infer(call);
    } catch (ArithmeticException e) {
      throw new InvalidModelException(call.node() + " has sizes that overflow 64 bits", e);
    }
  }

  /** Computes the outputs, whose types are inferred. */
  public List<Values> compute(NodeCall call, List<TensorType> types) {
    return definition.compute(call, types);
  }

  boolean isHeavy() {
    return heavy;
  }

  /**
   * Holds a node against the signature.
   *
   * @throws InvalidModelException if the node has too few or too many inputs or outputs, or an
   *     attribute that this version does not have
   */
  public void check(Node node) {
    int inputs = node.inputs().size();
    if (inputs < leastInputs || inputs > mostInputs) {
      throw new InvalidModelException(
          "%s has %d inputs, which must be %s"
              .formatted(node, inputs, range(leastInputs, mostInputs)));
    }
    int outputs = node.outputs().size();
    if (outputs < 1 || outputs > mostOutputs) {
      throw new InvalidModelException(
          "%s has %d outputs, which must be %s".formatted(node, outputs, range(1, mostOutputs)));
    }
    for (String name : node.attributes().keySet()) {
      if (!attributes.contains(name)) {
        throw new InvalidModelException(
            "%s has attribute %s, which %s of opset %d does not have"
                .formatted(node, name, operator, since));
      }
    }
  }

  private static String range(int least, int most) {
    if (least == most) {
      return Integer.toString(least);
    }
    return most == MANY ? least + " or more" : least + " to " + most;
  }

  @Override
  public String toString() {
    return operator + "-" + since;
  }
}
