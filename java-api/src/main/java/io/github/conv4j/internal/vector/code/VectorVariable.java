package io.github.conv4j.internal.vector.code;

/** A local variable that holds a vector: a register, as long as there are enough. */
public final class VectorVariable extends Vector {
  private final int slot;

  VectorVariable(KernelCode code, int slot) {
    super(code, () -> code.builder().aload(slot));
    this.slot = slot;
  }

  /** {@code this = value}. */
  public void set(Vector value) {
    value.push();
    code.builder().astore(slot);
  }
}
