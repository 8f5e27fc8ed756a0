package io.github.conv4j.problem;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOps;
import io.github.conv4j.Requantization;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads benchdnn's one-line problems, and the words that it lacks. */
final class ProblemParser {
  private static final Pattern ENTRY = Pattern.compile("(g|mb|ic|oc|[iokspd][dhw])(\\d+)");
  private static final long UNDEFINED = -1;

  static final String TRANSPOSED = "transposed";
  static final String NO_BIAS = "bias0";
  static final String FLIPPED = "flipped";
  static final String POST_OPS = "post/";
  static final String TYPES = "dt/";
  static final String SCALES = "scales/";
  static final String ZERO_POINTS = "zp/";
  static final String FPMATH = "fpmath/";
  static final String REQUANTIZATION = "requant/";
  static final char END_OF_VALUE = '/';
  private static final List<PaddingMode> MODES =
      List.of(PaddingMode.REFLECT, PaddingMode.REPLICATE, PaddingMode.CIRCULAR);

  private final String line;
  private boolean transposed;
  private boolean bias = true;
  private boolean flipped;
  private PaddingMode mode = PaddingMode.ZEROS;
  private PostOps postOps = PostOps.none();
  private ConvolutionTypes types = ConvolutionTypes.F32;
  private FpmathMode fpmathMode = FpmathMode.STRICT;
  private Requantization requantization = Requantization.EXACT;
  private String scales = "";
  private String zeroPoints = "";
  private final Map<String, Long> given = new HashMap<>();

  private ProblemParser(String line, boolean transposed) {
    this.line = line;
    this.transposed = transposed;
  }

  /** Returns the word for a padding mode. */
  static String word(PaddingMode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }

  static Problem parse(String line, boolean transposed) {
    return new ProblemParser(Objects.requireNonNull(line, "line").strip(), transposed).parse();
  }

  /** One axis as written: source, result, kernel, stride, begin padding, 0-based dilation. */
  private record Axis(long src, long dst, long kernel, long stride, long begin, long dilation) {
    long span() {
      return Math.addExact(Math.multiplyExact(kernel - 1, Math.addExact(dilation, 1)), 1);
    }
  }

  private Problem parse() {
    try {
      String name = readEntries();
      return problem(name);
    } catch (ArithmeticException e) {
      throw refusal("a size overflows 64 bits", e);
    }
  }

  private String readEntries() {
    Matcher entry = ENTRY.matcher(line);
    int at = 0;
    while (at < line.length()) {
      char next = line.charAt(at);
      int wordLength = readWord(at);
      if (next == '_') {
        at++;
      } else if (wordLength > 0) {
        at += wordLength;
      } else if (next == 'n') {
        return line.substring(at + 1);
      } else if (entry.region(at, line.length()).lookingAt()) {
        given.put(entry.group(1), number(entry.group(2)));
        at = entry.end();
      } else {
        throw refusal("cannot read '" + line.substring(at) + "'", null);
      }
    }
    return "";
  }

  /** Returns the length of the word that stands there, 0 if none does. */
  private int readWord(int at) {
    if (line.startsWith(TRANSPOSED, at)) {
      transposed = true;
      return TRANSPOSED.length();
    }
    if (line.startsWith(NO_BIAS, at)) {
      bias = false;
      return NO_BIAS.length();
    }
    if (line.startsWith(FLIPPED, at)) {
      flipped = true;
      return FLIPPED.length();
    }
    for (String word : List.of(POST_OPS, TYPES, SCALES, ZERO_POINTS, FPMATH, REQUANTIZATION)) {
      if (line.startsWith(word, at)) {
        return readValue(word, at);
      }
    }
    for (PaddingMode candidate : MODES) {
      if (line.startsWith(word(candidate), at)) {
        mode = candidate;
        return word(candidate).length();
      }
    }
    return 0;
  }

  /** Reads what stands between slashes. */
  private int readValue(String word, int at) {
    int begin = at + word.length();
    int end = line.indexOf(END_OF_VALUE, begin);
    if (end < 0) {
      throw refusal("what begins with '%s' has no slash at its end".formatted(word), null);
    }
    String value = line.substring(begin, end);
    switch (word) {
      case POST_OPS -> postOps = PostOps.parse(value);
      case TYPES -> types = ConvolutionTypes.parse(value);
      case SCALES -> scales = value;
      case FPMATH -> fpmathMode = fpmathMode(value);
      case REQUANTIZATION -> requantization = requantization(value);
      default -> zeroPoints = value;
    }
    return end + 1 - at;
  }

  private FpmathMode fpmathMode(String text) {
    for (FpmathMode known : FpmathMode.values()) {
      if (known.name().equalsIgnoreCase(text)) {
        return known;
      }
    }
    throw refusal("the fpmath mode is strict or bf16 but not '%s'".formatted(text), null);
  }

  private Requantization requantization(String text) {
    for (Requantization known : Requantization.values()) {
      if (known.name().equalsIgnoreCase(text)) {
        return known;
      }
    }
    throw refusal("the requantization is exact or fused but not '%s'".formatted(text), null);
  }

  private long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw refusal("number " + digits + " does not fit 64 bits", e);
    }
  }

  private Problem problem(String name) {
    for (String key : List.of("ic", "oc")) {
      if (given.getOrDefault(key, 0L) < 1) {
        throw refusal(key + " is missing or 0", null);
      }
    }
    Axis[] axes = axes();
    int rank = axes.length;
    long[] src = new long[rank + 2];
    long[] kernel = new long[rank];
    long[] stride = new long[rank];
    long[] dilation = new long[rank];
    long[] begin = new long[rank];
    long[] end = new long[rank];
    src[0] = given.getOrDefault("mb", 2L);
    src[1] = given.getOrDefault("ic", 0L);
    for (int i = 0; i < rank; i++) {
      Axis axis = axes[i];
      src[i + 2] = axis.src();
      kernel[i] = axis.kernel();
      stride[i] = axis.stride();
      dilation[i] = Math.addExact(axis.dilation(), 1);
      begin[i] = axis.begin();
      end[i] = endPadding(axis);
    }
    long oc = given.getOrDefault("oc", 0L);
    Convolution.Builder builder =
        switch (rank) {
          case 1 ->
              transposed ? Convolution.transposed1d(src[1], oc) : Convolution.conv1d(src[1], oc);
          case 2 ->
              transposed ? Convolution.transposed2d(src[1], oc) : Convolution.conv2d(src[1], oc);
          default ->
              transposed ? Convolution.transposed3d(src[1], oc) : Convolution.conv3d(src[1], oc);
        };
    Convolution convolution =
        builder
            .groups(given.getOrDefault("g", 1L))
            .kernel(kernel)
            .stride(stride)
            .dilation(dilation)
            .padding(Padding.asymmetric(begin, end).mode(mode))
            .bias(bias)
            .flippedKernel(flipped)
            .postOps(postOps)
            .quantization(Quantization.parse(scales, zeroPoints))
            .fpmathMode(fpmathMode)
            .requantization(requantization)
            .build();
    return new Problem(convolution, Shape.of(src), name, types);
  }

  private Axis[] axes() {
    boolean d = isUsed('d');
    boolean h = isUsed('h');
    boolean w = isUsed('w');
    if (!d && !h && !w) {
      throw refusal("no axis is given: ih, iw or id is missing", null);
    }
    if (d && !h && !w) {
      return new Axis[] {axis('d'), axis('d'), axis('d')};
    }
    if (h && !w) {
      if (d) {
        throw refusal("depth and height are given but width is not", null);
      }
      return new Axis[] {axis('h'), axis('h')};
    }
    if (d && !h) {
      throw refusal("depth and width are given but height is not", null);
    }
    if (d) {
      return new Axis[] {axis('d'), axis('h'), axis('w')};
    }
    return h ? new Axis[] {axis('h'), axis('w')} : new Axis[] {axis('w')};
  }

  private boolean isUsed(char axis) {
    return get("i", axis, 0) != 0
        || get("k", axis, 0) != 0
        || get("o", axis, 0) != 0
        || get("d", axis, 0) != 0
        || get("s", axis, 1) != 1
        || get("p", axis, UNDEFINED) > 0;
  }

  private Axis axis(char axis) {
    long src = get("i", axis, 0);
    long dst = get("o", axis, 0);
    long kernel = get("k", axis, 0);
    long stride = get("s", axis, 1);
    long dilation = get("d", axis, 0);
    long begin = get("p", axis, UNDEFINED);
    if (src == 0 || kernel == 0 || stride == 0) {
      throw refusal("i%c, k%c and s%c must be at least 1".formatted(axis, axis, axis), null);
    }
    var known = new Axis(src, dst, kernel, stride, begin, dilation);
    if (dst == 0) {
      begin = begin == UNDEFINED ? 0 : begin;
      dst = output(known, begin);
      if (dst < 1) {
        throw refusal("the kernel leaves no output on axis " + axis, null);
      }
    } else if (begin == UNDEFINED) {
      begin = fittingPadding(known);
      if (begin < 0) {
        throw refusal("no padding gives o%c%d from i%c%d".formatted(axis, dst, axis, src), null);
      }
    }
    return new Axis(src, dst, kernel, stride, begin, dilation);
  }

  private long output(Axis a, long begin) {
    long twice = Math.multiplyExact(2, begin);
    if (transposed) {
      long full = Math.addExact(Math.multiplyExact(a.src() - 1, a.stride()), a.span());
      return Math.subtractExact(full, twice);
    }
    long room = Math.addExact(Math.subtractExact(a.src(), a.span()), twice);
    return room < 0 ? 0 : room / a.stride() + 1;
  }

  private long fittingPadding(Axis a) {
    return extent(a) / 2;
  }

  private long endPadding(Axis a) {
    long end = Math.subtractExact(extent(a), a.begin());
    // Other modes than zeros crop nothing; what no window reaches makes no difference.
    return mode == PaddingMode.ZEROS ? end : Math.max(0, end);
  }

  /** Returns the padding of both ends together. */
  private long extent(Axis a) {
    long steps = transposed ? a.src() : a.dst();
    long covered = transposed ? a.dst() : a.src();
    long reach = Math.addExact(Math.multiplyExact(steps - 1, a.stride()), a.span());
    return Math.subtractExact(reach, covered);
  }

  private long get(String key, char axis, long missing) {
    return given.getOrDefault(key + axis, missing);
  }

  private IllegalArgumentException refusal(String reason, @Nullable Throwable cause) {
    return new IllegalArgumentException("problem '" + line + "': " + reason, cause);
  }
}
