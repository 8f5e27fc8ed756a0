package io.github.conv4j.networks.internal.onnx;

/**
 * A crafted file.
 *
 * @param name what is wrong with it
 * @param model its bytes
 * @param told what the message must say
 */
record Attack(String name, byte[] model, String... told) {
  @Override
  public String toString() {
    return name;
  }
}
