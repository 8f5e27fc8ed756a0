package io.github.conv4j.bench.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworksTest {
  static List<String> names() {
    return Networks.names();
  }

  private static long multiplications(String network) {
    return Networks.layers(network).stream()
        .mapToLong(layer -> layer.count() * layer.problem().multiplications())
        .sum();
  }

  /** As published; what is not a convolution adds less than a percent. */
  @ParameterizedTest
  @CsvSource({
    "resnet50, 4.09e9",
    "vgg16, 15.35e9",
    "mobilenetv2, 0.30e9",
    "efficientnetb0, 0.39e9",
    "resnext50, 4.23e9",
    "r3d18, 40.7e9"
  })
  void multiplyAsOftenAsPublished(String network, double published) {
    assertThat((double) multiplications(network)).isCloseTo(published, withinPercentage(3));
  }

  @ParameterizedTest
  @CsvSource({
    "resnet50, 53",
    "resnext50, 53",
    "mobilenetv2, 52",
    "efficientnetb0, 81",
    "vgg16, 13",
    "unet, 23",
    "r3d18, 20"
  })
  void haveAllTheirConvolutions(String network, int convolutions) {
    assertThat(Networks.layers(network).stream().mapToInt(NetworkLayer::count).sum())
        .isEqualTo(convolutions);
  }

  @ParameterizedTest
  @MethodSource("names")
  void nameEachDistinctLayerOnce(String network) {
    List<NetworkLayer> layers = Networks.layers(network);

    assertThat(layers).extracting(NetworkLayer::problem).doesNotHaveDuplicates();
    assertThat(layers).extracting(NetworkLayer::network).containsOnly(network);
    assertThat(layers).extracting(NetworkLayer::name).doesNotHaveDuplicates().doesNotContain("");
    assertThat(Networks.title(network)).isNotEmpty();
  }

  /** Every layer reads an image, or what another writes, perhaps halved or averaged by a pool. */
  @ParameterizedTest
  @ValueSource(
      strings = {"resnet50", "resnext50", "mobilenetv2", "efficientnetb0", "vgg16", "r3d18"})
  void chain(String network) {
    List<NetworkLayer> layers = Networks.layers(network);
    List<Shape> written = layers.stream().map(layer -> layer.problem().dst()).toList();

    assertThat(layers)
        .allSatisfy(
            layer -> {
              Shape src = layer.problem().src();
              boolean image = src.dim(1) == 3;
              assertThat(image || written.stream().anyMatch(dst -> canBecome(dst, src)))
                  .as(layer.name())
                  .isTrue();
            });
  }

  private static boolean canBecome(Shape dst, Shape src) {
    boolean averaged = src.dim(2) == 1;
    boolean halved = dst.rank() == 4 && dst.dim(2) == 2 * src.dim(2);
    return dst.dim(1) == src.dim(1) && (dst.equals(src) || averaged || halved);
  }

  @Test
  void quickTakesLayersOfEveryNetwork() {
    List<NetworkLayer> quick = Networks.layers(Networks.QUICK);

    assertThat(quick).extracting(NetworkLayer::network).containsAll(Networks.names());
    assertThat(quick)
        .allSatisfy(layer -> assertThat(Networks.layers(layer.network())).contains(layer));
  }

  @Test
  void transposedLayersAreMarked() {
    assertThat(Networks.layers("unet"))
        .filteredOn(layer -> layer.problem().convolution().isTransposed())
        .extracting(layer -> layer.problem().dst().toString())
        .hasSize(4)
        .contains(Shape.of(1, 64, 256, 256).toString());
    assertThat(Networks.layers("superresolution"))
        .filteredOn(layer -> layer.name().equals("fsrcnn.transposed"))
        .allSatisfy(layer -> assertThat(layer.problem().dst()).isEqualTo(Shape.of(1, 1, 540, 960)));
  }

  @Test
  void refusesAnUnknownNetwork() {
    assertThatThrownBy(() -> Networks.layers("nonsense"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("resnet50");
  }

  @Test
  void readsNamesAsBenchdnnWritesThem() {
    var layer = NetworkLayer.of(Problem.parse("mb1_ic4oc4_ih5kh3ph1n\"net:a.b*12\""));

    assertThat(layer.network()).isEqualTo("net");
    assertThat(layer.name()).isEqualTo("a.b");
    assertThat(layer.count()).isEqualTo(12);
    assertThat(layer.problem().name()).isEmpty();
  }

  @Test
  void aNameMayBeMissing() {
    var layer = NetworkLayer.of(Problem.parse("mb1_ic4oc4_ih5kh3ph1"));

    assertThat(layer.network() + layer.name()).isEmpty();
    assertThat(layer.count()).isEqualTo(1);
    assertThat(layer.label()).isEqualTo("4>4 @5 k3");
  }

  @Test
  void labelsSayWhatIsUnusual() {
    assertThat(NetworkLayer.of(Problem.parse("g8mb2_ic8oc8_ih9kh3ph2dh1")).label())
        .isEqualTo("dw 8 n2 @9 k3 d2");
    assertThat(NetworkLayer.of(Problem.parseTransposed("mb1_ic8oc4_ih9iw7kh2kw2sh2sw2")).label())
        .isEqualTo("T 8>4 @9x7 k2 s2");
  }

  @Test
  void countsWhatIsMovedAtLeast() {
    var layer = NetworkLayer.of(Problem.parse("mb1_ic2oc3_ih4kh1"));

    assertThat(layer.byteSize()).isEqualTo(4 * (2 * 16 + 6 + 3 + 3 * 16));
  }
}
