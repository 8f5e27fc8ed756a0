package io.github.conv4j.networks.internal.operator;

/** The innermost loops, all on the Vector API or all without. */
interface Loops {
  /** What operators made in a scope compute with; tests choose here. */
  ScopedValue<Loops> CHOSEN = ScopedValue.newInstance();

  /** Returns the loops for an operator that is made now. */
  static Loops current() {
    return CHOSEN.isBound() ? CHOSEN.get() : Fastest.LOOPS;
  }

  UnaryLoop unary(UnaryFunction function);

  BinaryLoop binary(BinaryFunction function);

  FoldLoop fold(FoldFunction function);

  PixelLoops pixels();

  ProductLoop product();

  ByteLoops bytes();

  /** Names the loops on the Vector API only where its module is there. */
  final class Fastest {
    private static final Loops LOOPS =
        ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
            ? new VectorLoops()
            : new ScalarLoops();

    private Fastest() {}
  }
}
