package io.github.conv4j.bench.overhead;

import io.github.conv4j.bench.toolchain.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Times the start of the engine in JVMs of their own, since a process loads a library once. */
final class LoadTimes {
  private static final String LIBRARY_PROPERTY = "conv4j.onednn.library";
  private static final long LONGEST_SECONDS = 60;

  private final Path folder;
  private final int firstCount;
  private final int laterCount;

  /**
   * Plans the loads.
   *
   * @param folder for the library's copies
   * @param firstCount how many loads find an empty cache folder
   * @param laterCount how many find the last of those filled
   */
  LoadTimes(Path folder, int firstCount, int laterCount) {
    this.folder = folder;
    this.firstCount = firstCount;
    this.laterCount = laterCount;
  }

  List<OverheadReport.Load> measure() throws IOException, InterruptedException {
    double[] first = new double[firstCount];
    Path cache = folder;
    for (int i = 0; i < firstCount; i++) {
      cache = Files.createDirectory(folder.resolve("cache" + i));
      first[i] = nanos(cache);
    }
    double[] later = new double[laterCount];
    for (int i = 0; i < laterCount; i++) {
      later[i] = nanos(cache);
    }
    MedianEstimate firstNanos = MedianEstimate.of(first);
    MedianEstimate laterNanos = MedianEstimate.of(later);
    String from = System.getProperty(LIBRARY_PROPERTY, "").isBlank() ? "" : ", named by a property";
    return List.of(
        new OverheadReport.Load(
            "first, empty cache folder" + from, firstNanos, OverheadBars.firstLoad(firstNanos)),
        new OverheadReport.Load("later" + from, laterNanos, OverheadBars.laterLoad(laterNanos)));
  }

  private double nanos(Path cache) throws IOException, InterruptedException {
    var child = new ChildJvm(LoadProbe.class, folder.resolve("load.log"), LONGEST_SECONDS);
    return Double.parseDouble(child.run(List.of("-Dconv4j.cache.dir=" + cache), List.of()));
  }
}
