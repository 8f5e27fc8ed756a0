package io.github.conv4j.internal.vector.code;

/**
 * The kernels of one text: one for each choice of what is confined to a thread, made when it is
 * first needed. Kernels ask it for one another.
 */
public final class KernelsOfText {
  private final Maker maker;
  private final Object[] made;

  /** Makes one of the kernels. */
  interface Maker {
    Object make(KernelsOfText all, int owned);
  }

  KernelsOfText(int choices, Maker maker) {
    this.maker = maker;
    this.made = new Object[1 << choices];
  }

  /**
   * Returns a kernel.
   *
   * @param owned one bit for each segment among the parameters, the lowest for the first: whether
   *     it is confined; and one for operands of post-ops: whether any of them is
   */
  public Object where(int owned) {
    Object kernel = made[owned];
    return kernel == null ? make(owned) : kernel;
  }

  private synchronized Object make(int owned) {
    if (made[owned] == null) {
      made[owned] = maker.make(this, owned);
    }
    return made[owned];
  }
}
