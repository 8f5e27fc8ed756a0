package io.github.conv4j.networks.testing;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.internal.definition.ReferenceExecutor;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Small graphs as chance has them: what networks are made of, at sizes that go wrong first (primes,
 * one channel, one pixel), with results that several nodes read and that are outputs besides.
 */
public final class RandomGraph {
  private static final int[] OPSETS = {11, 13, 17, 18, 21};
  private static final long[] CHANNELS = {1, 1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 32, 33};
  private static final float[] SCALES = {0.013f, 0.02f, 0.0371f, 0.1f};
  private static final long[] PIXELS = {1, 1, 2, 3, 4, 5, 7, 8, 11, 13};

  private static final List<String> ACTIVATIONS =
      List.of(
          "Relu",
          "LeakyRelu",
          "Sigmoid",
          "Tanh",
          "HardSigmoid",
          "HardSwish",
          "Elu",
          "Selu",
          "Celu",
          "Softplus",
          "Softsign",
          "Mish",
          "Gelu",
          "Abs",
          "Neg",
          "Erf",
          "Floor",
          "Ceil",
          "Round",
          "Sign",
          "Exp",
          "ThresholdedRelu",
          "Sin",
          "Cos",
          "Identity",
          "Dropout");

  private final Random random;
  private final GraphDraft draft;

  /** Values of floats that nodes may read: the last one is read most. */
  private final List<String> values = new ArrayList<>();

  /** Chooses what is quantized; null in graphs of floats alone. */
  private final @Nullable Random quantizer;

  private RandomGraph(Random random, @Nullable Random quantizer) {
    this.random = random;
    this.quantizer = quantizer;
    this.draft = new GraphDraft(OPSETS[random.nextInt(OPSETS.length)]);
  }

  /** Returns the graph of a seed, whose values are finite: engines may differ about NaN. */
  public static Graph of(long seed) {
    var random = new Random(seed);
    // Of its own, so that graphs of floats do not depend on it; one in four is quantized.
    var quantizer = new Random(31 * seed);
    boolean quantized = quantizer.nextInt(4) == 0;
    while (true) {
      Graph graph = new RandomGraph(random, quantized ? quantizer : null).build();
      if (isFinite(graph, inputs(graph, seed))) {
        return graph;
      }
    }
  }

  private static boolean isFinite(Graph graph, Map<String, Constant> inputs) {
    Map<String, Values> given = new HashMap<>();
    inputs.forEach((name, constant) -> given.put(name, Values.of(constant)));
    var finite = new boolean[] {true};
    new ReferenceExecutor(graph)
        .run(
            given,
            (_, _, values) ->
                finite[0] &= Arrays.stream(values.asReals()).allMatch(RandomGraph::fits));
    return finite[0];
  }

  /** Returns what a run may be given. */
  public static Map<String, Constant> inputs(Graph graph, long seed) {
    var random = new Random(~seed);
    Map<String, Constant> inputs = new HashMap<>();
    graph
        .inputs()
        .forEach(
            input -> {
              long[] dims = new long[input.dims() == null ? 0 : input.dims().size()];
              for (int i = 0; i < dims.length; i++) {
                dims[i] = Long.parseLong(String.valueOf(input.dims().get(i)));
              }
              inputs.put(input.name(), gaussian(random, 1, dims));
            });
    return inputs;
  }

  private static boolean fits(double value) {
    return Math.abs(value) < 1e30;
  }

  private Graph build() {
    int spatial = pick(2, 2, 2, 2, 2, 1, 3);
    long[] dims = new long[spatial + 2];
    dims[0] = pick(1, 1, 1, 2, 3);
    dims[1] = CHANNELS[random.nextInt(CHANNELS.length)];
    for (int i = 2; i < dims.length; i++) {
      dims[i] = PIXELS[random.nextInt(PIXELS.length)];
    }
    values.add(draft.input(dims));
    if (random.nextInt(4) == 0) {
      values.add(draft.input(random.nextBoolean() ? dims : dimsLike(dims)));
    }
    int wanted = (1 + random.nextInt(12)) * (quantizer == null ? 1 : 3);
    for (int attempt = 0; attempt < 60 && draft.nodeCount() < wanted; attempt++) {
      step();
    }
    if (draft.nodeCount() == 0) {
      add("Relu", List.of(values.getFirst()), Map.of());
    }
    Set<String> outputs = new LinkedHashSet<>();
    outputs.add(values.getLast());
    while (random.nextInt(3) == 0) {
      outputs.add(values.get(random.nextInt(values.size())));
    }
    List<String> shuffled = new ArrayList<>(outputs);
    Collections.shuffle(shuffled, random);
    return draft.build(shuffled);
  }

  private void step() {
    String x = random.nextInt(4) == 0 ? any() : values.getLast();
    if (random.nextInt(20) == 0) {
      x = add("Identity", List.of(x), Map.of());
    }
    switch (random.nextInt(22)) {
      case 0, 1, 2 -> convolution(x);
      case 3 -> depthwiseAndPointwise(x);
      case 4 -> batchNormalization(x);
      case 5 -> pooling(x);
      case 6 -> add(pick("GlobalAveragePool", "GlobalMaxPool"), List.of(x), Map.of());
      case 7, 8 -> activation(x);
      case 9 -> decomposedActivation(x);
      case 10, 11 -> binary(x);
      case 12 -> gate(x);
      case 13 -> concat(x);
      case 14 -> slice(x);
      case 15 -> pad(x);
      case 16 -> shape(x);
      case 17 -> row(x);
      case 18 -> reduce(x);
      case 19 -> product(x);
      case 20 -> resize(x);
      default -> rare(x);
    }
  }

  // Nodes.

  private void convolution(String x) {
    long[] dims = draft.dims(x);
    if (dims.length < 3) {
      return;
    }
    boolean transposed = random.nextInt(4) == 0;
    long in = dims[1];
    long groups = random.nextInt(3) == 0 ? divisor(in) : 1;
    long out = random.nextInt(3) == 0 ? in : groups * pick(1, 1, 2, 3, 5, 8, 16, 17);
    convolution(x, transposed, groups, out - out % groups);
  }

  private String convolution(String x, boolean transposed, long groups, long out) {
    long[] dims = draft.dims(x);
    int axes = dims.length - 2;
    long[] kernel = numbers(axes, 1, 1, 1, 2, 3, 3, 3, 4, 5);
    long[] weights = new long[axes + 2];
    weights[0] = transposed ? dims[1] : out;
    weights[1] = (transposed ? out : dims[1]) / groups;
    System.arraycopy(kernel, 0, weights, 2, axes);
    Map<String, Attribute> attributes = window(axes, 2 * axes);
    attributes.remove("ceil_mode");
    attributes.put("group", Attribute.of(groups));
    long[] strides = numbers(axes, 1, 1, 1, 2, 3);
    attributes.put("strides", Attribute.ofInts(strides));
    if (transposed && random.nextInt(3) == 0) {
      long[] more = new long[axes];
      Arrays.setAll(more, i -> random.nextInt((int) strides[i]));
      attributes.put("output_padding", Attribute.ofInts(more));
    }
    if (transposed && random.nextInt(4) == 0) {
      long[] sizes = new long[axes];
      Arrays.setAll(sizes, i -> dims[i + 2] * strides[i] + random.nextInt(3));
      attributes.put("output_shape", Attribute.ofInts(sizes));
    }
    if (random.nextInt(3) == 0) {
      attributes.put("kernel_shape", Attribute.ofInts(kernel));
    }
    List<String> read = new ArrayList<>(List.of(x, weights(weights)));
    if (random.nextBoolean()) {
      read.add(weights(out));
    }
    return add(transposed ? "ConvTranspose" : "Conv", read, attributes);
  }

  private void depthwiseAndPointwise(String x) {
    long[] dims = draft.dims(x);
    if (dims.length < 3) {
      return;
    }
    String deep = convolution(x, false, dims[1], dims[1]);
    String moved = random.nextBoolean() ? add("Relu", List.of(deep), Map.of()) : deep;
    long[] weights = new long[dims.length];
    Arrays.fill(weights, 1);
    weights[0] = pick(1, 2, 5, 8, 17);
    weights[1] = dims[1];
    add("Conv", List.of(moved, weights(weights)), Map.of());
  }

  /** Strides, dilations and padding. */
  private Map<String, Attribute> window(int axes, int padCount) {
    Map<String, Attribute> attributes = new HashMap<>();
    if (random.nextInt(3) == 0) {
      attributes.put("dilations", Attribute.ofInts(numbers(axes, 1, 1, 2, 3)));
    }
    switch (random.nextInt(5)) {
      case 0 -> attributes.put("auto_pad", Attribute.of(pick("SAME_UPPER", "SAME_LOWER", "VALID")));
      case 1, 2 -> attributes.put("pads", Attribute.ofInts(numbers(padCount, 0, 1, 1, 2)));
      case 3 -> attributes.put("pads", Attribute.ofInts(repeated(padCount, 1)));
      default -> {}
    }
    if (random.nextInt(3) == 0) {
      attributes.put("ceil_mode", Attribute.of(1));
    }
    return attributes;
  }

  private void batchNormalization(String x) {
    long[] dims = draft.dims(x);
    if (dims.length < 2) {
      return;
    }
    long c = dims[1];
    add(
        "BatchNormalization",
        List.of(x, weights(c), weights(c), weights(c), positive(c)),
        random.nextBoolean() ? Map.of() : Map.of("epsilon", Attribute.of(0.01f)));
  }

  private void pooling(String x) {
    int axes = draft.dims(x).length - 2;
    if (axes < 1) {
      return;
    }
    boolean max = random.nextBoolean();
    Map<String, Attribute> attributes = window(axes, 2 * axes);
    attributes.put("kernel_shape", Attribute.ofInts(numbers(axes, 1, 2, 2, 3, 3, 5)));
    if (random.nextBoolean()) {
      attributes.put("strides", Attribute.ofInts(numbers(axes, 1, 2, 2, 3)));
    }
    if (!max) {
      if (draft.opset() < 19) {
        attributes.remove("dilations");
      }
      if (random.nextBoolean()) {
        attributes.put("count_include_pad", Attribute.of(1));
      }
    }
    add(max ? "MaxPool" : "AveragePool", List.of(x), attributes);
  }

  private void activation(String x) {
    String operator = ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size()));
    Map<String, Attribute> attributes = new HashMap<>();
    boolean hasAlpha = Set.of("LeakyRelu", "Elu", "HardSigmoid", "Selu").contains(operator);
    if (hasAlpha && random.nextBoolean()) {
      attributes.put("alpha", Attribute.of(pick(0.1f, 0.5f, 1f, 2f)));
    }
    if (operator.equals("HardSigmoid") && random.nextBoolean()) {
      attributes.put("beta", Attribute.of(pick(0.1f, 0.5f)));
    }
    if (operator.equals("Gelu") && random.nextBoolean()) {
      attributes.put("approximate", Attribute.of("tanh"));
    }
    add(operator, List.of(x), attributes);
  }

  private void decomposedActivation(String x) {
    switch (random.nextInt(7)) {
      case 0 -> {
        String sum = add("Add", List.of(x, draft.scalar(3)), Map.of());
        String clip = clip(sum, 0, 6);
        String product = add("Mul", shuffled(x, clip), Map.of());
        add("Div", List.of(product, draft.scalar(6)), Map.of());
      }
      case 1 -> {
        String clip = clip(add("Add", List.of(draft.scalar(3), x), Map.of()), 0, 6);
        String sixth = add("Mul", List.of(clip, draft.scalar(1 / 6f)), Map.of());
        add("Mul", shuffled(x, sixth), Map.of());
      }
      case 2 -> add("Mul", shuffled(x, add("Sigmoid", List.of(x), Map.of())), Map.of());
      case 3 -> add("Mul", shuffled(x, add("HardSigmoid", List.of(x), Map.of())), Map.of());
      case 4 -> {
        String soft = add("Softplus", List.of(x), Map.of());
        add("Mul", shuffled(x, add("Tanh", List.of(soft), Map.of())), Map.of());
      }
      case 5 -> {
        String scaled = add("Div", List.of(x, draft.scalar((float) Math.sqrt(2))), Map.of());
        String erf = add("Erf", List.of(scaled), Map.of());
        String sum = add("Add", List.of(erf, draft.scalar(1)), Map.of());
        String product = add("Mul", List.of(x, sum), Map.of());
        add("Mul", List.of(product, draft.scalar(0.5f)), Map.of());
      }
      default -> clip(x, pick(-1f, 0f, 0.25f), pick(0.5f, 1f, 6f));
    }
  }

  private String clip(String x, float least, float most) {
    List<String> read = new ArrayList<>(List.of(x));
    boolean hasLeast = random.nextInt(6) != 0;
    boolean hasMost = random.nextInt(6) != 0;
    read.add(hasLeast ? draft.scalar(least) : "");
    if (hasMost) {
      read.add(draft.scalar(most));
    }
    return add("Clip", read, Map.of());
  }

  private void binary(String x) {
    String operator = pick("Add", "Add", "Mul", "Mul", "Sub", "Div", "Min", "Max", "PRelu");
    String other = random.nextBoolean() ? any() : operand(x);
    if (operator.equals("PRelu")) {
      add(operator, List.of(x, operand(x)), Map.of());
      return;
    }
    if (operator.equals("Div")) {
      // Not by what may be near to zero.
      other = add("Add", List.of(add("Abs", List.of(other), Map.of()), draft.scalar(1)), Map.of());
      add(operator, List.of(x, other), Map.of());
      return;
    }
    add(operator, shuffled(x, other), Map.of());
  }

  /** A constant that is repeated along some axes of a value, and perhaps has fewer. */
  private String operand(String x) {
    long[] dims = draft.dims(x);
    if (random.nextInt(4) == 0) {
      return random.nextBoolean()
          ? draft.scalar((float) random.nextGaussian())
          : weights(new long[] {1});
    }
    if (random.nextBoolean() && dims.length > 1) {
      long[] channels = new long[dims.length - random.nextInt(2)];
      Arrays.fill(channels, 1);
      channels[channels.length - dims.length + 1] = dims[1];
      return weights(channels);
    }
    long[] some = dims.clone();
    for (int i = 0; i < some.length; i++) {
      some[i] = random.nextBoolean() ? 1 : some[i];
    }
    return weights(Arrays.copyOfRange(some, random.nextInt(some.length + 1) / 2, some.length));
  }

  /** Squeeze and excitation, and a residual. */
  private void gate(String x) {
    long[] dims = draft.dims(x);
    if (dims.length < 3) {
      return;
    }
    String mean = add("GlobalAveragePool", List.of(x), Map.of());
    long[] weights = new long[dims.length];
    Arrays.fill(weights, 1);
    weights[0] = dims[1];
    weights[1] = dims[1];
    String mixed = add("Conv", List.of(mean, weights(weights)), Map.of());
    String gate = add(pick("Sigmoid", "HardSigmoid", "Relu"), List.of(mixed), Map.of());
    String gated = add("Mul", shuffled(x, gate), Map.of());
    if (random.nextBoolean()) {
      String sum = add("Add", shuffled(gated, x), Map.of());
      if (random.nextBoolean()) {
        add("Relu", List.of(sum), Map.of());
      }
    }
  }

  private void concat(String x) {
    long[] dims = draft.dims(x);
    if (dims.length == 0) {
      return;
    }
    int axis = random.nextInt(dims.length);
    List<String> parts = new ArrayList<>(List.of(x));
    for (int more = random.nextInt(3); more >= 0; more--) {
      List<String> fitting = values.stream().filter(value -> fits(value, dims, axis)).toList();
      long[] other = dims.clone();
      other[axis] = 1 + random.nextInt(3);
      parts.add(
          random.nextInt(4) == 0 ? weights(other) : fitting.get(random.nextInt(fitting.size())));
    }
    Collections.shuffle(parts, random);
    long told = random.nextBoolean() ? axis : axis - dims.length;
    add("Concat", parts, Map.of("axis", Attribute.of(told)));
  }

  private boolean fits(String value, long[] dims, int axis) {
    long[] other = draft.dims(value);
    if (other.length != dims.length) {
      return false;
    }
    other[axis] = dims[axis];
    return Arrays.equals(other, dims);
  }

  private void slice(String x) {
    long[] dims = draft.dims(x);
    if (dims.length == 0) {
      return;
    }
    int axis = random.nextInt(dims.length);
    if (random.nextInt(3) == 0 && dims[axis] > 1) {
      split(x, axis, dims[axis]);
      return;
    }
    long size = dims[axis];
    long start = random.nextInt((int) size);
    long end = start + 1 + random.nextInt((int) (size - start));
    long step = pick(1, 1, 2, 3);
    if (random.nextInt(5) == 0) {
      add(
          "Slice",
          List.of(
              x,
              draft.integers(-1),
              draft.integers(Long.MIN_VALUE + 1),
              draft.integers(axis),
              draft.integers(-step)),
          Map.of());
      return;
    }
    start -= random.nextInt(3) == 0 ? size : 0;
    end = random.nextInt(3) == 0 ? Long.MAX_VALUE : end;
    List<String> read = new ArrayList<>(List.of(x, draft.integers(start), draft.integers(end)));
    read.add(draft.integers(random.nextBoolean() ? axis : axis - dims.length));
    if (step != 1) {
      read.add(draft.integers(step));
    }
    add("Slice", read, Map.of());
  }

  private void split(String x, int axis, long size) {
    long first = 1 + random.nextInt((int) size - 1);
    Map<String, Attribute> attributes = new HashMap<>(Map.of("axis", Attribute.of((long) axis)));
    List<String> read = new ArrayList<>(List.of(x));
    if (draft.opset() < 13) {
      attributes.put("split", Attribute.ofInts(first, size - first));
    } else {
      read.add(draft.integers(first, size - first));
    }
    values.addAll(draft.node("Split", read, attributes, 2));
  }

  private void pad(String x) {
    long[] dims = draft.dims(x);
    if (dims.length == 0) {
      return;
    }
    long[] pads = new long[2 * dims.length];
    for (int i = 0; i < pads.length; i++) {
      pads[i] = i % dims.length > 1 ? random.nextInt(3) : random.nextInt(8) / 7;
    }
    if (random.nextInt(8) == 0) {
      pads[random.nextInt(pads.length)] = -1;
    }
    String mode = pick("constant", "constant", "constant", "reflect", "edge");
    List<String> read = new ArrayList<>(List.of(x, draft.integers(pads)));
    if (random.nextInt(4) == 0) {
      read.add(draft.scalar(pick(0f, 1f, -2f)));
    }
    String padded = add("Pad", read, Map.of("mode", Attribute.of(mode)));
    if (random.nextBoolean()) {
      if (random.nextBoolean()) {
        convolution(padded);
      } else {
        pooling(padded);
      }
    }
  }

  private void shape(String x) {
    long[] dims = draft.dims(x);
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> add("Transpose", List.of(x), Map.of("perm", permutation(dims.length)));
      case 3, 4 -> reshape(x, dims);
      case 5 ->
          add(
              "Flatten",
              List.of(x),
              Map.of("axis", Attribute.of((long) random.nextInt(dims.length + 1))));
      case 6 -> axes("Unsqueeze", x, random.nextInt(dims.length + 1));
      default -> {
        for (int i = 0; i < dims.length; i++) {
          if (dims[i] == 1) {
            axes("Squeeze", x, i);
            return;
          }
        }
        blocks(x, dims);
      }
    }
  }

  private void axes(String operator, String x, long axis) {
    if (draft.opset() < 13) {
      add(operator, List.of(x), Map.of("axes", Attribute.ofInts(axis)));
    } else {
      add(operator, List.of(x, draft.integers(axis)), Map.of());
    }
  }

  private void blocks(String x, long[] dims) {
    boolean deep = random.nextBoolean();
    Map<String, Attribute> attributes = new HashMap<>(Map.of("blocksize", Attribute.of(2)));
    if (deep && random.nextBoolean()) {
      attributes.put("mode", Attribute.of("CRD"));
    }
    String from = x;
    if (deep && dims.length == 4) {
      from = convolution(x, false, 1, 4L * pick(1, 2, 3));
    }
    add(deep ? "DepthToSpace" : "SpaceToDepth", List.of(from), attributes);
  }

  private void reshape(String x, long[] dims) {
    long[] to;
    switch (random.nextInt(4)) {
      case 0 -> {
        // Two axes become one.
        if (dims.length < 2) {
          return;
        }
        int at = random.nextInt(dims.length - 1);
        to = new long[dims.length - 1];
        for (int i = 0; i < to.length; i++) {
          to[i] = i < at ? dims[i] : i == at ? dims[i] * dims[i + 1] : dims[i + 1];
        }
      }
      case 1 -> {
        // One axis becomes two.
        if (dims.length == 0) {
          return;
        }
        int at = random.nextInt(dims.length);
        long part = divisor(dims[at]);
        to = new long[dims.length + 1];
        for (int i = 0; i < to.length; i++) {
          to[i] = i < at ? dims[i] : i == at ? part : i == at + 1 ? dims[at] / part : dims[i - 1];
        }
      }
      case 2 -> to = new long[] {0, -1};
      default -> {
        to = dims.clone();
        for (int i = to.length - 1; i > 0; i--) {
          int other = random.nextInt(i + 1);
          long kept = to[i];
          to[i] = to[other];
          to[other] = kept;
        }
      }
    }
    if (to.length > 0 && random.nextInt(3) == 0 && to[0] != 0) {
      to[random.nextInt(to.length)] = -1;
    }
    add("Reshape", List.of(x, draft.integers(to)), Map.of());
  }

  private Attribute permutation(int rank) {
    List<Long> axes = new ArrayList<>();
    for (long i = 0; i < rank; i++) {
      axes.add(i);
    }
    if (random.nextBoolean() && rank > 2) {
      // To channels last, or back.
      Collections.rotate(axes.subList(1, rank), random.nextBoolean() ? 1 : -1);
    } else {
      Collections.shuffle(axes, random);
    }
    return new Attribute.Ints(axes);
  }

  private void row(String x) {
    int rank = draft.dims(x).length;
    if (rank == 0) {
      return;
    }
    switch (random.nextInt(4)) {
      case 0 -> layerNormalization(x);
      case 1 -> decomposedNormalization(x);
      default -> {
        long axis = random.nextInt(2 * rank) - rank;
        add(
            pick("Softmax", "Softmax", "LogSoftmax"),
            List.of(x),
            random.nextInt(3) == 0 ? Map.of() : Map.of("axis", Attribute.of(axis)));
      }
    }
  }

  private void layerNormalization(String x) {
    long[] dims = draft.dims(x);
    long size = dims[dims.length - 1];
    add("LayerNormalization", List.of(x, weights(size), weights(size)), Map.of());
  }

  private void decomposedNormalization(String x) {
    long[] dims = draft.dims(x);
    long size = dims[dims.length - 1];
    String mean = reduce("ReduceMean", x, true, -1);
    String centred = add("Sub", List.of(x, mean), Map.of());
    String square = add("Pow", List.of(centred, draft.scalar(2)), Map.of());
    String variance = reduce("ReduceMean", square, true, -1);
    String sum = add("Add", List.of(variance, draft.scalar(1e-2f)), Map.of());
    String root = add("Sqrt", List.of(sum), Map.of());
    String normal = add("Div", List.of(centred, root), Map.of());
    add(
        "Add",
        List.of(add("Mul", List.of(normal, weights(size)), Map.of()), weights(size)),
        Map.of());
  }

  private void reduce(String x) {
    int rank = draft.dims(x).length;
    List<Long> axes = new ArrayList<>();
    for (long i = 0; i < rank; i++) {
      if (random.nextBoolean()) {
        axes.add(random.nextBoolean() ? i : i - rank);
      }
    }
    if (axes.isEmpty()) {
      return;
    }
    String operator =
        pick(
            "ReduceMean",
            "ReduceMean",
            "ReduceSum",
            "ReduceMax",
            "ReduceMin",
            "ReduceL1",
            "ReduceL2",
            "ReduceSumSquare",
            "ReduceLogSumExp");
    reduce(operator, x, random.nextBoolean(), axes.stream().mapToLong(Long::longValue).toArray());
  }

  private String reduce(String operator, String x, boolean keep, long... axes) {
    Map<String, Attribute> attributes = new HashMap<>();
    if (!keep || random.nextBoolean()) {
      attributes.put("keepdims", Attribute.of(keep ? 1L : 0L));
    }
    List<String> read = new ArrayList<>(List.of(x));
    if (draft.opset() >= (operator.equals("ReduceSum") ? 13 : 18)) {
      read.add(draft.integers(axes));
    } else {
      attributes.put("axes", Attribute.ofInts(axes));
    }
    return add(operator, read, attributes);
  }

  private void product(String x) {
    long[] dims = draft.dims(x);
    if (dims.length < 1) {
      return;
    }
    long size = dims[dims.length - 1];
    long out = pick(1, 2, 5, 8, 17);
    switch (random.nextInt(5)) {
      case 0 -> {
        String product = add("MatMul", List.of(x, weights(size, out)), Map.of());
        if (random.nextBoolean()) {
          add("Add", shuffled(product, weights(out)), Map.of());
        }
      }
      case 1 -> gemm(x, size, out);
      case 2 -> {
        int[] turned = new int[dims.length];
        Arrays.setAll(turned, i -> i);
        if (dims.length < 2) {
          return;
        }
        turned[dims.length - 1] = dims.length - 2;
        turned[dims.length - 2] = dims.length - 1;
        Attribute perm = Attribute.ofInts(Arrays.stream(turned).asLongStream().toArray());
        String other = add("Transpose", List.of(x), Map.of("perm", perm));
        add("MatMul", List.of(x, other), Map.of());
      }
      case 3 ->
          add(
              "MatMul",
              List.of(weights(out, draft.dims(x)[Math.max(0, dims.length - 2)]), x),
              Map.of());
      default -> {
        String flat = add("Flatten", List.of(x), Map.of());
        gemm(flat, draft.dims(flat)[1], out);
      }
    }
  }

  private void gemm(String x, long size, long out) {
    Map<String, Attribute> attributes = new HashMap<>();
    boolean turned = random.nextBoolean();
    if (turned) {
      attributes.put("transB", Attribute.of(1));
    }
    if (random.nextInt(3) == 0) {
      attributes.put("alpha", Attribute.of(0.5f));
    }
    if (random.nextInt(3) == 0) {
      attributes.put("beta", Attribute.of(2f));
    }
    List<String> read =
        new ArrayList<>(List.of(x, turned ? weights(out, size) : weights(size, out)));
    if (random.nextInt(3) != 0) {
      read.add(random.nextBoolean() ? weights(out) : weights(1, out));
    }
    add("Gemm", read, attributes);
  }

  private void resize(String x) {
    long[] dims = draft.dims(x);
    float[] scales = new float[dims.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = i < 2 ? 1 : pick(1f, 2f, 2f, 3f, 0.5f, 1.5f);
    }
    Map<String, Attribute> attributes = new HashMap<>();
    attributes.put("mode", Attribute.of(pick("nearest", "nearest", "linear", "linear", "cubic")));
    if (random.nextInt(3) != 0) {
      attributes.put(
          "coordinate_transformation_mode",
          Attribute.of(pick("asymmetric", "half_pixel", "align_corners", "pytorch_half_pixel")));
    }
    if (random.nextBoolean()) {
      attributes.put(
          "nearest_mode",
          Attribute.of(pick("floor", "ceil", "round_prefer_floor", "round_prefer_ceil")));
    }
    String none = draft.constant(Constant.of(new float[0], 0));
    if (random.nextBoolean()) {
      add("Resize", List.of(x, none, draft.constant(Constant.of(scales, dims.length))), attributes);
      return;
    }
    long[] sizes = dims.clone();
    for (int i = 2; i < sizes.length; i++) {
      sizes[i] = pick(1, 2, 3, 7, 8, 16);
    }
    add("Resize", List.of(x, none, none, draft.integers(sizes)), attributes);
  }

  /** What has no fast form, or is folded, or changes the type of elements on its way. */
  private void rare(String x) {
    long[] dims = draft.dims(x);
    if (dims.length == 0) {
      return;
    }
    long axis = random.nextInt(dims.length);
    switch (random.nextInt(10)) {
      case 0 ->
          add(
              "Gather",
              List.of(x, draft.integers(0, dims[(int) axis] - 1, 0)),
              Map.of("axis", Attribute.of(axis)));
      case 1 -> {
        long[] repeats = new long[dims.length];
        Arrays.setAll(repeats, i -> pick(1, 1, 2));
        add("Tile", List.of(x, draft.integers(repeats)), Map.of());
      }
      case 2 -> {
        long[] wider = dims.clone();
        wider[(int) axis] = wider[(int) axis] == 1 ? 3 : 1;
        add("Expand", List.of(x, draft.integers(wider)), Map.of());
      }
      case 3 -> {
        String condition = add("Greater", List.of(x, draft.scalar(0.25f)), Map.of());
        add("Where", List.of(condition, x, draft.scalar(-1)), Map.of());
      }
      case 4 -> {
        String best = add("ArgMax", List.of(x), Map.of("axis", Attribute.of(axis)));
        add("Cast", List.of(best), Map.of("to", Attribute.of(1)));
      }
      case 5 -> {
        if (dims.length > 2) {
          add("InstanceNormalization", List.of(x, weights(dims[1]), weights(dims[1])), Map.of());
        }
      }
      case 6 -> add("LRN", List.of(x), Map.of("size", Attribute.of(3)));
      case 7 -> {
        String shape = add("Shape", List.of(x), Map.of());
        String zeros = shape.equals(x) ? x : add("ConstantOfShape", List.of(shape), Map.of());
        add("Add", List.of(x, zeros), Map.of());
      }
      case 8 -> {
        String positive =
            add("Add", List.of(add("Abs", List.of(x), Map.of()), draft.scalar(1)), Map.of());
        add(pick("Log", "Sqrt", "Reciprocal"), List.of(positive), Map.of());
      }
      default -> add(pick("Sum", "Mean", "Max", "Min"), List.of(x, any(), operand(x)), Map.of());
    }
  }

  // Choices.

  private String any() {
    return values.get(random.nextInt(values.size()));
  }

  /** Adds a node of one result; returns what it would have read where it cannot be. */
  private String add(String operator, List<String> read, Map<String, Attribute> attributes) {
    List<String> results = draft.node(operator, read, attributes, 1);
    if (results.isEmpty()) {
      return values.contains(read.getFirst()) ? read.getFirst() : values.getLast();
    }
    String result = results.getFirst();
    TensorType type = draft.type(result);
    if (type.element() == ElementType.FLOAT) {
      if (quantizer != null && quantizer.nextInt(3) > 0) {
        result = quantized(quantizer, result);
      }
      values.add(result);
    }
    return result;
  }

  /** To integers and back, as quantizers do with each tensor. */
  private String quantized(Random quantizer, String value) {
    boolean signed = quantizer.nextInt(3) == 0;
    ElementType element = signed ? ElementType.INT8 : ElementType.UINT8;
    long zero = signed ? quantizer.nextInt(21) - 10 : quantizer.nextInt(256);
    String scale = draft.scalar(SCALES[quantizer.nextInt(SCALES.length)]);
    String zeroPoint = integers(element, zero);
    String bytes = node("QuantizeLinear", List.of(value, scale, zeroPoint), Map.of());
    return bytes.isEmpty()
        ? value
        : node("DequantizeLinear", List.of(bytes, scale, zeroPoint), Map.of());
  }

  private String node(String operator, List<String> read, Map<String, Attribute> attributes) {
    List<String> results = draft.node(operator, read, attributes, 1);
    return results.isEmpty() ? "" : results.getFirst();
  }

  private String integers(ElementType element, long value) {
    return draft.constant(Values.of(new TensorType(element), new long[] {value}).toConstant());
  }

  private List<String> shuffled(String a, String b) {
    return random.nextBoolean() ? List.of(a, b) : List.of(b, a);
  }

  private String weights(long... dims) {
    long fan = 1;
    for (int i = 1; i < dims.length; i++) {
      fan *= dims[i];
    }
    double deviation = 1 / Math.sqrt((double) fan);
    boolean any = new TensorType(ElementType.FLOAT, dims).elementCount() > 0;
    return quantizer != null && any && dims.length > 1 && quantizer.nextInt(4) > 0
        ? quantizedWeights(quantizer, deviation, dims)
        : draft.constant(gaussian(random, deviation, dims));
  }

  /** Integers of 8 bits with one scale, or one for each index of the first axis. */
  private String quantizedWeights(Random quantizer, double deviation, long... dims) {
    boolean perChannel = draft.opset() >= 13 && quantizer.nextBoolean();
    var type = new TensorType(ElementType.INT8, dims);
    long[] values = new long[(int) type.elementCount()];
    Arrays.setAll(values, i -> Math.round(Math.clamp(40 * quantizer.nextGaussian(), -127, 127)));
    float[] scales = new float[perChannel ? (int) dims[0] : 1];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (float) (deviation / 40 * (1 + i % 3));
    }
    String integers = draft.constant(Values.of(type, values).toConstant());
    Constant each = perChannel ? Constant.of(scales, scales.length) : Constant.of(scales);
    String floats =
        node(
            "DequantizeLinear",
            List.of(integers, draft.constant(each)),
            perChannel ? Map.of("axis", Attribute.of(0)) : Map.of());
    return floats.isEmpty() ? draft.constant(gaussian(random, deviation, dims)) : floats;
  }

  private String positive(long count) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5f + random.nextFloat();
    }
    return draft.constant(Constant.of(values, count));
  }

  private static Constant gaussian(Random random, double scale, long... dims) {
    float[] values = new float[(int) new TensorType(ElementType.FLOAT, dims).elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return Constant.of(values, dims);
  }

  private long[] dimsLike(long[] dims) {
    long[] others = dims.clone();
    for (int i = 1; i < others.length; i++) {
      others[i] = random.nextBoolean() ? 1 : others[i];
    }
    return others;
  }

  private long divisor(long number) {
    List<Long> divisors = new ArrayList<>();
    for (long i = 1; i <= number; i++) {
      if (number % i == 0) {
        divisors.add(i);
      }
    }
    return divisors.get(random.nextInt(divisors.size()));
  }

  private int pick(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private float pick(float... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private long[] numbers(int count, int... choices) {
    long[] numbers = new long[count];
    Arrays.setAll(numbers, i -> pick(choices));
    return numbers;
  }

  private static long[] repeated(int count, long number) {
    long[] numbers = new long[count];
    Arrays.fill(numbers, number);
    return numbers;
  }
}
