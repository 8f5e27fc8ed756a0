package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers that the literature gives for the named variants. */
class VariantsTest {
  @Test
  void pointwiseMixesOneHundredChannelsIntoTwenty() {
    Convolution pointwise = Variants.pointwise(100, 20);

    assertThat(pointwise.outputShape(Shape.of(1, 100, 500, 500)))
        .isEqualTo(Shape.of(1, 20, 500, 500));
    assertThat(pointwise.weightsShape()).isEqualTo(Shape.of(20, 100, 1, 1));
    assertThat(pointwise.multiplications(Shape.of(1, 100, 500, 500)))
        .isEqualTo(500L * 500 * 100 * 20);
    assertThat(pointwise.receptiveField()).containsExactly(1, 1);
  }

  @Test
  void pointwiseDoublesTheChannels() {
    Convolution pointwise = Variants.pointwise(64, 128);

    assertThat(pointwise.outputShape(Shape.of(1, 64, 32, 32))).isEqualTo(Shape.of(1, 128, 32, 32));
    assertThat(pointwise.parameterCount()).isEqualTo(64 * 128 + 128);
  }

  @Test
  void groupedSplitsTheChannels() {
    Convolution grouped = Variants.grouped(64, 64, 3, 4);

    assertThat(grouped).isEqualTo(Convolution.conv2d(64, 64).kernel(3).groups(4).build());
    assertThat(grouped.outputShape(Shape.of(1, 64, 32, 32))).isEqualTo(Shape.of(1, 64, 30, 30));
    assertThat(grouped.weightsShape()).isEqualTo(Shape.of(64, 16, 3, 3));
  }

  /** One convention: without padding until it is asked for, then the size stays. */
  @Test
  void noVariantPadsUntilItIsAskedTo() {
    Shape src = Shape.of(1, 12, 9, 8);
    for (Convolution variant :
        List.of(
            Variants.grouped(12, 12, 3, 3),
            Variants.depthwise(12, 3),
            Variants.dilated(12, 12, 2, 2),
            Variants.transposed(12, 12, 3, 1))) {
      assertThat(variant.padding()).isEqualTo(Padding.valid());
      assertThat(variant.outputShape(src)).isNotEqualTo(src);
      assertThat(variant.withPadding(Padding.same()).outputShape(src)).isEqualTo(src);
    }
    for (ConvolutionSequence variant :
        List.of(
            Variants.depthwiseSeparable(12, 12, 4),
            Variants.spatiallySeparable(12, 3, 2),
            Variants.flattened(12, 12, 5),
            Variants.shuffledGrouped(12, 12, 3, 3))) {
      assertThat(variant.convolutions())
          .extracting(Convolution::padding)
          .containsOnly(Padding.valid());
      assertThat(variant.outputShape(src)).isNotEqualTo(src);
      assertThat(variant.withPadding(Padding.same()).outputShape(src)).isEqualTo(src);
    }
    Shape film = Shape.of(1, 3, 4, 5, 6);
    assertThat(Variants.volumetric(3, 3, 3).outputShape(film)).isEqualTo(Shape.of(1, 3, 2, 3, 4));
    assertThat(Variants.volumetric(3, 3, 3).withPadding(Padding.same()).outputShape(film))
        .isEqualTo(film);
  }

  @Test
  void groupsDivideParametersAndMultiplications() {
    Shape src = Shape.of(1, 128, 14, 14);
    Convolution full = Convolution.conv2d(128, 64).kernel(3).bias(false).build();
    Convolution grouped = full.toBuilder().groups(8).build();

    assertThat(grouped.weightsShape()).isEqualTo(Shape.of(64, 16, 3, 3));
    assertThat(grouped.outputShape(src)).isEqualTo(Shape.of(1, 64, 12, 12));
    assertThat(full.parameterCount()).isEqualTo(73_728);
    assertThat(grouped.parameterCount()).isEqualTo(73_728 / 8);
    assertThat(grouped.multiplications(src)).isEqualTo(full.multiplications(src) / 8);
    assertThat(Variants.grouped(128, 64, 3, 8).outputShape(src)).isEqualTo(Shape.of(1, 64, 12, 12));
  }

  @Test
  void dilatedKernelOfThreeSpansFive() {
    Convolution dilated = Variants.dilated(1, 1, 3, 2);

    assertThat(dilated.receptiveField()).containsExactly(5, 5);
    assertThat(dilated.outputShape(Shape.of(1, 1, 7, 7))).isEqualTo(Shape.of(1, 1, 3, 3));
    assertThat(dilated.geometry(Shape.of(1, 1, 7, 7)).axes())
        .allSatisfy(axis -> assertThat(axis.span()).isEqualTo(5));
    assertThat(dilated.weightsShape()).isEqualTo(Shape.of(1, 1, 3, 3));
  }

  @Test
  void dilatedWithPaddingOneLosesTwoRows() {
    Convolution dilated = Variants.dilated(3, 128, 3, 2).toBuilder().padding(1).build();

    assertThat(dilated.outputShape(Shape.of(1, 3, 224, 224))).isEqualTo(Shape.of(1, 128, 222, 222));
  }

  @Test
  void stackedDilationsSeeThreeSevenFifteen() {
    Convolution one = Variants.dilated(1, 1, 3, 1);
    Convolution two = Variants.dilated(1, 1, 3, 2);
    Convolution four = Variants.dilated(1, 1, 3, 4);

    assertThat(ConvolutionSequence.of(one).receptiveField()).containsExactly(3, 3);
    assertThat(ConvolutionSequence.of(one, two).receptiveField()).containsExactly(7, 7);
    assertThat(ConvolutionSequence.of(one, two, four).receptiveField()).containsExactly(15, 15);
    assertThat(ConvolutionSequence.of(one, two, four).outputShape(Shape.of(1, 1, 15, 15)))
        .isEqualTo(Shape.of(1, 1, 1, 1));
  }

  @Test
  void stepsSeeThroughTheirOperandsToo() {
    PostOp residual = PostOp.add(PostOp.Operand.full().atEachRun());
    Convolution wide = Convolution.conv2d(4, 4).kernel(5).padding(2).build();
    Convolution pointwise = Convolution.conv2d(4, 4).build().withPostOps(PostOps.of(residual));
    var sequence =
        ConvolutionSequence.of(wide, pointwise.withPostOps(PostOps.none()))
            .then(pointwise, Connection.from(2).operands(1));

    assertThat(sequence.receptiveField()).containsExactly(5, 5);
    assertThat(sequence.resultShapes(Shape.of(1, 4, 6, 6)))
        .hasSize(4)
        .containsOnly(Shape.of(1, 4, 6, 6));
    assertThat(sequence.toString()).endsWith("with [1]");
    assertThat(sequence)
        .isEqualTo(new ConvolutionSequence(sequence.steps(), sequence.connections()));
  }

  @Test
  void stridesWidenWhatLaterStepsSee() {
    Convolution strided = Convolution.conv1d(1, 1).kernel(3).stride(2).build();

    assertThat(ConvolutionSequence.of(strided, strided, strided).receptiveField())
        .containsExactly(15);
  }

  @Test
  void receptiveFieldsAreOfOneNumberAnAxis() {
    Convolution dilated = Variants.dilated(1, 1, 3, 2);

    assertThat(dilated.receptiveField(new long[] {1, 2})).containsExactly(5, 6);
    for (long[] wrong : new long[][] {{}, {1}, {1, 2, 3}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dilated.receptiveField(wrong))
          .withMessageContainingAll("outputs has " + wrong.length, "2 axes");
    }
    for (long[] wrong : new long[][] {{1, 0}, {2, -3}, {1, Long.MIN_VALUE}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dilated.receptiveField(wrong))
          .withMessageContainingAll("outputs must be at least 1", wrong[1] + " on axis 1");
    }
  }

  @Test
  void depthwiseHasOneKernelAChannel() {
    Convolution depthwise = Variants.depthwise(32, 3);

    assertThat(depthwise.isDepthwise()).isTrue();
    assertThat(depthwise.weightsShape()).isEqualTo(Shape.of(32, 1, 3, 3));
    assertThat(depthwise.outputShape(Shape.of(1, 32, 112, 112)))
        .isEqualTo(Shape.of(1, 32, 110, 110));
    assertThat(depthwise.withPadding(Padding.same()).multiplications(Shape.of(1, 32, 112, 112)))
        .isEqualTo(32L * 9 * 112 * 112);
  }

  @Test
  void depthwiseMultiplierGivesMoreChannels() {
    Convolution depthwise = Variants.depthwise(3, 3, 4);

    assertThat(depthwise.weightsShape()).isEqualTo(Shape.of(12, 1, 3, 3));
    assertThat(depthwise.outputShape(Shape.of(1, 3, 8, 8))).isEqualTo(Shape.of(1, 12, 6, 6));
  }

  @Test
  void depthwiseSeparableNeedsAnEighthOfTheMultiplications() {
    Shape src = Shape.of(1, 3, 7, 7);
    Convolution full = Convolution.conv2d(3, 128).kernel(3).build();
    ConvolutionSequence separable = Variants.depthwiseSeparable(3, 128, 3);

    assertThat(full.outputShape(src)).isEqualTo(Shape.of(1, 128, 5, 5));
    assertThat(separable.outputShape(src)).isEqualTo(Shape.of(1, 128, 5, 5));
    assertThat(full.multiplications(src)).isEqualTo(86_400);
    assertThat(separable.multiplications(src)).isEqualTo(675 + 9_600).isEqualTo(10_275);
  }

  @Test
  void spatiallySeparableSobelNeedsSeventyTwoInsteadOfEightyOne() {
    Shape src = Shape.of(1, 1, 5, 5);
    Convolution full = Convolution.conv2d(1, 1).kernel(3).bias(false).build();
    ConvolutionSequence separable = Variants.spatiallySeparable(1, 3, 3);

    assertThat(full.multiplications(src)).isEqualTo(81);
    assertThat(separable.multiplications(src)).isEqualTo(72);
    assertThat(separable.outputShape(src)).isEqualTo(full.outputShape(src));
    assertThat(separable.parameterCount()).isEqualTo(6);
    assertThat(separable.receptiveField()).containsExactly(3, 3);
  }

  @Test
  void transposedEnlarges() {
    Shape src = Shape.of(1, 1, 2, 2);

    assertThat(Variants.transposed(1, 1, 3, 1).outputShape(src)).isEqualTo(Shape.of(1, 1, 4, 4));
    assertThat(Variants.transposed(1, 1, 3, 2).outputShape(src)).isEqualTo(Shape.of(1, 1, 5, 5));
    assertThat(Variants.transposed(5, 7, 3, 2).weightsShape()).isEqualTo(Shape.of(5, 7, 3, 3));
    assertThat(Variants.transposed(5, 7, 3, 2).multiplications(Shape.of(1, 5, 2, 2)))
        .isEqualTo(2 * 2 * 5 * 7 * 9);
  }

  @Test
  void volumetricKeepsTheSize() {
    Convolution volumetric = Variants.volumetric(3, 8, 3).withPadding(Padding.same());

    assertThat(volumetric.weightsShape()).isEqualTo(Shape.of(8, 3, 3, 3, 3));
    assertThat(volumetric.outputShape(Shape.of(1, 3, 16, 112, 112)))
        .isEqualTo(Shape.of(1, 8, 16, 112, 112));
    assertThat(volumetric.receptiveField()).containsExactly(3, 3, 3);
  }

  @Test
  void flattenedIsThreeOneDimensionalPasses() {
    ConvolutionSequence flattened = Variants.flattened(3, 16, 5);

    assertThat(flattened.convolutions())
        .extracting(Convolution::weightsShape)
        .containsExactly(Shape.of(16, 3, 1, 1), Shape.of(16, 1, 5, 1), Shape.of(16, 1, 1, 5));
    assertThat(flattened.outputShape(Shape.of(1, 3, 12, 12))).isEqualTo(Shape.of(1, 16, 8, 8));
    assertThat(flattened.receptiveField()).containsExactly(5, 5);
    long weights = 16 * (3 + 5 + 5);
    assertThat(flattened.parameterCount()).isEqualTo(weights + 3 * 16);
  }

  @Test
  void shuffledGroupedMovesChannelsAcrossGroups() {
    ConvolutionSequence shuffled = Variants.shuffledGrouped(12, 6, 3, 3);

    assertThat(shuffled.outputShape(Shape.of(1, 12, 8, 8))).isEqualTo(Shape.of(1, 6, 6, 6));
    assertThat(shuffled.steps().getLast()).isEqualTo(new ChannelShuffle(6, 3));
  }

  @Test
  void pointwiseGroupedDividesParameters() {
    Convolution grouped = Variants.pointwiseGrouped(240, 60, 3);

    assertThat(grouped.weightsShape()).isEqualTo(Shape.of(60, 80, 1, 1));
    assertThat(grouped.outputShape(Shape.of(1, 240, 28, 28))).isEqualTo(Shape.of(1, 60, 28, 28));
    assertThat(grouped.multiplications(Shape.of(1, 240, 28, 28)))
        .isEqualTo(Variants.pointwise(240, 60).multiplications(Shape.of(1, 240, 28, 28)) / 3);
  }
}
