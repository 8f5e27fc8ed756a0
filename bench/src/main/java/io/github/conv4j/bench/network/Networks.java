package io.github.conv4j.bench.network;

import io.github.conv4j.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The networks that come along: all of their convolutions, each distinct one once with how often it
 * occurs, in files that benchdnn reads as well.
 */
public final class Networks {
  /** Some layers of every network, for a quick look. */
  public static final String QUICK = "quick";

  private static final List<String> NAMES =
      List.of(
          "resnet50",
          "mobilenetv2",
          "efficientnetb0",
          "vgg16",
          "unet",
          "resnext50",
          "deeplabv3",
          "r3d18",
          "superresolution",
          "ocr",
          "small");

  private Networks() {}

  /** Returns the names, without {@link #QUICK}. */
  public static List<String> names() {
    return NAMES;
  }

  /** Tells whether there is a network, or the quick selection, of that name. */
  public static boolean isKnown(String name) {
    return NAMES.contains(name) || name.equals(QUICK);
  }

  /** Returns what a network is, in one line; empty for others than the {@link #names}. */
  public static String title(String name) {
    return NAMES.contains(name) ? text(name).lines().findFirst().orElse("").substring(2) : "";
  }

  /**
   * Returns the layers of a network in the order of computation.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static List<NetworkLayer> layers(String name) {
    if (!isKnown(name)) {
      throw new IllegalArgumentException(
          "there is no network '%s': choose of %s".formatted(name, String.join(", ", NAMES)));
    }
    List<NetworkLayer> layers = new ArrayList<>();
    boolean transposed = false;
    for (String line : text(name).lines().map(String::strip).toList()) {
      if (line.startsWith("--")) {
        transposed = line.equals("--deconv");
      } else if (!line.startsWith("#") && !line.isEmpty()) {
        layers.add(
            NetworkLayer.of(transposed ? Problem.parseTransposed(line) : Problem.parse(line)));
      }
    }
    return layers;
  }

  private static String text(String name) {
    try (InputStream in = Networks.class.getResourceAsStream(name + ".txt")) {
      if (in == null) {
        throw new IllegalStateException("the file of network " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
