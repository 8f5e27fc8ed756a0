package io.github.conv4j.networks;

/**
 * A good model with an operator, an attribute or a type that conv4j does not run; told before
 * anything runs.
 *
 * <p><b>Memory.</b> Keeps nothing of the model. <b>Threads.</b> Immutable but for what {@link
 * Throwable} lets change. <b>Errors.</b> Is one.
 */
public final class UnsupportedOperatorException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The operator's name. */
  private final String operator;

  /**
   * Creates the exception.
   *
   * @param operator its name, with its domain where that is not ONNX's own; or what stands in the
   *     place of an operator: {@code opset 6}, a function's name, a type of an input
   * @param message one sentence: which node, what of it, what to do
   */
  public UnsupportedOperatorException(String operator, String message) {
    super(message);
    this.operator = operator;
  }

  /** Returns the operator's name. */
  public String operator() {
    return operator;
  }
}
