package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.definition.ElementLimits;
import io.github.conv4j.networks.internal.definition.Inference;
import io.github.conv4j.networks.internal.definition.Inferrer;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.pass.Draft;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One quantization, from samples to a graph: ranges, errors of layers, choice, error of all. */
public final class Quantization {
  /** Is told of each sample of each pass. */
  @FunctionalInterface
  public interface Listener {
    /** A sample is next. */
    void next(String what, int pass, int passes);
  }

  /** For ranges, layers and outputs. */
  private static final int FIXED_PASSES = 3;

  private final Graph given;
  private final Engine engine;
  private final Coverage coverage;
  private final int weightBits;
  private final double leastDecibels;
  private final Set<String> leftOut;

  private int sampleCount;
  private @Nullable Graph result;
  private final List<QuantizedLayer> layers = new ArrayList<>();
  private final Map<String, ErrorSum> outputErrors = new LinkedHashMap<>();
  private final Map<String, Integer> others = new TreeMap<>();

  /** Why layers stay in floats. */
  private final IdentityHashMap<Layer, String> reasons = new IdentityHashMap<>();

  private final Map<String, ValueRange> ranges = new LinkedHashMap<>();

  /**
   * Prepares one.
   *
   * @param coverage which numbers count
   * @param leastDecibels of a layer
   * @param leftOut names of nodes, or operators
   */
  public Quantization(
      Graph graph,
      Engine engine,
      Coverage coverage,
      int weightBits,
      double leastDecibels,
      Set<String> leftOut) {
    this.given = graph;
    this.engine = engine;
    this.coverage = coverage;
    this.weightBits = weightBits;
    this.leastDecibels = leastDecibels;
    this.leftOut = leftOut;
  }

  /** Quantizes. */
  public void run(Iterable<? extends Map<String, Constant>> samples, Listener listener) {
    requireFloats();
    requireKnown();
    Iterator<? extends Map<String, Constant>> first = samples.iterator();
    if (!first.hasNext()) {
      throw new IllegalArgumentException("there is no sample: ranges need at least one");
    }
    Draft draft = draft(first.next());
    var passes = new SamplePasses(samples, listener, sample -> requireGood(sample, ++sampleCount));
    var equalization = new Equalization(draft, leftOut);
    int before = equalization.isEmpty() ? 0 : 1;
    List<Layer> known = new LayerFinder(draft.graph(), draft.types()).layers();
    passes.expect(before + passes(draft.graph(), draft.types(), known));
    if (before > 0) {
      equalization.apply(draft.graph(), passes.next("channels"), engine);
    }
    Graph graph = draft.graph();
    var finder = new LayerFinder(graph, draft.types());
    List<Layer> all = finder.layers();
    findRanges(graph, all, passes.next("ranges"));
    all.forEach(this::judgeRanges);
    var tried = new Selection(without(all, reasons.keySet()), ranges);
    Map<Layer, ErrorSum> errors = errors(graph, tried, passes.next("layers"));
    errors.forEach(this::judgeError);
    var selection = new Selection(without(all, reasons.keySet()), ranges);
    passes.expect(before + passes(graph, draft.types(), selection.layers()));
    Graph written = written(corrected(graph, draft.types(), selection, passes), selection);
    compare(graph, written, floatOutputs(graph, draft), passes.next("outputs"));
    report(graph, finder, selection, errors);
    result = written;
  }

  private static int passes(Graph graph, Map<String, TensorType> types, List<Layer> layers) {
    return FIXED_PASSES
        + BiasCorrection.passes(graph, layers)
        + (layers.isEmpty() ? 0 : OutputCorrection.passes(graph, types));
  }

  /** Returns the graph of floats with the biases that are best for integers. */
  private Graph corrected(
      Graph graph, Map<String, TensorType> types, Selection selection, SamplePasses passes) {
    if (selection.layers().isEmpty()) {
      return graph;
    }
    UnaryOperator<Graph> simulation = floats -> Simulation.of(written(floats, selection));
    Graph corrected =
        new BiasCorrection(selection.layers(), engine, simulation)
            .correct(graph, () -> passes.next("biases"));
    return new OutputCorrection(types, engine, simulation)
        .correct(graph, corrected, () -> passes.next("probabilities"));
  }

  private Graph written(Graph floats, Selection selection) {
    return QdqGraph.of(floats, selection.layers(), selection.scales(), weightBits).graph();
  }

  private void requireFloats() {
    for (Node node : given.nodes()) {
      String operator = node.operator();
      if (operator.endsWith("QuantizeLinear")
          || operator.equals("DequantizeLinear")
          || operator.startsWith("QLinear")
          || operator.equals("ConvInteger")
          || operator.equals("MatMulInteger")) {
        throw new IllegalArgumentException("the network is quantized already: it has " + node);
      }
    }
  }

  private void requireKnown() {
    for (String name : leftOut) {
      if (given.nodes().stream()
          .noneMatch(node -> node.name().equals(name) || node.operator().equals(name))) {
        throw new IllegalArgumentException(
            "no node is named or of operator \"%s\", which is to be left out".formatted(name));
      }
    }
  }

  /** Returns the graph with everything folded that integers would make worse. */
  private Draft draft(Map<String, Constant> sample) {
    requireGood(sample, 1);
    Map<String, TensorType> inputs = new LinkedHashMap<>();
    for (ValueInfo input : given.inputs()) {
      Constant constant = Objects.requireNonNull(sample.get(input.name()));
      inputs.put(input.name(), new TensorType(constant.type(), constant.dims()));
    }
    Graph graph = Opset13.of(given, infer(given, inputs).types());
    Inference inferred = infer(graph, inputs);
    var draft = new Draft(graph, inferred.types());
    ConstantFolds.apply(draft, inferred.known());
    ChannelFolds.apply(draft);
    LinearSteps.apply(draft, !leftOut.isEmpty());
    OwnBiases.apply(draft);
    return draft;
  }

  private static Inference infer(Graph graph, Map<String, TensorType> inputs) {
    Inference inferred = Inferrer.infer(graph, inputs, ElementLimits.DEFAULT);
    inferred
        .unknown()
        .forEach(
            (value, why) -> {
              throw new UnsupportedOperatorException(
                  "dynamic shapes",
                  "the shape of \"%s\" is known only while the network runs: %s"
                      .formatted(value, why));
            });
    return inferred;
  }

  private void requireGood(Map<String, Constant> sample, int number) {
    for (ValueInfo input : given.inputs()) {
      Constant constant = sample.get(input.name());
      if (constant == null) {
        throw new IllegalArgumentException(
            "sample %d has no input \"%s\"; it has %s"
                .formatted(number, input.name(), sample.keySet()));
      }
      if (constant.type() == ElementType.FLOAT && !isFinite(constant.data())) {
        throw new IllegalArgumentException(
            "sample %d has infinity or what is no number in its input \"%s\""
                .formatted(number, input.name()));
      }
    }
  }

  private static boolean isFinite(MemorySegment floats) {
    for (long i = 0; i < floats.byteSize() / Float.BYTES; i++) {
      if (!Float.isFinite(floats.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i))) {
        return false;
      }
    }
    return true;
  }

  private void findRanges(Graph graph, List<Layer> all, Iterable<Map<String, Constant>> samples) {
    Set<String> wanted = new LinkedHashSet<>();
    for (Layer layer : all) {
      wanted.addAll(layer.inputs());
      wanted.addAll(layer.outputs());
    }
    wanted.forEach(value -> ranges.put(value, new ValueRange(coverage)));
    graph.inputs().forEach(input -> wanted.remove(input.name()));
    List<List<String>> groups = wanted.stream().map(List::of).toList();
    try (var run = new ObservedRun(graph, groups, engine)) {
      for (Map<String, Constant> sample : samples) {
        sample.forEach((name, constant) -> addRange(name, constant.data()));
        run.run(sample, values -> values.forEach((name, each) -> addRange(name, each.data())));
      }
    }
  }

  private void addRange(String value, MemorySegment floats) {
    ValueRange range = ranges.get(value);
    if (range != null) {
      range.add(floats);
    }
  }

  private ValueRange range(String value) {
    return Objects.requireNonNull(ranges.get(value), value);
  }

  private void judgeRanges(Layer layer) {
    Set<String> values = new LinkedHashSet<>(layer.inputs());
    values.addAll(layer.outputs());
    if (layer.nodes().stream()
        .anyMatch(node -> leftOut.contains(node.operator()) || leftOut.contains(node.name()))) {
      reasons.put(layer, "left out as asked");
    } else if (values.stream().anyMatch(value -> !range(value).isFinite())) {
      reasons.put(layer, "infinity or what is no number was seen");
    } else if (values.stream().anyMatch(value -> range(value).isEmpty())) {
      reasons.put(layer, "no values were seen");
    }
  }

  private Map<Layer, ErrorSum> errors(
      Graph graph, Selection selection, Iterable<Map<String, Constant>> samples) {
    try (var errors = new LayerErrors(graph, selection, weightBits, engine)) {
      for (Map<String, Constant> sample : samples) {
        errors.add(sample);
      }
      return errors.errors();
    }
  }

  private void judgeError(Layer layer, ErrorSum error) {
    if (error.decibels() < leastDecibels) {
      reasons.put(
          layer,
          String.format(Locale.ROOT, "%.1f dB, less than %.1f", error.decibels(), leastDecibels));
    }
  }

  private static List<Layer> without(List<Layer> layers, Set<Layer> excluded) {
    Set<Layer> these = Collections.newSetFromMap(new IdentityHashMap<>());
    these.addAll(excluded);
    return layers.stream().filter(layer -> !these.contains(layer)).toList();
  }

  /** Returns the outputs that nodes write and that integers may change. */
  private static List<List<String>> floatOutputs(Graph graph, Draft draft) {
    return graph.outputs().stream()
        .map(ValueInfo::name)
        .filter(name -> draft.type(name).element() == ElementType.FLOAT)
        .filter(name -> graph.nodes().stream().anyMatch(node -> node.outputs().contains(name)))
        .map(List::of)
        .toList();
  }

  private void compare(
      Graph graph,
      Graph written,
      List<List<String>> outputs,
      Iterable<Map<String, Constant>> samples) {
    try (var exact = new ObservedRun(graph, outputs, engine);
        var quantized = new ObservedRun(Simulation.of(written), outputs, engine)) {
      for (Map<String, Constant> sample : samples) {
        Map<String, MemorySegment> expected = new LinkedHashMap<>();
        exact.run(
            sample,
            values -> values.forEach((name, each) -> expected.put(name, copy(each.data()))));
        quantized.run(
            sample,
            values ->
                values.forEach(
                    (name, actual) ->
                        outputErrors
                            .computeIfAbsent(name, _ -> new ErrorSum())
                            .add(Objects.requireNonNull(expected.get(name)), actual.data())));
      }
    }
  }

  private static MemorySegment copy(MemorySegment values) {
    return MemorySegment.ofArray(values.toArray(ValueLayout.JAVA_BYTE));
  }

  private void report(
      Graph graph, LayerFinder finder, Selection selection, Map<Layer, ErrorSum> errors) {
    IdentityHashMap<Node, QuantizedLayer> byNode = new IdentityHashMap<>();
    Set<Node> quantized = new HashSet<>();
    for (Layer layer : finder.layers()) {
      if (selection.contains(layer)) {
        quantized.addAll(layer.nodes());
      }
      boolean isTold = layer.kind() != Layer.Kind.SAME_SCALE;
      if (isTold && (layer.hasWeights() || errors.containsKey(layer))) {
        byNode.put(layer.head(), told(layer, selection, errors.get(layer)));
      }
    }
    finder
        .left()
        .forEach(
            (node, why) ->
                byNode.put(
                    node,
                    new QuantizedLayer(node, Double.NaN, Double.NaN, Double.NaN, Double.NaN, why)));
    for (Node node : graph.nodes()) {
      QuantizedLayer layer = byNode.get(node);
      if (layer != null) {
        layers.add(layer);
      } else if (!quantized.contains(node)) {
        others.merge(node.operator(), 1, Integer::sum);
      }
    }
  }

  private QuantizedLayer told(Layer layer, Selection selection, @Nullable ErrorSum error) {
    ValueRange range = range(layer.output());
    String flow = selection.contains(layer) ? "" : "no integers come in, or none go on";
    return new QuantizedLayer(
        layer.head(),
        range.isEmpty() ? Double.NaN : range.low(),
        range.isEmpty() ? Double.NaN : range.high(),
        error == null ? Double.NaN : error.decibels(),
        error == null ? Double.NaN : error.largest(),
        reasons.getOrDefault(layer, flow));
  }

  /** Returns how many samples there were. */
  public int sampleCount() {
    return sampleCount;
  }

  /** Returns what was written. */
  public Graph graph() {
    return Objects.requireNonNull(result, "not run");
  }

  /** Returns what became of layers, in the graph's order. */
  public List<QuantizedLayer> layers() {
    return layers;
  }

  /** Returns what the network loses. */
  public Map<String, ErrorSum> outputErrors() {
    return outputErrors;
  }

  /** Returns how many other nodes stay in floats, by operator. */
  public Map<String, Integer> others() {
    return others;
  }
}
