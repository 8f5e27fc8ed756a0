package io.github.conv4j.networks.internal.definition;

import java.util.ArrayList;
import java.util.List;

/** RNN, GRU and LSTM. */
final class Recurrences {
  private Recurrences() {}

  static void define(OperatorFamily.Registry to) {
    add(to, "RNN", Cell.RNN, 6, 2);
    add(to, "GRU", Cell.GRU, 6, 2, "linear_before_reset");
    add(to, "LSTM", Cell.LSTM, 8, 3, "input_forget");
  }

  private static void add(
      OperatorFamily.Registry to,
      String operator,
      Cell cell,
      int inputs,
      int outputs,
      String... ownAttributes) {
    List<String> common =
        List.of(
            "activation_alpha",
            "activation_beta",
            "activations",
            "clip",
            "direction",
            "hidden_size");
    ArrayList<String> attributes = new ArrayList<>(common);
    attributes.addAll(List.of(ownAttributes));
    Definition definition =
        Definition.several(
            call -> new Recurrence(call, cell).infer(),
            (call, types) -> new Recurrence(call, cell).compute(types));
    to.add(operator, 7, definition)
        .inputs(3, inputs)
        .outputs(outputs)
        .attributes(attributes.toArray(String[]::new))
        .heavy();
    attributes.add("layout");
    to.add(operator, 14, definition)
        .inputs(3, inputs)
        .outputs(outputs)
        .attributes(attributes.toArray(String[]::new))
        .heavy();
  }

  /** A kind of recurrent layer. */
  enum Cell {
    RNN(1),
    GRU(3),
    LSTM(4);

    private final int gates;

    Cell(int gates) {
      this.gates = gates;
    }

    /** Returns how many gates have weights. */
    int gates() {
      return gates;
    }

    /** Returns the functions of one direction, where a node names none. */
    List<String> activations() {
      return switch (this) {
        case RNN -> List.of("Tanh");
        case GRU -> List.of("Sigmoid", "Tanh");
        case LSTM -> List.of("Sigmoid", "Tanh", "Tanh");
      };
    }
  }
}
