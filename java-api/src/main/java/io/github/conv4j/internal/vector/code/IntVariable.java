package io.github.conv4j.internal.vector.code;

/** A local variable of type int. */
public final class IntVariable extends Int {
  private final int slot;

  IntVariable(KernelCode code, int slot) {
    super(code, () -> code.builder().iload(slot));
    this.slot = slot;
  }

  /** {@code this = value}. */
  public void set(Int value) {
    value.push();
    code.builder().istore(slot);
  }

  /** {@code this += step}. */
  public void add(int step) {
    code.builder().iinc(slot, step);
  }
}
