package io.github.conv4j.contract;

/** Types to read the public API of. */
public final class PublicApiSamples {
  private PublicApiSamples() {}

  /** As a released type might have been. */
  public interface Before {
    /** Stays. */
    int stays(long[] dims);

    /** Goes. */
    String goes();
  }

  /** The same one version later. */
  public interface After {
    /** Stays. */
    int stays(long[] dims);

    /** An implementation that was written before lacks it. */
    void isNew();

    /** An implementation that was written before need not know of it. */
    default void isOptional() {}
  }

  /** Lends its methods. */
  abstract static class Hidden {
    /** Is seen through whoever extends this. */
    public final int lent() {
      return 1;
    }

    void hidden() {}
  }

  /** Shows what it inherits. */
  public static final class Shown extends Hidden {
    /** Is copied into the programs of users. */
    public static final int LIMIT = 7;

    private Shown() {}

    @Override
    public String toString() {
      return "";
    }
  }
}
