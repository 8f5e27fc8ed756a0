package io.github.conv4j.networks.internal.operator;

/** The loops that need no module, in double precision: slower, and right. */
final class ScalarLoops implements Loops {
  private final PixelLoops pixels = new ScalarPixelLoops();
  private final ProductLoop product = new ScalarProductLoop();
  private final ByteLoops bytes = new ScalarByteLoops();

  @Override
  public UnaryLoop unary(UnaryFunction function) {
    return new ScalarUnaryLoop(function);
  }

  @Override
  public BinaryLoop binary(BinaryFunction function) {
    return new ScalarBinaryLoop(function);
  }

  @Override
  public FoldLoop fold(FoldFunction function) {
    return new ScalarFoldLoop(function);
  }

  @Override
  public PixelLoops pixels() {
    return pixels;
  }

  @Override
  public ProductLoop product() {
    return product;
  }

  @Override
  public ByteLoops bytes() {
    return bytes;
  }
}
