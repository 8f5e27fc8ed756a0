package io.github.conv4j.networks.internal.pass;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All passes in their order. */
public final class Passes {
  private static final List<Pass> ALL =
      List.of(
          new IntegerMovements(),
          new ByteTables(),
          new QuantizedConvolutions(),
          new Fills(),
          new Sums(),
          new Identities(),
          new Convolutions(),
          new Products(),
          new BatchNormalizations(),
          new LayerNormalizations(),
          new Activations(),
          new Gates(),
          new Affine(),
          new Paddings(),
          new Means(),
          new Compositions(),
          new RepeatedImages(),
          new JoinedImages(),
          new PostOpsFusion(false),
          new QuantizedOutputs(),
          new PostOpsFusion(true),
          new IntegerFunctions(),
          new Scales());

  private Passes() {}

  /** Returns the names of all passes. */
  public static List<String> names() {
    return ALL.stream().map(Pass::name).toList();
  }

  /**
   * Applies all passes but those left out.
   *
   * @return how often each applied
   */
  public static Map<String, Integer> apply(Draft draft, Set<String> leftOut) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Pass pass : ALL) {
      if (!leftOut.contains(pass.name())) {
        counts.put(pass.name(), pass.apply(draft));
        draft.removeUnread();
      }
    }
    return counts;
  }
}
