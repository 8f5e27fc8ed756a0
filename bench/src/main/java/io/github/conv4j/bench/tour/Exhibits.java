package io.github.conv4j.bench.tour;

import java.util.List;

/** All variants, in the order of the tour. */
public final class Exhibits {
  private Exhibits() {}

  /** Returns the exhibits of a photo. */
  public static List<Exhibit> of(Photo photo) {
    return List.of(
        ConvolutionExhibit.of(photo),
        PaddingModesExhibit.of(photo),
        FlippedKernelExhibit.of(photo),
        PointwiseExhibit.of(photo),
        GroupedExhibit.of(photo),
        PointwiseGroupedExhibit.of(photo),
        DepthwiseExhibit.of(photo),
        DepthwiseSeparableExhibit.of(photo),
        SpatiallySeparableExhibit.of(photo),
        FlattenedExhibit.of(photo),
        DilatedExhibit.of(photo),
        ShuffledExhibit.of(photo),
        TransposedExhibit.of(photo),
        VolumetricExhibit.of(photo));
  }
}
