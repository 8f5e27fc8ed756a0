package io.github.conv4j.internal.vector.code;

/** A local variable of type long. */
public final class WideVariable extends Wide {
  private final int slot;

  WideVariable(KernelCode code, int slot) {
    super(code, () -> code.builder().lload(slot));
    this.slot = slot;
  }

  /** {@code this = value}. */
  public void set(Wide value) {
    value.push();
    code.builder().lstore(slot);
  }
}
