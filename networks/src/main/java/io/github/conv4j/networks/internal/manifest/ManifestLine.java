package io.github.conv4j.networks.internal.manifest;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Support;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One line of a manifest. Equal ones have equal text. */
public sealed interface ManifestLine {
  /** Longer lines are not read. */
  int MOST_CHARACTERS = 4096;

  /** ONNX has no tensors of more axes that networks of images take. */
  int MOST_AXES = 16;

  /** A file may ask for anything; what is larger is not prepared before somebody needs it. */
  long MOST_ELEMENTS = 1L << 28;

  /** Returns the line, which {@link #parse} reads back. */
  String text();

  /**
   * The dimensions of a network's inputs.
   *
   * @param network its name, which the writer has chosen
   * @param dims by the names of inputs
   */
  record NetworkShape(String network, Map<String, List<Long>> dims) implements ManifestLine {
    private static final String WORD = "network";
    private static final long MOST_DIM = 999_999_999_999_999_999L;

    /** Checks and sorts. */
    public NetworkShape {
      requireName(network, "a network");
      dims = new TreeMap<>(dims);
      dims.keySet().forEach(name -> requireName(name, "an input"));
      for (List<Long> each : dims.values()) {
        if (each.size() > MOST_AXES || each.stream().anyMatch(dim -> dim < 0)) {
          throw new IllegalArgumentException(
              "dimensions must be at most %d of at least 0 but are %s".formatted(MOST_AXES, each));
        }
      }
    }

    /** Copies dimensions. */
    public static NetworkShape of(String network, Map<String, long[]> dims) {
      Map<String, List<Long>> copy = new TreeMap<>();
      dims.forEach((name, each) -> copy.put(name, Arrays.stream(each).boxed().toList()));
      return new NetworkShape(network, copy);
    }

    /** Returns the dimensions as networks take them. */
    public Map<String, long[]> arrays() {
      Map<String, long[]> arrays = new TreeMap<>();
      dims.forEach((name, each) -> arrays.put(name, each.stream().mapToLong(d -> d).toArray()));
      return arrays;
    }

    /** Whether {@link #parse} takes all dimensions, which may have 18 digits. */
    public boolean isReadable() {
      return dims.values().stream().flatMap(List::stream).allMatch(dim -> dim <= MOST_DIM);
    }

    /**
     * Checks that no input is too large to be prepared for on a file's word.
     *
     * @throws IllegalArgumentException if one is
     */
    public void requireModest() {
      for (List<Long> each : dims.values()) {
        double count = 1;
        for (long dim : each) {
          count *= dim;
        }
        if (count > MOST_ELEMENTS) {
          throw new IllegalArgumentException(
              "%s are more than %d elements".formatted(joined(each), MOST_ELEMENTS));
        }
      }
    }

    @Override
    public String text() {
      return dims.entrySet().stream()
          .map(input -> " " + encoded(input.getKey()) + "=" + joined(input.getValue()))
          .collect(Collectors.joining("", WORD + " " + encoded(network), ""));
    }

    private static String joined(List<Long> dims) {
      return dims.stream().map(String::valueOf).collect(Collectors.joining("x"));
    }

    private static NetworkShape parse(String rest) {
      String[] words = rest.split(" ", -1);
      Map<String, List<Long>> dims = new TreeMap<>();
      for (int i = 1; i < words.length; i++) {
        int equals = words[i].indexOf('=');
        if (equals < 0) {
          throw new IllegalArgumentException(
              "expected INPUT=1x3x480x640 but found \"%s\"".formatted(shortened(words[i])));
        }
        String name = decoded(words[i].substring(0, equals));
        if (dims.put(name, numbers(words[i].substring(equals + 1))) != null) {
          throw new IllegalArgumentException(
              "input \"%s\" is there twice".formatted(shortened(name)));
        }
      }
      return new NetworkShape(decoded(words[0]), dims);
    }

    private static List<Long> numbers(String text) {
      List<Long> numbers = new ArrayList<>();
      if (text.isEmpty()) {
        return numbers;
      }
      for (String number : text.split("x", -1)) {
        if (!number.matches("[0-9]{1,18}")) {
          throw new IllegalArgumentException(
              "expected dimensions such as 1x3x480x640 but found \"%s\""
                  .formatted(shortened(text)));
        }
        numbers.add(Long.parseLong(number));
      }
      return numbers;
    }
  }

  /** A convolution by itself. */
  record SingleProblem(Problem problem) implements ManifestLine {
    private static final String WORD = "problem";

    /** Takes away the name, which may hold anything. */
    public SingleProblem {
      problem = new Problem(problem.convolution(), problem.src(), "", problem.types());
    }

    /**
     * Returns what an engine is to make ready, channels last.
     *
     * @throws IllegalArgumentException if it does not run it, or it is too large to be prepared for
     *     on a file's word
     */
    public ConvolutionRequest supportedBy(Engine engine) {
      Convolution convolution = problem.convolution();
      ConvolutionTypes types = problem.types();
      Layout layout = Layout.channelsLast(problem.src().rank());
      requireModest(problem.src());
      requireModest(problem.dst());
      requireModest(convolution.weightsShape());
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, TensorSpec.of(types.src(), layout, problem.src()))
              .withDst(TensorSpec.of(types.dst(), layout, problem.dst()))
              .withParameterSpecs(
                  TensorSpec.weights(convolution.weightsShape()).withDataType(types.weights()),
                  convolution.hasBias()
                      ? TensorSpec.bias(convolution.outChannels()).withDataType(types.bias())
                      : null);
      if (engine.support(request) instanceof Support.Unsupported no) {
        throw new IllegalArgumentException(no.reason());
      }
      return request;
    }

    private static void requireModest(Shape shape) {
      if (shape.elementCount() > MOST_ELEMENTS) {
        throw new IllegalArgumentException(
            "%s are more than %d elements".formatted(shape, MOST_ELEMENTS));
      }
    }

    @Override
    public String text() {
      return WORD + " " + problem.line();
    }
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is not well-formed; says what was expected
   */
  static ManifestLine parse(String line) {
    int space = line.indexOf(' ');
    String word = space < 0 ? line : line.substring(0, space);
    String rest = space < 0 ? "" : line.substring(space + 1);
    return switch (word) {
      case NetworkShape.WORD -> NetworkShape.parse(rest);
      case SingleProblem.WORD -> new SingleProblem(Problem.parse(rest));
      default ->
          throw new IllegalArgumentException(
              "expected \"%s\" or \"%s\" but found \"%s\""
                  .formatted(NetworkShape.WORD, SingleProblem.WORD, shortened(word)));
    };
  }

  private static void requireName(String name, String what) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException(what + " has no name");
    }
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** For messages: what a file holds may be long, and may hold control characters. */
  private static String shortened(String text) {
    String harmless = text.replaceAll("\\p{Cntrl}", "?");
    return harmless.length() <= 40 ? harmless : harmless.substring(0, 40) + "...";
  }
}
