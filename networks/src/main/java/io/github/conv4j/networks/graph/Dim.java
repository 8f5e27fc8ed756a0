package io.github.conv4j.networks.graph;

/**
 * One dimension of a graph's input or output.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> See the constructors.
 */
public sealed interface Dim {
  /**
   * A size that is the same in every run.
   *
   * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> A negative size is
   * refused with {@link IllegalArgumentException}.
   *
   * @param size 0 or more
   */
  record Fixed(long size) implements Dim {
    /** Checks the size. */
    public Fixed {
      if (size < 0) {
        throw new IllegalArgumentException("a dimension must be at least 0 but is " + size);
      }
    }

    @Override
    public String toString() {
      return Long.toString(size);
    }
  }

  /**
   * A size that is known when inputs are: equal names are equal sizes.
   *
   * <p><b>Memory.</b> Holds its name. <b>Threads.</b> Immutable. <b>Errors.</b> An empty name is
   * refused with {@link IllegalArgumentException}.
   *
   * @param name never empty
   */
  record Symbol(String name) implements Dim {
    /** Checks the name. */
    public Symbol {
      if (name.isEmpty()) {
        throw new IllegalArgumentException("a symbol needs a name");
      }
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * A size of which the graph says nothing.
   *
   * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> None.
   */
  record Unknown() implements Dim {
    @Override
    public String toString() {
      return "?";
    }
  }
}
