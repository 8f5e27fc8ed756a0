package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.Support;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Images;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.ConvolutionMatrix;
import io.github.conv4j.validation.EngineValidator;
import java.awt.image.BufferedImage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in, with every value that nobody means: the type and the message of the refusal. */
@SuppressWarnings("NullAway") // null is one of these values
class HostileArgumentsTest {
  private static final long MAX = Long.MAX_VALUE;
  private static final long MIN = Long.MIN_VALUE;
  private static final long[] NONE = {};

  /** A call, and what its refusal must mention. */
  record Hostile(String call, Executable action, List<String> mentions) {
    @Override
    public String toString() {
      return call;
    }
  }

  private static Hostile of(String call, Executable action, Object... mentions) {
    return new Hostile(call, action, Stream.of(mentions).map(String::valueOf).toList());
  }

  private static Convolution.Builder conv() {
    return Convolution.conv2d(4, 8);
  }

  private static Convolution.Builder transposed() {
    return Convolution.transposed2d(4, 8);
  }

  static List<Hostile> refusedArguments() {
    List<Hostile> all = new ArrayList<>();
    for (long bad : new long[] {0, -1, MIN}) {
      all.add(of("conv1d in " + bad, () -> Convolution.conv1d(bad, 1), "inChannels", bad));
      all.add(of("conv2d in " + bad, () -> Convolution.conv2d(bad, 1), "inChannels", bad));
      all.add(of("conv3d out " + bad, () -> Convolution.conv3d(1, bad), "outChannels", bad));
      all.add(of("transposed1d " + bad, () -> Convolution.transposed1d(bad, 1), "inChannels", bad));
      all.add(of("transposed2d " + bad, () -> Convolution.transposed2d(1, bad), "out", bad));
      all.add(of("transposed3d " + bad, () -> Convolution.transposed3d(bad, bad), "in", bad));
      all.add(of("kernel " + bad, () -> conv().kernel(bad).build(), "kernel", bad));
      all.add(of("kernel 3, " + bad, () -> conv().kernel(3, bad).build(), "kernel", bad));
      all.add(of("stride " + bad, () -> conv().stride(bad).build(), "stride", bad));
      all.add(of("stride 1, " + bad, () -> conv().stride(1, bad).build(), "stride", bad));
      all.add(of("dilation " + bad, () -> conv().dilation(bad).build(), "dilation", bad));
      all.add(of("groups " + bad, () -> conv().groups(bad).build(), "groups", bad));
      all.add(
          of("outputSize " + bad, () -> transposed().outputSize(bad).build(), "outputSize", bad));
      all.add(of("pointwise " + bad, () -> Variants.pointwise(bad, 1), "inChannels", bad));
      all.add(of("grouped " + bad, () -> Variants.grouped(4, 4, 3, bad), "groups", bad));
      all.add(of("grouped k" + bad, () -> Variants.grouped(4, 4, bad, 2), "kernel", bad));
      all.add(of("pointwiseGrouped " + bad, () -> Variants.pointwiseGrouped(4, 4, bad), "groups"));
      all.add(of("dilated " + bad, () -> Variants.dilated(1, 1, 3, bad), "dilation", bad));
      all.add(of("depthwise " + bad, () -> Variants.depthwise(bad, 3), "hannels", bad));
      all.add(of("depthwise x" + bad, () -> Variants.depthwise(3, 3, bad), "hannels"));
      all.add(of("separable " + bad, () -> Variants.depthwiseSeparable(3, bad, 3), "out", bad));
      all.add(of("spatially " + bad, () -> Variants.spatiallySeparable(3, bad, 3), "kernel", bad));
      all.add(of("transposed s" + bad, () -> Variants.transposed(1, 1, 3, bad), "stride", bad));
      all.add(of("volumetric " + bad, () -> Variants.volumetric(1, 1, bad), "kernel", bad));
      all.add(of("flattened " + bad, () -> Variants.flattened(1, bad, 3), "outChannels", bad));
      all.add(of("shuffled " + bad, () -> Variants.shuffledGrouped(4, 4, 3, bad), "groups", bad));
      all.add(of("ChannelShuffle " + bad, () -> new ChannelShuffle(bad, 1), "channels", bad));
      all.add(of("ChannelShuffle g" + bad, () -> new ChannelShuffle(4, bad), "groups", bad));
      all.add(of("shape " + bad, () -> Shape.of(bad), bad));
      all.add(of("f32 " + bad, () -> TensorSpec.f32(Layout.NCW, 1, bad, 1), bad));
      all.add(of("strided " + bad, () -> Layout.strided(1, bad), "strides", bad));
      all.add(of("bias " + bad, () -> TensorSpec.bias(bad), bad));
    }
    for (int bad : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      all.add(
          of("threads " + bad, () -> EngineOptions.defaults().withThreads(bad), "threads", bad));
    }
    for (int bad : new int[] {0, -1, Integer.MIN_VALUE}) {
      all.add(
          of("rows " + bad, () -> SeparableKernel.factor(new float[4], bad, 2), "rowCount", bad));
      all.add(of("cols " + bad, () -> SeparableKernel.factor(new float[4], 2, bad), "column", bad));
    }
    for (long bad : new long[] {-1, MIN}) {
      all.add(of("padding " + bad, () -> conv().padding(bad), "padding", bad));
      all.add(of("symmetric " + bad, () -> Padding.symmetric(1, bad), "padding", bad));
      all.add(of("asymmetric " + bad, () -> Padding.asymmetric(new long[] {bad}, NONE), "padding"));
      all.add(
          of(
              "outputPadding " + bad,
              () -> transposed().outputPadding(bad).build(),
              "outputPadding",
              bad));
    }
    all.addAll(overflowing());
    all.addAll(misfitting());
    return all;
  }

  private static List<Hostile> overflowing() {
    Shape src = Shape.of(1, 4, 8, 8);
    long huge = MAX / 2 + 1;
    return List.of(
        of("kernel MAX", () -> conv().kernel(MAX).build(), "overflows", MAX),
        of("kernel MAX alone", () -> Convolution.conv1d(1, 1).kernel(MAX).build(), MAX),
        of("dilation MAX", () -> conv().kernel(3).dilation(MAX).build(), "kernel span", MAX),
        of("span", () -> conv().kernel(huge).dilation(3).build(), "kernel span", huge - 1),
        of("weights", () -> Convolution.conv2d(MAX, MAX).build(), "overflows", MAX),
        of("groups MAX", () -> conv().groups(MAX).build(), "groups", MAX),
        of("depthwise", () -> Variants.depthwise(MAX, 3, 2), "channels", MAX),
        of("shape", () -> Shape.of(MAX, MAX), "overflows", MAX),
        of("shape of MAX", () -> Shape.of(MAX), MAX),
        of("strides", () -> TensorSpec.f32(Layout.strided(MAX, MAX), 2, 2), "overflows", MAX),
        of(
            "padding MAX",
            () -> conv().padding(MAX).build().geometry(src),
            "padded height",
            "overflows",
            MAX),
        of("end padding MAX", () -> asymmetric(conv(), 1, MAX).geometry(src), "padded height", MAX),
        of("end padding MIN", () -> asymmetric(conv(), 0, MIN).geometry(src), "height", MIN),
        of("cut MIN", () -> asymmetric(transposed(), 0, MIN).geometry(src), "height", MIN),
        of("cut MAX", () -> asymmetric(transposed(), MAX, MAX).geometry(src), "height"),
        of("cut 2 MAX", () -> asymmetric(transposed(), MAX, 9).geometry(src), "height"),
        of("extended MAX", () -> asymmetric(transposed(), 0, -MAX).geometry(src), "height", MAX),
        of(
            "stride MAX",
            () -> transposed().stride(MAX).build().geometry(src),
            "height",
            "overflows",
            MAX),
        of(
            "sameUpper stride MAX",
            () -> transposed().stride(huge).padding(Padding.sameUpper()).build().geometry(src),
            "overflows",
            huge),
        of(
            "outputPadding MAX",
            () -> transposed().outputPadding(MAX).build(),
            "outputPadding",
            MAX),
        of(
            "outputSize MAX",
            () -> transposed().outputSize(MAX).build().geometry(src),
            "output size",
            MAX),
        of(
            "dst",
            () -> transposed().stride(1L << 40).build().geometry(Shape.of(1, 4, 1 << 20, 1 << 20)),
            "overflows"),
        of(
            "multiplications",
            () ->
                Convolution.conv2d(1 << 20, 1 << 20)
                    .build()
                    .multiplications(Shape.of(1 << 20, 1 << 20, 1 << 10, 1)),
            "overflows"),
        of(
            "receptive field",
            () ->
                ConvolutionSequence.of(
                        Convolution.conv1d(1, 1).stride(MAX).kernel(2).build(),
                        Convolution.conv1d(1, 1).kernel(3).build())
                    .receptiveField(),
            "receptive field",
            MAX),
        of("problem", () -> Problem.parse("ic1oc1_ih1kh1ph9223372036854775807"), "64 bits"),
        of("problem digits", () -> Problem.parse("ic1oc1_ih99999999999999999999kh1"), "9999"));
  }

  private static Convolution asymmetric(Convolution.Builder builder, long begin, long end) {
    return builder.padding(Padding.asymmetric(new long[] {begin}, new long[] {end})).build();
  }

  private static List<Hostile> misfitting() {
    Padding three = Padding.symmetric(1, 2, 3);
    return List.of(
        of("kernel of none", () -> conv().kernel(NONE).build(), "kernel", "0 values", "2 axes"),
        of("kernel of three", () -> conv().kernel(1, 2, 3).build(), "kernel", "3 values"),
        of("stride of none", () -> conv().stride(NONE).build(), "stride", "0 values"),
        of("stride of three", () -> conv().stride(1, 2, 3).build(), "stride", "3 values"),
        of("dilation of three", () -> conv().dilation(1, 2, 3).build(), "dilation", "3 values"),
        of("padding of none", () -> conv().padding(NONE), "padding", "[]"),
        of("padding of three", () -> conv().padding(three).build(), "padding", "3", "2"),
        of("padding of four", () -> Padding.symmetric(1, 1, 1, 1), "padding", "[1, 1, 1, 1]"),
        of("asymmetric", () -> Padding.asymmetric(new long[2], new long[1]), "[0, 0]", "[0]"),
        of("groups", () -> conv().groups(3).build(), "groups", "3 for 4 in and 8 out"),
        of("out groups", () -> Convolution.conv2d(6, 4).groups(3).build(), "3 for 6", "4"),
        of("outputPadding", () -> conv().outputPadding(1).build(), "transposed"),
        of("outputSize", () -> conv().outputSize(9).build(), "transposed"),
        of(
            "outputPadding 2",
            () -> transposed().stride(2).outputPadding(2).build(),
            "outputPadding",
            "2"),
        of("shuffle", () -> new ChannelShuffle(5, 2), "groups", 2, 5),
        of("empty sequence", ConvolutionSequence::of, "at least one step"),
        of(
            "shuffle only",
            () -> ConvolutionSequence.of(new ChannelShuffle(4, 2)),
            "at least one convolution"),
        of(
            "channels",
            () -> ConvolutionSequence.of(conv().build(), conv().build()),
            "takes 4",
            "gives 8"),
        of(
            "later result",
            () -> ConvolutionSequence.of(same()).then(same(), Connection.from(2)),
            "reads result 2",
            "0 to 1"),
        of(
            "result that nobody reads",
            () ->
                ConvolutionSequence.of(same())
                    .then(same(), Connection.from(0))
                    .outputShape(Shape.of(1, 4, 3, 3)),
            "no step reads result 1"),
        of(
            "operand that nobody takes",
            () -> ConvolutionSequence.of(same()).then(same(), Connection.from(1).operands(0)),
            "take 0 operands",
            "[0]"),
        of(
            "operand of other channels",
            () ->
                ConvolutionSequence.of(conv().build())
                    .then(
                        Convolution.conv2d(8, 8)
                            .build()
                            .withPostOps(PostOps.of(PostOp.add(PostOp.Operand.full().atEachRun()))),
                        Connection.from(1).operands(0)),
            "operand of 8",
            "gives 4"),
        of("negative result", () -> Connection.from(-1), "-1"),
        of(
            "ranks",
            () ->
                ConvolutionSequence.of(
                    Convolution.conv1d(4, 4).build(), Convolution.conv2d(4, 4).build()),
            "2 spatial",
            "1"),
        of("rank 2 weights", () -> TensorSpec.weights(Shape.of(1, 2)), "rank", 2),
        of("rank 6", () -> Layout.channelsLast(6), "rank", 6),
        of("problem", () -> Problem.parse("what"), "what"),
        of("empty problem", () -> Problem.parse(""), "ic"),
        of("no axis", () -> Problem.parse("ic1oc1"), "axis"),
        of("zero stride", () -> Problem.parse("ic1oc1_ih3kh1sh0"), "sh"),
        of("no output", () -> Problem.parse("ic1oc1_ih3kh5"), "ic1oc1_ih3kh5", "no output"),
        of("groups of a problem", () -> Problem.parse("g3ic4oc4_ih3kh1"), "groups", 3));
  }

  static List<Hostile> refusedNulls() {
    var image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 1, 1);
    Arena arena = Arena.ofAuto();
    Tensor tensor = Tensor.allocate(spec, arena);
    Convolution convolution = conv().build();
    return List.of(
        of("kernel", () -> conv().kernel((long[]) null), "kernel"),
        of("stride", () -> conv().stride((long[]) null), "stride"),
        of("dilation", () -> conv().dilation((long[]) null), "dilation"),
        of("padding", () -> conv().padding((Padding) null), "padding"),
        of("padding amounts", () -> conv().padding((long[]) null)),
        of("outputPadding", () -> transposed().outputPadding((long[]) null), "outputPadding"),
        of("outputSize", () -> transposed().outputSize((long[]) null), "outputSize"),
        of("symmetric", () -> Padding.symmetric((long[]) null)),
        of("asymmetric begin", () -> Padding.asymmetric(null, NONE), "begin"),
        of("asymmetric end", () -> Padding.asymmetric(NONE, null), "end"),
        of("mode", () -> Padding.same().mode(null), "mode"),
        of("geometry", () -> convolution.geometry(null), "src"),
        of("outputShape", () -> convolution.outputShape(null), "src"),
        of("multiplications", () -> convolution.multiplications(null), "src"),
        of("shape", () -> Shape.of((long[]) null), "dims"),
        of("f32 layout", () -> TensorSpec.f32(null, 1), "layout"),
        of("of type", () -> TensorSpec.of(null, Layout.NCW, spec.shape()), "dataType"),
        of("of layout", () -> TensorSpec.of(DataType.F32, null, spec.shape()), "layout"),
        of("of shape", () -> TensorSpec.of(DataType.F32, Layout.NCW, null), "shape"),
        of("weights spec", () -> TensorSpec.weights(null), "shape"),
        of("withLayout", () -> spec.withLayout(null), "layout"),
        of("withShape", () -> spec.withShape(null), "shape"),
        of("strided", () -> Layout.strided((long[]) null)),
        of("Strided", () -> new Layout.Strided(null)),
        of("Blocked", () -> new Layout.Blocked(null, List.of(), List.of())),
        of("allocate spec", () -> Tensor.allocate(null, arena), "spec"),
        of("allocate arena", () -> Tensor.allocate(spec, null), "arena"),
        of("wrap spec", () -> Tensor.wrap(null, tensor.segment()), "spec"),
        of("wrap segment", () -> Tensor.wrap(spec, (MemorySegment) null), "segment"),
        of("wrap buffer", () -> Tensor.wrap(spec, (Buffer) null), "buffer"),
        of("ofFloats", () -> Tensor.ofFloats(spec, null, arena), "values"),
        of("copyFrom", () -> tensor.copyFrom((float[]) null), "values"),
        of("copyFrom buffer", () -> tensor.copyFrom((FloatBuffer) null), "values"),
        of("copyFrom segment", () -> tensor.copyFrom((MemorySegment) null), "values"),
        of("copyTo", () -> tensor.copyTo((float[]) null), "values"),
        of("copyTo buffer", () -> tensor.copyTo((FloatBuffer) null), "values"),
        of("copyTo segment", () -> tensor.copyTo((MemorySegment) null), "values"),
        of("slice begin", () -> tensor.slice(null, NONE), "begin"),
        of("slice size", () -> tensor.slice(NONE, null), "size"),
        of("reorderTo", () -> tensor.reorderTo(null), "dst"),
        of("overlaps", () -> tensor.overlaps(null)),
        of("fromImage", () -> Images.fromImage(null, Layout.NHWC, arena), "image"),
        of("fromImage layout", () -> Images.fromImage(image, null, arena), "layout"),
        of("fromImage arena", () -> Images.fromImage(image, Layout.NHWC, null), "arena"),
        of("toImage", () -> Images.toImage(null), "tensor"),
        of("factor", () -> SeparableKernel.factor(null, 1, 1), "kernel"),
        of("SeparableKernel", () -> new SeparableKernel(null, new float[1])),
        of("steps", () -> new ConvolutionSequence(null)),
        of("step", () -> ConvolutionSequence.of(convolution, null)),
        of("Parameters", () -> new Parameters(null, null), "weights"),
        of("Parameters.of", () -> Parameters.of(null, new float[1], null, arena)),
        of("Parameters.of weights", () -> Parameters.of(convolution, null, null, arena), "values"),
        of("named", () -> Engines.named(null), "name"),
        of("named options", () -> Engines.named("reference", null), "options"),
        of("best", () -> Engines.best(null), "options"),
        of("Available", () -> new Availability.Available(null, ""), "version"),
        of("Unavailable", () -> new Availability.Unavailable("", null), "remedy"),
        of("Unsupported", () -> new Support.Unsupported(null), "reason"),
        of("Explanation", () -> Explanation.of("", null, List.of()), "problem"),
        of("problem", () -> Problem.parse(null), "line"),
        of("transposed problem", () -> Problem.parseTransposed(null), "line"),
        of("Problem", () -> new Problem(convolution, Shape.of(1, 4, 1, 1), null), "name"),
        of("validator", () -> new EngineValidator(null), "engine"),
        of("matrix", () -> ConvolutionMatrix.of(null, Shape.of(1), new float[1])),
        of(
            "matrix weights",
            () -> ConvolutionMatrix.of(convolution, Shape.of(1, 4, 1, 1), null),
            "weights"));
  }

  @ParameterizedTest
  @MethodSource("refusedArguments")
  void isAnIllegalArgument(Hostile hostile) {
    Throwable thrown = catchThrowable(hostile.action()::execute);

    assertThat(thrown).isExactlyInstanceOf(IllegalArgumentException.class);
    assertThat(thrown.getMessage()).contains(hostile.mentions());
  }

  @ParameterizedTest
  @MethodSource("refusedNulls")
  void isANullPointer(Hostile hostile) {
    Throwable thrown = catchThrowable(hostile.action()::execute);

    assertThat(thrown).isExactlyInstanceOf(NullPointerException.class);
    if (!hostile.mentions().isEmpty()) {
      assertThat(thrown.getMessage()).contains(hostile.mentions());
    }
  }

  private static Convolution same() {
    return Convolution.conv2d(4, 4).build();
  }
}
