package io.github.conv4j.internal.prepared;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.DataType;
import java.util.ArrayList;
import java.util.List;

/** What engines say about an fpmath mode of which nothing comes. */
public final class Fpmath {
  private Fpmath() {}

  /** Tells whether numbers may be rounded, so that there is something to say. */
  public static boolean mayRound(ConvolutionRequest request) {
    return mayRound(request.convolution().fpmathMode(), request.types());
  }

  private static boolean mayRound(FpmathMode mode, ConvolutionTypes types) {
    return mode != FpmathMode.STRICT && types.multipliesF32();
  }

  /**
   * Adds a sentence to what explains a convolution whose numbers may be rounded and are not. Takes
   * ownership of {@code prepared}.
   */
  public static PreparedConvolution explained(
      PreparedConvolution prepared, PrepareRequest request, String whyNot, Ledger ledger) {
    if (!mayRound(request.convolution().fpmathMode(), request.types())) {
      return prepared;
    }
    Explanation explanation = prepared.explain();
    boolean rounds =
        explanation.stages().stream().anyMatch(stage -> stage.src().dataType() == DataType.BF16);
    if (rounds || explanation.warnings().contains(whyNot)) {
      return prepared;
    }
    try {
      List<String> warnings = new ArrayList<>(explanation.warnings());
      warnings.add(whyNot);
      return PreparedProgram.renamed(prepared, explanation.withWarnings(warnings), ledger);
    } catch (Throwable e) {
      prepared.close();
      throw e;
    }
  }
}
