package io.github.conv4j.internal.compose;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.PostOps;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.PreparedProgram;
import io.github.conv4j.internal.prepared.Sharing;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.tensor.Conversions;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of narrower types by an f32 convolution between passes that convert: bf16 and f16
 * are floats already, and integers are floats whose sums are exact where {@link IntegerSums} shows
 * it.
 */
public final class TypedConvolution {
  /** What every engine addresses. */
  private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 64;

  /** With fewer for each element that is converted f32 is faster by more than a tenth. */
  private static final double MANY_PRODUCTS = 48;

  /** The largest products of so many bytes, 255 times -128, add up to less than 2^31. */
  public static final long MOST_BYTE_PRODUCTS = Integer.MAX_VALUE / (255 * 128);

  private static final String FUSED =
      "requantization fused: the kernel that sums bytes, in 32 bits, makes outputs of the sums";

  private TypedConvolution() {}

  /** Prepares f32 convolutions. */
  public interface FloatFactory {
    /** Returns the prepared convolution of a request of f32, in plain layouts or ANY. */
    PreparedConvolution prepare(PrepareRequest request);
  }

  /** What an engine computes in narrower types than f32 by kernels of its own. */
  public interface NarrowKernels {
    /**
     * Prepares sums of unsigned times signed bytes, or says why not.
     *
     * @param request u8 times s8 to f32, without zero points, scales, bias and post-ops, whose sums
     *     stay within the integers up to 2^24
     */
    Narrow ofBytes(PrepareRequest request);

    /**
     * Prepares sums of unsigned times signed bytes and what makes outputs of them, in one primitive
     * that sums in 32 bits; null where there is none.
     *
     * @param request u8 times s8 to bytes or f32, with a zero point of src and scales of weights
     *     alone, a bias of f32 that is added once sums are scaled, and post-ops
     */
    @Nullable PreparedConvolution ofFusedBytes(PrepareRequest request);

    /**
     * Prepares a convolution of bf16 or f16 that reads them as they are, sums in f32 and rounds
     * once, or says why not.
     *
     * @param request of floats that are not all f32
     */
    Narrow ofFloats(PrepareRequest request);
  }

  /**
   * What an engine prepared by such kernels.
   *
   * @param prepared what it prepared; null if nothing
   * @param why what makes sums of bytes exact, or why nothing is prepared, as part of a sentence
   * @param worthwhileProducts outputs that are sums of fewer products are faster in f32
   */
  public record Narrow(@Nullable PreparedConvolution prepared, String why, int worthwhileProducts) {
    /** Tells why there is none. */
    public static Narrow none(String why) {
      return new Narrow(null, why, 0);
    }
  }

  /** Prepares what no f32 convolution computes exactly. */
  public interface LoopsFactory {
    /** Returns the naive loops for a request, and says why they run. */
    PreparedConvolution prepare(PrepareRequest request, String reason);
  }

  /**
   * Prepares the composition.
   *
   * @param request whose types go together and are not all f32
   * @param factory exact on integers where src is of integers
   * @param narrow asked first; null if there are no such kernels
   * @param loops the way out
   */
  public static PreparedConvolution prepare(
      String engine,
      Ledger ledger,
      PrepareRequest request,
      FloatFactory factory,
      @Nullable NarrowKernels narrow,
      LoopsFactory loops) {
    if (!request.types().isQuantized()) {
      Narrow floats = narrow == null ? Narrow.none("") : narrow.ofFloats(request);
      return floats.prepared() == null
          ? floats(engine, ledger, request, factory, floats.why())
          : of(engine, ledger, floats.prepared());
    }
    int[] weights = request.weights().toIntArray();
    String whyNot = "";
    if (narrow != null) {
      PreparedConvolution fused = fused(engine, ledger, request, narrow);
      if (fused != null) {
        return fused(engine, ledger, request, fused);
      }
      ByteSums.Found found = ByteSums.of(request, weights);
      ByteSums sums = found.sums();
      Narrow prepared = sums == null ? Narrow.none(found.lack()) : narrow.ofBytes(sums.request());
      if (sums != null && prepared.prepared() != null) {
        return bytes(
            engine, ledger, request, sums, prepared.prepared(), ofBytes(request, prepared));
      }
      whyNot = prepared.why();
    }
    Optional<IntegerSums> sums =
        IntegerSums.of(request.convolution(), request.types().src(), weights);
    return sums.isPresent()
        ? integers(engine, ledger, request, sums.get(), factory, whyNot)
        : loops.prepare(
            request,
            "integer sums may leave the 24 bits of a float, whatever digits weights are split"
                + " into");
  }

  /** Takes ownership of what an engine prepared, which is this one or another. */
  private static PreparedConvolution of(
      String engine, Ledger ledger, PreparedConvolution prepared) {
    Explanation inner = prepared.explain();
    if (inner.engine().equals(engine)) {
      return prepared;
    }
    try {
      var explanation =
          Explanation.of(engine, inner.problem(), inner.stages()).withWarnings(inner.warnings());
      return PreparedProgram.renamed(prepared, explanation, ledger);
    } catch (Throwable e) {
      prepared.close();
      throw e;
    }
  }

  private static PreparedConvolution floats(
      String engine,
      Ledger ledger,
      PrepareRequest request,
      FloatFactory factory,
      String whyNotNarrow) {
    PreparedConvolution inner;
    try (Arena arena = Arena.ofConfined()) {
      Tensor bias = request.bias();
      inner =
          factory.prepare(
              new PrepareRequest(
                  request.types().multipliesF32()
                      ? request.convolution()
                      : request.convolution().withFpmathMode(FpmathMode.STRICT),
                  request.geometry(),
                  floats(request.src()),
                  floats(request.dst()),
                  floats(request.weights(), arena),
                  bias == null ? null : floats(bias, arena),
                  request.operands()));
    }
    try {
      TensorSpec src = asked(request.src(), inner.src());
      TensorSpec dst = asked(request.dst(), inner.dst());
      int threads = ledger.budget().threads();
      boolean converts = !src.equals(inner.src());
      boolean rounds = !dst.equals(inner.dst());
      List<Explanation.Stage> stages = new ArrayList<>();
      List<TensorSpec> operands =
          PrepareRequest.runOperandSpecs(request.convolution(), inner.dst());
      try (var program = new ProgramBuilder(operands.size())) {
        int from = Program.SRC;
        if (converts) {
          from = program.temporary(inner.src().byteSize());
          program.step(conversion(src, inner.src(), 0, threads), Program.SRC, from);
          stages.add(stage("convert", src, inner.src(), inner.src()));
        }
        stages.addAll(inner.explain().stages());
        int to = rounds ? program.temporary(inner.dst().byteSize()) : Program.DST;
        TensorSpec innerDst = inner.dst();
        PreparedProgram.inline(inner, ledger, program, from, to, operandNumbers(operands));
        if (rounds) {
          program.step(conversion(innerDst, dst, 0, threads), to, Program.DST);
          stages.add(stage("round", innerDst, dst, innerDst));
        }
        return PreparedProgram.of(
            src,
            dst,
            operands,
            explanation(engine, request, stages, inner, whyNotNarrow),
            ledger,
            program.build());
      }
    } catch (Throwable e) {
      inner.close();
      throw e;
    }
  }

  private static PreparedConvolution bytes(
      String engine,
      Ledger ledger,
      PrepareRequest request,
      ByteSums sums,
      PreparedConvolution inner,
      List<String> sentences) {
    try {
      TensorSpec src = asked(request.src(), inner.src().withShape(request.src().shape()));
      boolean copies = sums.copies(src);
      List<Explanation.Stage> stages = new ArrayList<>();
      if (copies) {
        stages.add(copy(src, inner.src()));
      }
      stages.addAll(inner.explain().stages());
      return requantized(
          engine,
          ledger,
          settled(request, src, inner),
          RequantizationPass.Sums.of(sums),
          inner,
          stages,
          sentences,
          (program, from) ->
              copies
                  ? copied(sums.zero(), sums.begins(), src, inner.src(), ledger, program)
                  : from);
    } catch (Throwable e) {
      inner.close();
      throw e;
    }
  }

  private static @Nullable PreparedConvolution fused(
      String engine, Ledger ledger, PrepareRequest request, NarrowKernels narrow) {
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest fused = FusedRequantization.of(request, arena);
      if (fused == null) {
        return null;
      }
      PreparedConvolution subpixel = FusedSubpixel.prepare(engine, ledger, fused, narrow);
      return subpixel == null ? narrow.ofFusedBytes(fused) : subpixel;
    }
  }

  /** Returns the sums alone, as f32, of what {@link NarrowKernels#ofFusedBytes} is asked for. */
  public static PrepareRequest sumsOf(PrepareRequest fused) {
    Convolution sums =
        fused.convolution().toBuilder()
            .bias(false)
            .postOps(PostOps.none())
            .quantization(Quantization.none())
            .build();
    return new PrepareRequest(
        sums,
        fused.geometry(),
        fused.src(),
        fused.dst().withDataType(DataType.F32),
        fused.weights(),
        null);
  }

  /** Takes ownership of what sums bytes and makes outputs of the sums. */
  private static PreparedConvolution fused(
      String engine, Ledger ledger, PrepareRequest request, PreparedConvolution inner) {
    try {
      TensorSpec src = asked(request.src(), inner.src());
      boolean copies = src.dataType() != DataType.U8;
      List<Explanation.Stage> stages = new ArrayList<>();
      if (copies) {
        stages.add(copy(src, inner.src()));
      }
      stages.addAll(inner.explain().stages());
      List<String> warnings = new ArrayList<>(inner.explain().warnings());
      warnings.add(FUSED);
      Explanation explanation =
          Explanation.of(engine, request.problemText(), stages)
              .withWarnings(warnings)
              .withCandidates(inner.explain().candidates());
      if (!copies) {
        return PreparedProgram.renamed(inner, explanation, ledger);
      }
      List<TensorSpec> operands = inner.operands();
      try (var program = new ProgramBuilder(operands.size())) {
        long[] begins = new long[src.shape().rank() - 2];
        int from = copied(ByteSums.SIGNED, begins, src, inner.src(), ledger, program);
        TensorSpec dst = inner.dst();
        PreparedProgram.inline(inner, ledger, program, from, Program.DST, operandNumbers(operands));
        return PreparedProgram.of(src, dst, operands, explanation, ledger, program.build());
      }
    } catch (Throwable e) {
      inner.close();
      throw e;
    }
  }

  private static Explanation.Stage copy(TensorSpec src, TensorSpec of) {
    String operation = src.shape().equals(of.shape()) ? "" : ", between zero points";
    return stage("copy bytes" + operation, src, of, of);
  }

  /** Adds the step that copies src for the sums; returns where it leaves it. */
  private static int copied(
      int zero,
      long[] begins,
      TensorSpec src,
      TensorSpec of,
      Ledger ledger,
      ProgramBuilder program) {
    int to = program.temporary(of.byteSize());
    int parts = Sharing.partsOfPass(src.byteSize() + of.byteSize(), ledger.budget().threads());
    program.step(new BytesPass(src, of, zero, begins, parts), Program.SRC, to);
    return to;
  }

  private static List<String> ofBytes(PrepareRequest request, Narrow narrow) {
    List<String> sentences = new ArrayList<>(List.of("bytes are summed as bytes: " + narrow.why()));
    long products =
        request.convolution().multiplications(request.src().shape())
            / request.geometry().dst().elementCount();
    if (products < narrow.worthwhileProducts()) {
      sentences.add(
          "outputs are sums of %d products: making bytes of them takes longer than bytes save, so f32"
                  .formatted(products)
              + " tensors are faster");
    }
    return sentences;
  }

  /** What comes before the sums: adds steps to a program, returns where they leave src. */
  private interface Before {
    int add(ProgramBuilder program, int src);
  }

  private static PrepareRequest settled(
      PrepareRequest request, TensorSpec src, PreparedConvolution inner) {
    return new PrepareRequest(
        request.convolution(),
        request.geometry(),
        src,
        asked(request.dst(), inner.dst().withShape(request.dst().shape())),
        request.weights(),
        request.bias(),
        request.operands());
  }

  /**
   * Outputs made of sums.
   *
   * @param request with layouts
   * @param stages those until the sums
   */
  private static PreparedConvolution requantized(
      String engine,
      Ledger ledger,
      PrepareRequest request,
      RequantizationPass.Sums sums,
      PreparedConvolution inner,
      List<Explanation.Stage> stages,
      List<String> sentences,
      Before before) {
    TensorSpec dst = request.dst();
    var requantize =
        RequantizationPass.of(
            request,
            sums,
            inner.dst(),
            Sharing.partsOfPass(
                inner.dst().byteSize() + dst.byteSize(), ledger.budget().threads()));
    stages.add(
        stage(requantization(request), inner.dst(), dst, inner.dst())
            .withWeights("per channel", requantize.heapConstantsByteSize()));
    List<TensorSpec> operands = PrepareRequest.runOperandSpecs(request.convolution(), dst);
    List<String> warnings = new ArrayList<>(inner.explain().warnings());
    warnings.addAll(sentences);
    Explanation explanation =
        Explanation.of(engine, request.problemText(), stages)
            .withWarnings(warnings)
            .withCandidates(inner.explain().candidates());
    try (var program = new ProgramBuilder(operands.size())) {
      int from = before.add(program, Program.SRC);
      int to = program.temporary(inner.dst().byteSize());
      PreparedProgram.inline(inner, ledger, program, from, to);
      program.step(requantize, to, Program.DST, operandNumbers(operands));
      return PreparedProgram.of(request.src(), dst, operands, explanation, ledger, program.build());
    }
  }

  private static PreparedConvolution integers(
      String engine,
      Ledger ledger,
      PrepareRequest request,
      IntegerSums sums,
      FloatFactory factory,
      String whyNotBytes) {
    Convolution convolution = sums.convolution(request);
    requireAddressable(engine, request, sums);
    TensorSpec sumsSpec =
        request.dst().isAny()
            ? floats(request.dst())
            : StagedConvolution.dense(request.dst()).withDataType(DataType.F32);
    sumsSpec = sumsSpec.withShape(request.dst().shape().with(1, convolution.outChannels()));
    PreparedConvolution inner;
    try (Arena arena = Arena.ofConfined()) {
      Tensor weights =
          Tensor.ofFloats(TensorSpec.weights(convolution.weightsShape()), sums.weights(), arena);
      inner =
          factory.prepare(
              PrepareRequest.of(convolution, floats(request.src()), sumsSpec, weights, null));
    }
    try {
      TensorSpec src = asked(request.src(), inner.src());
      int threads = ledger.budget().threads();
      int zeroPoint = request.convolution().quantization().srcZeroPoint();
      List<Explanation.Stage> stages = new ArrayList<>();
      stages.add(
          stage(
              zeroPoint == 0 ? "convert" : "convert, less the zero point",
              src,
              inner.src(),
              inner.src()));
      stages.addAll(inner.explain().stages());
      return requantized(
          engine,
          ledger,
          settled(request, src, inner),
          RequantizationPass.Sums.of(sums),
          inner,
          stages,
          sentences(request, sums, whyNotBytes),
          (program, from) -> {
            int to = program.temporary(inner.src().byteSize());
            program.step(conversion(src, inner.src(), zeroPoint, threads), from, to);
            return to;
          });
    } catch (Throwable e) {
      inner.close();
      throw e;
    }
  }

  /** Digits make more of dst and weights than an engine was asked for. */
  private static void requireAddressable(String engine, PrepareRequest request, IntegerSums sums) {
    double elements =
        Math.max(
            request.dst().shape().elementCount(), request.weights().spec().shape().elementCount());
    if (sums.digits() > 1 && elements * sums.digits() > MOST_ELEMENTS) {
      throw new UnsupportedConvolutionException(
          engine,
          request.problemText(),
          "sums take %d digits, of which it addresses up to %d in a tensor"
              .formatted(sums.digits(), MOST_ELEMENTS));
    }
  }

  private static String requantization(PrepareRequest request) {
    ConvolutionTypes types = request.types();
    if (types.writesSums(request.convolution())) {
      return "sums to integers";
    }
    String operation =
        request.convolution().postOps().isEmpty()
            ? "scale"
            : "scale, post-ops " + request.convolution().postOps();
    return types.dst().isInteger() ? operation + ", quantize" : operation;
  }

  /** What the f32 convolution reads or writes for a tensor: dense, or as it likes. */
  private static TensorSpec floats(TensorSpec spec) {
    if (spec.isAny() || spec.dataType() == DataType.F32) {
      return spec.withDataType(DataType.F32);
    }
    return StagedConvolution.dense(spec).withDataType(DataType.F32);
  }

  private static Tensor floats(Tensor tensor, Arena arena) {
    TensorSpec spec = tensor.spec();
    if (spec.dataType() == DataType.F32) {
      return tensor;
    }
    TensorSpec dense =
        spec.layout() instanceof Layout.Blocked
            ? TensorSpec.weights(spec.shape())
            : spec.withDataType(DataType.F32);
    Tensor floats = Tensor.allocate(dense, arena);
    Conversions.convert(tensor, floats);
    return floats;
  }

  /** The tensor as it was asked for, where that was left open as the f32 convolution has it. */
  private static TensorSpec asked(TensorSpec asked, TensorSpec inner) {
    return asked.isAny() ? inner.withDataType(asked.dataType()) : asked;
  }

  private static ConversionPass conversion(
      TensorSpec from, TensorSpec to, int zeroPoint, int threads) {
    int parts = Sharing.partsOfPass(from.byteSize() + to.byteSize(), threads);
    return new ConversionPass(from, to, zeroPoint, parts);
  }

  private static Explanation.Stage stage(
      String operation, TensorSpec from, TensorSpec to, TensorSpec buffer) {
    return Explanation.Stage.of(operation, "java:convert", from, to)
        .withScratchpad(buffer.byteSize());
  }

  private static int[] operandNumbers(List<TensorSpec> operands) {
    int[] numbers = new int[operands.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Program.FIRST_OPERAND + i;
    }
    return numbers;
  }

  private static Explanation explanation(
      String engine,
      PrepareRequest request,
      List<Explanation.Stage> stages,
      PreparedConvolution inner,
      String whyNotNarrow) {
    List<String> warnings = new ArrayList<>(inner.explain().warnings());
    warnings.add(asFloats(request));
    if (!whyNotNarrow.isEmpty()) {
      warnings.add("no kernel reads them as they are: " + whyNotNarrow);
    }
    return Explanation.of(engine, request.problemText(), stages)
        .withWarnings(warnings)
        .withCandidates(inner.explain().candidates());
  }

  private static List<String> sentences(
      PrepareRequest request, IntegerSums sums, String whyNotBytes) {
    List<String> sentences = new ArrayList<>();
    sentences.add(asFloats(request));
    if (!whyNotBytes.isEmpty()) {
      sentences.add("bytes are not summed as bytes: " + whyNotBytes);
    }
    sentences.add(
        sums.digits() == 1
            ? "f32 sums are exact: of these weights none can exceed %,.0f of 2^24"
                .formatted(sums.largest())
            : "weights are split into %d digits of base %d, so that f32 sums are exact: %d times the"
                    .formatted(sums.digits(), sums.base(), sums.digits())
                + " work of f32");
    return sentences;
  }

  private static String asFloats(PrepareRequest request) {
    String how =
        "%s are computed in f32 here, between passes that convert".formatted(request.types());
    double products = productsPerConversion(request);
    return products < MANY_PRODUCTS
        ? "%s: for each element of these there are only %.0f products, so f32 tensors are faster"
            .formatted(how, products)
        : how + ": expect about the speed of f32";
  }

  /** How many products there are for each element of src and dst that is converted. */
  private static double productsPerConversion(PrepareRequest request) {
    ConvolutionTypes types = request.types();
    Shape src = request.src().shape();
    Shape dst = request.dst().shape();
    boolean converts = types.src() != DataType.F32;
    boolean makes = types.isQuantized() || types.dst() != DataType.F32;
    double elements =
        (converts ? (double) src.elementCount() : 0) + (makes ? dst.elementCount() : 0);
    return elements == 0 ? MANY_PRODUCTS : request.convolution().multiplications(src) / elements;
  }
}
