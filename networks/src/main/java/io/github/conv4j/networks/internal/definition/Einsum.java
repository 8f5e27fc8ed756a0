package io.github.conv4j.networks.internal.definition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Sums of products that an equation describes: {@code bij,bjk->bik}. Letters are axes; those that
 * the result does not have are summed over; an ellipsis stands for axes that broadcast.
 */
final class Einsum {
  private static final String ELLIPSIS = "...";

  /** Stands for the axes of the ellipsis: characters that no equation holds. */
  private static final char FIRST_HIDDEN_AXIS = '\ue000';

  static final Definition DEFINITION =
      Definition.single(
          call -> {
            Pointwise.requireNumber(call, 0);
            for (int input = 1; input < call.inputCount(); input++) {
              call.requireSame(0, input);
            }
            Einsum einsum = new Einsum(call);
            return call.result(call.element(0), einsum.sizes(einsum.result));
          },
          (call, type) -> new Einsum(call).sum(type));

  private final NodeCall call;
  private final List<String> terms = new ArrayList<>();
  private final Map<Character, Long> sizes = new LinkedHashMap<>();
  private final String result;

  private Einsum(NodeCall call) {
    this.call = call;
    String equation = call.text("equation").replace(" ", "");
    int arrow = equation.indexOf("->");
    List<String> told =
        Arrays.asList((arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1));
    call.require(
        told.size() == call.inputCount(),
        "has equation \"%s\" for %d inputs",
        equation,
        call.inputCount());
    int hidden = hiddenAxes(told);
    for (int input = 0; input < told.size(); input++) {
      String term = told.get(input);
      int own = call.rank(input) - letters(term).length();
      terms.add(expand(term, term.contains(ELLIPSIS) ? own : 0, hidden));
      measure(input);
    }
    String all = hidden(hidden, hidden);
    this.result =
        arrow < 0
            ? all + lettersFoundOnce()
            : expand(equation.substring(arrow + 2), hidden, hidden);
    checkResult();
  }

  private static String letters(String term) {
    return term.replace(ELLIPSIS, "");
  }

  private int hiddenAxes(List<String> told) {
    int most = 0;
    for (int input = 0; input < told.size(); input++) {
      if (told.get(input).contains(ELLIPSIS)) {
        most = Math.max(most, call.rank(input) - letters(told.get(input)).length());
      }
    }
    return most;
  }

  /** Returns the last axes of the ellipsis. */
  private static String hidden(int count, int of) {
    StringBuilder axes = new StringBuilder();
    for (int i = of - Math.max(count, 0); i < of; i++) {
      axes.append((char) (FIRST_HIDDEN_AXIS + i));
    }
    return axes.toString();
  }

  private String expand(String term, int own, int hidden) {
    String letters = letters(term);
    call.require(
        letters.chars().allMatch(c -> c < 128 && Character.isLetter(c)),
        "has \"%s\" in its equation",
        term);
    return term.replace(ELLIPSIS, hidden(own, hidden));
  }

  private void measure(int input) {
    String term = terms.get(input);
    call.require(term.length() == call.rank(input), "has \"%s\" for %s", term, call.type(input));
    for (int axis = 0; axis < term.length(); axis++) {
      long size = call.type(input).dim(axis);
      char letter = term.charAt(axis);
      long known = sizes.merge(letter, size, (a, b) -> a == 1 ? b : a);
      call.require(
          size == known || size == 1,
          "has axis %s of both %d and %d elements",
          letter,
          known,
          size);
    }
  }

  private String lettersFoundOnce() {
    StringBuilder once = new StringBuilder();
    String all = String.join("", terms);
    for (char letter : new TreeSet<>(sizes.keySet())) {
      if (letter < FIRST_HIDDEN_AXIS && all.indexOf(letter) == all.lastIndexOf(letter)) {
        once.append(letter);
      }
    }
    return once.toString();
  }

  private void checkResult() {
    for (int i = 0; i < result.length(); i++) {
      char letter = result.charAt(i);
      call.require(
          sizes.containsKey(letter) && result.lastIndexOf(letter) == i,
          "has axis %s in its result, which no input has, or twice",
          letter);
    }
  }

  private long[] sizes(String axes) {
    return axes.chars().mapToLong(c -> sizes.getOrDefault((char) c, 1L)).toArray();
  }

  private Values sum(TensorType type) {
    StringBuilder others = new StringBuilder();
    for (char letter : sizes.keySet()) {
      if (result.indexOf(letter) < 0) {
        others.append(letter);
      }
    }
    String summed = others.toString();
    call.workspace(call.result(type.element(), sizes(summed)).elementCount());
    int inputs = terms.size();
    double[][] values = new double[inputs][];
    int[][] outer = new int[inputs][];
    int[][] inner = new int[inputs][];
    for (int input = 0; input < inputs; input++) {
      values[input] = call.value(input).asReals();
      outer[input] = offsets(input, result);
      inner[input] = offsets(input, summed);
    }
    double[] dst = new double[(int) type.elementCount()];
    int terms = Layout.count(sizes(summed));
    for (int i = 0; i < dst.length; i++) {
      double sum = 0;
      for (int j = 0; j < terms; j++) {
        double product = 1;
        for (int input = 0; input < inputs; input++) {
          product *= values[input][outer[input][i] + inner[input][j]];
        }
        sum += product;
      }
      dst[i] = sum;
    }
    return Reductions.ofType(type, dst);
  }

  /** Returns where an input's elements are as the axes count; an axis found twice is a diagonal. */
  private int[] offsets(int input, String axes) {
    long[] own = Layout.strides(call.dims(input));
    String term = terms.get(input);
    long[] strides = new long[axes.length()];
    for (int axis = 0; axis < term.length(); axis++) {
      int at = axes.indexOf(term.charAt(axis));
      if (at >= 0 && call.type(input).dim(axis) != 1) {
        strides[at] += own[axis];
      }
    }
    return Layout.offsets(sizes(axes), strides, 0);
  }
}
