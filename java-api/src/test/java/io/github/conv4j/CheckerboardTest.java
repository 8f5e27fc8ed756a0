package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class CheckerboardTest {
  @Test
  void warnsWhereTheStrideDoesNotDivideTheKernel() {
    List<Checkerboard> warnings = Variants.transposed(1, 1, 3, 2).checkerboards();

    assertThat(warnings)
        .containsExactly(new Checkerboard(0, 3, 2, 1, 1, 2), new Checkerboard(1, 3, 2, 1, 1, 2));
    assertThat(warnings.getFirst().toString())
        .contains("axis 0", "kernel 3", "stride 2", "1 or 2", "kernel 4");
  }

  @Test
  void isSilentWhereTheStrideDividesTheKernel() {
    assertThat(Variants.transposed(1, 1, 4, 2).checkerboards()).isEmpty();
    assertThat(Variants.transposed(1, 1, 3, 1).checkerboards()).isEmpty();
    assertThat(Variants.transposed(1, 1, 3, 3).checkerboards()).isEmpty();
  }

  @Test
  void namesTheAxis() {
    Convolution convolution =
        Convolution.transposed3d(1, 1).kernel(2, 4, 5).stride(2, 2, 3).build();

    assertThat(convolution.checkerboards()).containsExactly(new Checkerboard(2, 5, 3, 1, 1, 2));
  }

  @Test
  void countsHolesWhereTheKernelIsSmallerThanTheStride() {
    assertThat(Convolution.transposed1d(1, 1).kernel(2).stride(3).build().checkerboards())
        .containsExactly(new Checkerboard(0, 2, 3, 1, 0, 1));
  }

  @Test
  void aConvolutionHasNone() {
    assertThat(Convolution.conv2d(1, 1).kernel(3).stride(2).build().checkerboards()).isEmpty();
  }

  @Test
  void theRemedyMendsTheKernelAndTheDilation() {
    assertThat(new Checkerboard(0, 2, 4, 2, 0, 1).toString())
        .contains("use kernel 4 and dilation 1,");
    assertThat(new Checkerboard(0, 4, 2, 2, 0, 4).toString()).contains("use dilation 1,");
    assertThat(new Checkerboard(0, 3, 2, 1, 1, 2).toString()).contains("use kernel 4,");
  }

  @Test
  void theRemedyHelps() {
    Pattern remedy = Pattern.compile("use (?:kernel (\\d+))?(?: and )?(?:dilation (\\d+))?, or");
    int warned = 0;
    for (int kernel = 1; kernel <= 6; kernel++) {
      for (int stride = 1; stride <= 6; stride++) {
        for (int dilation = 1; dilation <= 6; dilation++) {
          Convolution.Builder builder = Convolution.transposed1d(1, 1);
          builder.kernel(kernel).stride(stride).dilation(dilation);
          for (Checkerboard warning : builder.build().checkerboards()) {
            warned++;
            Matcher told = remedy.matcher(warning.toString());
            assertThat(told.find()).as("%s", warning).isTrue();
            assertThat(told.group(1) != null || told.group(2) != null).isTrue();
            builder.kernel(told.group(1) == null ? kernel : Long.parseLong(told.group(1)));
            builder.dilation(told.group(2) == null ? dilation : Long.parseLong(told.group(2)));

            assertThat(builder.build().checkerboards()).as("%s", warning).isEmpty();
          }
        }
      }
    }
    assertThat(warned).isGreaterThan(50);
  }

  /** Counts contributions one by one, also where a dilated kernel skips whole columns. */
  @Test
  void agreesWithCountingContributions() {
    for (int kernel = 1; kernel <= 6; kernel++) {
      for (int stride = 1; stride <= 5; stride++) {
        for (int dilation = 1; dilation <= 5; dilation++) {
          int[] counts = new int[stride];
          for (int tap = 0; tap < kernel; tap++) {
            counts[tap * dilation % stride]++;
          }
          long fewest = Integer.MAX_VALUE;
          long most = 0;
          for (int count : counts) {
            fewest = Math.min(fewest, count);
            most = Math.max(most, count);
          }
          Convolution convolution =
              Convolution.transposed1d(1, 1)
                  .kernel(kernel)
                  .stride(stride)
                  .dilation(dilation)
                  .build();
          List<Checkerboard> expected = new ArrayList<>();
          if (fewest != most) {
            expected.add(new Checkerboard(0, kernel, stride, dilation, fewest, most));
          }

          assertThat(convolution.checkerboards()).as("%s", convolution).isEqualTo(expected);
        }
      }
    }
  }
}
