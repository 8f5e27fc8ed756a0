package io.github.conv4j.networks.internal.definition;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkCall;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Good nodes made hostile: numbers, dimensions and attributes replaced by those that attackers
 * choose. Whatever comes of it is a result or one of the documented exceptions, and soon.
 */
@Execution(ExecutionMode.CONCURRENT)
class MutatedNodesTest {
  private static final String OUTSIDE = "index -?\\d+ is outside of an axis of \\d+";
  private static final long SEED = Long.getLong("conv4j.test.seed", 11);
  private static final int ROUNDS = Integer.getInteger("conv4j.test.rounds", 2);
  private static final ElementLimits LIMITS = new ElementLimits(1 << 16, 1 << 20, 1 << 18);

  /** What is larger is prepared and not run. */
  private static final long MOST_BYTES = 1 << 20;

  private static final long[] INTEGERS = {
    -1,
    0,
    1,
    2,
    3,
    7,
    -2,
    255,
    1L << 16,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -(1L << 40)
  };

  private static final double[] REALS = {
    Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -0.0, -1, 1e-30, 1e30, 0.5
  };

  private final Random random = new Random(SEED);

  @Test
  @Timeout(240)
  void givesAResultOrADocumentedException() {
    check(this::run);
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "vector"})
  @Timeout(240)
  void isPreparedAndRunsOrIsRefused(String name) {
    try (Engine engine = Engines.named(name)) {
      check(test -> prepare(test, engine));
    }
  }

  private static void check(Consumer<NodeTest> what) {
    List<String> failures = new ArrayList<>();
    int survived = 0;
    int refused = 0;
    for (NodeTest test : NodeTestsTest.defined()) {
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        try {
          what.accept(test);
          survived++;
        } catch (InvalidModelException
            | UnsupportedOperatorException
            | UnsupportedConvolutionException expected) {
          assertThat(expected.getMessage()).isNotBlank();
          refused++;
        } catch (IllegalArgumentException e) {
          // What an input points at is known only in the run.
          assertThat(e).as("%s, round %d", test, round).hasMessageMatching(OUTSIDE);
          refused++;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
          failures.add(
              "%s, round %d of seed %d: %s at %s"
                  .formatted(
                      test, round, SEED, e, Arrays.stream(e.getStackTrace()).limit(4).toList()));
        }
        if (System.nanoTime() - start > 5_000_000_000L) {
          failures.add("%s, round %d of seed %d took seconds".formatted(test, round, SEED));
        }
      }
    }
    assertThat(failures).isEmpty();
    assertThat(survived).as("mutations are not all fatal").isGreaterThan(refused / 10);
    assertThat(refused).as("mutations bite").isGreaterThan(survived / 10);
  }

  /**
   * A graph and what it would be given.
   *
   * @param graph told nothing of the dimensions of its inputs
   */
  private record Mutant(Graph graph, Map<String, Values> inputs) {
    Map<String, TensorType> types() {
      Map<String, TensorType> types = new HashMap<>();
      inputs.forEach((name, values) -> types.put(name, values.type()));
      return types;
    }
  }

  private Mutant mutant(NodeTest test) {
    Graph graph = test.graph();
    Map<String, Values> inputs = new HashMap<>();
    test.inputs(graph)
        .forEach(
            (name, values) -> inputs.put(name, random.nextInt(3) == 0 ? mutated(values) : values));
    List<ValueInfo> untold =
        graph.inputs().stream()
            .map(input -> new ValueInfo(input.name(), input.type(), null))
            .toList();
    Graph mutated =
        new Graph(
            graph.name(),
            graph.opset(),
            untold,
            graph.outputs(),
            graph.constants(),
            graph.nodes().stream().map(this::mutated).toList());
    return new Mutant(mutated, inputs);
  }

  private void run(NodeTest test) {
    Mutant mutant = mutant(test);
    RuntimeException inferred = null;
    try {
      Inferrer.infer(mutant.graph(), mutant.types(), LIMITS);
    } catch (InvalidModelException | UnsupportedOperatorException e) {
      inferred = e;
    }
    new ReferenceExecutor(mutant.graph(), LIMITS, ReferenceExecutor.Rounding.NONE)
        .run(mutant.inputs());
    if (inferred != null) {
      throw inferred;
    }
  }

  /** Prepares and runs one, some of whose inputs are constants as in files. */
  private void prepare(NodeTest test, Engine engine) {
    Mutant mutant = mutant(test);
    Map<String, Constant> constants = new LinkedHashMap<>(mutant.graph().constants());
    Map<String, Constant> given = new LinkedHashMap<>();
    Map<String, long[]> dims = new LinkedHashMap<>();
    List<ValueInfo> told = new ArrayList<>();
    for (ValueInfo input : mutant.graph().inputs()) {
      Constant value = requireNonNull(mutant.inputs().get(input.name())).toConstant();
      if (told.isEmpty() || random.nextInt(3) == 0) {
        told.add(input);
        given.put(input.name(), value);
        dims.put(input.name(), value.dims());
      } else {
        constants.put(input.name(), value);
      }
    }
    Graph graph =
        new Graph(
            "",
            mutant.graph().opset(),
            told,
            mutant.graph().outputs(),
            constants,
            mutant.graph().nodes());
    try (Arena arena = Arena.ofConfined();
        PreparedNetwork prepared =
            Network.of(graph).prepare(engine, dims, NetworkOptions.defaults())) {
      long byteSize = prepared.arenaByteSize();
      for (String output : prepared.outputs()) {
        byteSize += prepared.type(output).byteSize();
      }
      if (byteSize > MOST_BYTES) {
        return;
      }
      NetworkCall call = prepared.call();
      given.forEach(
          (name, value) ->
              call.input(name, arena.allocate(value.data().byteSize(), 64).copyFrom(value.data())));
      for (String output : prepared.outputs()) {
        call.output(output, arena.allocate(prepared.type(output).byteSize(), 64));
      }
      call.execute();
    }
  }

  private Values mutated(Values values) {
    return switch (random.nextInt(3)) {
      case 0 -> withAnotherDimension(values);
      case 1 -> withAnotherRank(values);
      default -> withOtherNumbers(values);
    };
  }

  private Values withAnotherDimension(Values values) {
    long[] dims = values.type().dims();
    if (dims.length == 0) {
      return values;
    }
    dims[random.nextInt(dims.length)] = random.nextInt(4);
    return withDims(values, dims);
  }

  private Values withAnotherRank(Values values) {
    long[] dims =
        IntStream.range(0, random.nextInt(6)).mapToLong(i -> 1 + random.nextInt(3)).toArray();
    return withDims(values, dims);
  }

  private static Values withDims(Values values, long[] dims) {
    TensorType type = new TensorType(values.type().element(), dims);
    int count = (int) type.elementCount();
    int size = Math.max(1, values.size());
    int[] sources =
        IntStream.range(0, count).map(i -> values.size() == 0 ? -1 : i % size).toArray();
    return values.picked(type, sources);
  }

  private Values withOtherNumbers(Values values) {
    if (values.size() == 0) {
      return values;
    }
    int at = random.nextInt(values.size());
    if (values.type().element().isReal()) {
      double[] reals = values.reals().clone();
      reals[at] = REALS[random.nextInt(REALS.length)];
      return Values.of(values.type(), reals);
    }
    long[] integers = values.integers().clone();
    integers[at] = Numbers.wrap(values.type().element(), INTEGERS[random.nextInt(INTEGERS.length)]);
    return Values.of(values.type(), integers);
  }

  private Node mutated(Node node) {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    node.attributes()
        .forEach(
            (name, attribute) ->
                attributes.put(name, random.nextInt(3) == 0 ? mutated(attribute) : attribute));
    return new Node(
        node.name(), node.domain(), node.operator(), node.inputs(), node.outputs(), attributes);
  }

  private Attribute mutated(Attribute attribute) {
    if (random.nextInt(10) == 0) {
      return random.nextBoolean() ? new Attribute.Text("hostile") : Attribute.ofInts();
    }
    long integer = INTEGERS[random.nextInt(INTEGERS.length)];
    double real = REALS[random.nextInt(REALS.length)];
    return switch (attribute) {
      case Attribute.Int i -> new Attribute.Int(integer);
      case Attribute.Real r -> new Attribute.Real((float) real);
      case Attribute.Text t -> new Attribute.Text("hostile");
      case Attribute.Ints(List<Long> values) when !values.isEmpty() -> {
        List<Long> changed = new ArrayList<>(values);
        changed.set(random.nextInt(changed.size()), integer);
        yield new Attribute.Ints(changed);
      }
      case Attribute.Reals(List<Float> values) when !values.isEmpty() -> {
        List<Float> changed = new ArrayList<>(values);
        changed.set(random.nextInt(changed.size()), (float) real);
        yield new Attribute.Reals(changed);
      }
      case Attribute other -> other;
    };
  }
}
