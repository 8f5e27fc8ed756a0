package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.PostOps;
import io.github.conv4j.Requantization;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.pass.Draft;
import io.github.conv4j.networks.internal.pass.Fused;
import io.github.conv4j.networks.internal.permission.Permissions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts the program of a graph together, node by node. */
final class Lowering implements AutoCloseable {
  private final Draft draft;
  private final Engine engine;
  private final Permissions permissions;
  private final Ledger ledger;
  private final ProgramBuilder program;
  private final Map<String, Place> places = new HashMap<>();

  /** Copies of values in other orders. */
  private final Map<String, List<Place>> copies = new HashMap<>();

  /** Where the caller wants a result, and in which order. */
  private final Map<String, Place> wanted;

  private final List<LoweredStep> steps = new ArrayList<>();

  /** The index of the step that completes a value at a place. */
  private final Map<String, Integer> completing = new HashMap<>();

  private final List<String> warnings = new ArrayList<>();
  private final PreparedAhead ahead;

  /** Holds constants for as long as the program lives, which closes it. */
  private final Arena arena = Arena.ofShared();

  /** The last node that reads each value; the caller reads behind all of them. */
  private final Map<String, Integer> lastReaders = new HashMap<>();

  private int node;
  private int reorders;

  Lowering(
      Draft draft,
      Engine engine,
      Permissions permissions,
      Ledger ledger,
      ProgramBuilder program,
      Map<String, Place> given,
      Map<String, Place> wanted) {
    this.draft = draft;
    this.engine = engine;
    this.permissions = permissions;
    this.ledger = ledger;
    this.program = program;
    program.owns(arena);
    this.places.putAll(given);
    this.wanted = wanted;
    List<Node> nodes = draft.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      for (String input : nodes.get(i).inputs()) {
        lastReaders.put(input, i);
      }
    }
    wanted.keySet().forEach(value -> lastReaders.put(value, nodes.size()));
    this.ahead = new PreparedAhead(draft, this::prepare);
  }

  private NodeConvolution prepare(Node node) {
    String sum = ConvolutionLowering.firstRunOperand(node);
    int last = sum == null ? -1 : lastReaders.getOrDefault(sum, -1);
    boolean inPlace =
        last >= 0 && last < draft.nodes().size() && draft.nodes().get(last).equals(node);
    return ConvolutionLowering.prepare(draft, engine, permissions, node, inPlace);
  }

  /** Closes what was prepared and did not become a step. */
  @Override
  public void close() {
    ahead.close();
  }

  /**
   * Returns what an engine has prepared for a node; the caller owns it.
   *
   * @param mayAddInPlace whether dst may be where the first operand of the run lies
   */
  NodeConvolution prepared(Node node, boolean mayAddInPlace) {
    NodeConvolution prepared = ahead.take(node);
    if (!prepared.inPlace() || mayAddInPlace) {
      return prepared;
    }
    prepared.close();
    return ConvolutionLowering.prepare(draft, engine, permissions, node, false);
  }

  Draft draft() {
    return draft;
  }

  int threads() {
    return engine.options().threads();
  }

  /** Whether bytes may be the other neighbour where a value lies about in the middle of two. */
  boolean mayFuseRequantization() {
    return permissions.requantization() == Requantization.FUSED;
  }

  List<LoweredStep> steps() {
    return steps;
  }

  List<String> warnings() {
    return warnings;
  }

  /** Returns how many copies into another order there are. */
  int reorders() {
    return reorders;
  }

  TensorType type(String value) {
    return draft.type(value);
  }

  long[] dims(String value) {
    return draft.type(value).dims();
  }

  int rank(String value) {
    return draft.type(value).rank();
  }

  long byteSize(String value) {
    TensorType type = draft.type(value);
    return type.elementCount() * type.element().byteSize();
  }

  /** Returns where a value is, in whatever order. */
  Place place(String value) {
    Place place = places.get(value);
    if (place != null) {
      return place;
    }
    Constant constant = draft.constant(value);
    if (constant == null) {
      throw new IllegalStateException("\"" + value + "\" has no place");
    }
    MemorySegment bytes = arena.allocate(Math.max(1, constant.data().byteSize()), 64);
    MemorySegment.copy(constant.data(), 0, bytes, 0, constant.data().byteSize());
    place = new Place(program.constant(bytes), Order.rowMajor(constant.dims().length));
    places.put(value, place);
    return place;
  }

  /** Returns the number of a value whose axes lie in an order; copies it where they do not. */
  int read(String value, Order order) {
    Place place = place(value);
    long[] dims = dims(value);
    if (place.order().isSame(order, dims)) {
      return place.value();
    }
    for (Place copy : copies.getOrDefault(value, List.of())) {
      if (copy.order().isSame(order, dims)) {
        return copy.value();
      }
    }
    int copy;
    Constant constant = draft.constant(value);
    if (constant == null) {
      copy = program.temporary(byteSize(value));
      copy(value, place, new Place(copy, order));
    } else {
      copy = program.constant(inOrder(constant, order));
    }
    copies.computeIfAbsent(value, _ -> new ArrayList<>()).add(new Place(copy, order));
    return copy;
  }

  private MemorySegment inOrder(Constant constant, Order order) {
    long[] dims = constant.dims();
    MemorySegment bytes = arena.allocate(Math.max(1, constant.data().byteSize()), 64);
    var copy =
        new OrderCopy(
            dims,
            Order.rowMajor(dims.length).strides(dims),
            order.strides(dims),
            constant.type().byteSize());
    copy.bind(MemorySegment.NULL, false).runAlone(constant.data(), bytes, new MemorySegment[0]);
    return bytes;
  }

  private void copy(String value, Place from, Place to) {
    long[] dims = dims(value);
    int elementByteSize = type(value).element().byteSize();
    Primitive reorder =
        elementByteSize == Float.BYTES && type(value).elementCount() > 0
            ? from.order().reorder(to.order(), dims, threads())
            : new OrderCopy(
                dims, from.order().strides(dims), to.order().strides(dims), elementByteSize);
    program.step(reorder, from.value(), to.value());
    boolean moves = !from.order().isSame(to.order(), dims);
    reorders += moves ? 1 : 0;
    steps.add(
        new LoweredStep(
            moves ? "reorder" : "copy",
            "java:copy",
            "%s %s from %s to %s".formatted(value, type(value), from.order(), to.order()),
            "",
            program.stepCount(),
            List.of(new StepResult(value, type(value), to))));
  }

  /** Returns the number of a value to be written in an order: the caller's where that fits. */
  int write(String value, Order order) {
    Place place = wanted.get(value);
    int number =
        place != null && isWritten(value, order)
            ? place.value()
            : program.temporary(byteSize(value));
    places.put(value, new Place(number, order));
    return number;
  }

  /** Whether {@link #write} gives a value memory of the caller. */
  boolean isWritten(String value, Order order) {
    Place place = wanted.get(value);
    return place != null && place.order().isSame(order, dims(value));
  }

  /**
   * Whether the node that is lowered now is the last that reads a value's memory, under any name,
   * and may write there.
   *
   * @param number from {@link #read}
   */
  boolean isLastRead(int number) {
    return program.isTemporary(number)
        && places.entrySet().stream()
            .noneMatch(each -> each.getValue().value() == number && isReadLater(each.getKey()))
        && copies.entrySet().stream()
            .noneMatch(
                each ->
                    each.getValue().stream().anyMatch(copy -> copy.value() == number)
                        && isReadLater(each.getKey()));
  }

  private boolean isReadLater(String value) {
    return lastReaders.getOrDefault(value, -1) > node;
  }

  /** Says that a value is written where another one lay that nobody reads any more. */
  int overwrite(String value, int number, Order order) {
    places.put(value, new Place(number, order));
    return number;
  }

  /** Returns the number of memory that only the steps of one node know. */
  int temporary(long byteSize) {
    return program.temporary(byteSize);
  }

  /** Says that a value is the bytes of another, seen in another way. */
  void alias(String value, Place place) {
    places.put(value, place);
  }

  /** Adds a step. */
  void step(Node node, Primitive primitive, String what, int src, int dst, int... operands) {
    program.step(primitive, src, dst, operands);
    addStep(node, what, "", node.outputs());
  }

  /**
   * Adds a step that writes one of several results of a node: the others have steps of their own.
   */
  void stepOf(String result, Node node, Primitive primitive, String what, int src, int dst) {
    program.step(primitive, src, dst);
    addStep(node, what, "", List.of(result));
  }

  /** Adds a prepared convolution as a step. */
  void step(Node node, PreparedConvolution prepared, int src, int dst, int... operands) {
    StringBuilder what = new StringBuilder();
    prepared
        .explain()
        .stages()
        .forEach(stage -> what.append(what.isEmpty() ? "" : " + ").append(stage.implementation()));
    warnings.addAll(prepared.explain().warnings());
    String problem = prepared.explain().problem();
    PreparedProgram.inline(prepared, ledger, program, src, dst, operands);
    boolean inPlace = Arrays.stream(operands).anyMatch(operand -> operand == dst);
    addStep(node, what.toString() + (inPlace ? ", in place" : ""), problem, node.outputs());
  }

  private void addStep(Node node, String implementation, String problem, List<String> written) {
    List<StepResult> results = new ArrayList<>();
    for (String output : written) {
      Place place = places.get(output);
      if (place != null) {
        results.add(new StepResult(output, type(output), place));
      }
    }
    for (StepResult result : results) {
      // Where several steps write parts of one result, the last of them completes it.
      Integer before = completing.put(result.name() + '@' + result.place().value(), steps.size());
      if (before != null) {
        steps.set(before, steps.get(before).without(result));
      }
    }
    steps.add(
        new LoweredStep(
            node.toString(), implementation, detail(node), problem, program.stepCount(), results));
  }

  private String detail(Node node) {
    var text = new StringBuilder();
    text.append(
        type(node.inputs().isEmpty() ? node.outputs().getFirst() : node.inputs().getFirst()));
    text.append(" to ").append(type(node.outputs().getFirst()));
    PostOps postOps = Fused.is(node) ? Fused.postOps(node) : PostOps.none();
    return postOps.isEmpty() ? text.toString() : text + ", " + postOps;
  }

  /** Lowers all nodes; then what the caller wants and does not have yet is copied. */
  void run() {
    List<Node> nodes = draft.nodes();
    for (node = 0; node < nodes.size(); node++) {
      NodeLowering.lower(this, nodes.get(node));
    }
    wanted.forEach(
        (value, to) -> {
          Place from = place(value);
          if (from.value() != to.value()) {
            copy(value, from, to);
          }
        });
  }

  /** Returns the type of each input, null where it is absent. */
  List<@Nullable TensorType> inputTypes(Node node) {
    List<@Nullable TensorType> types = new ArrayList<>();
    for (String input : node.inputs()) {
      types.add(input.isEmpty() ? null : draft.type(input));
    }
    return types;
  }

  /** Returns the value of each input that is constant, null where it is not. */
  List<@Nullable Values> constants(Node node) {
    List<@Nullable Values> constants = new ArrayList<>();
    for (String input : node.inputs()) {
      Constant constant = input.isEmpty() ? null : draft.constant(input);
      constants.add(constant == null ? null : Values.of(constant));
    }
    return constants;
  }
}
