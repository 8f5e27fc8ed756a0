package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** NonMaxSuppression: of boxes that overlap much, the one with the best score. */
final class Suppression {
  static final Definition DEFINITION =
      Definition.single(
          call -> call.result(ElementType.INT64, new Suppression(call).select().size(), 3),
          (call, type) ->
              Values.of(
                  type,
                  new Suppression(call).select().stream().flatMapToLong(Arrays::stream).toArray()));

  private final NodeCall call;
  private final double[] boxes;
  private final double[] scores;
  private final int batches;
  private final int classes;
  private final int count;
  private final boolean centered;

  private Suppression(NodeCall call) {
    this.call = call;
    call.requireElement(0, ElementType.FLOAT);
    call.requireElement(1, ElementType.FLOAT);
    call.requireRank(0, 3);
    call.requireRank(1, 3);
    TensorType scoresType = call.type(1);
    call.requireDims(0, scoresType.dim(0), scoresType.dim(2), 4);
    this.batches = (int) scoresType.dim(0);
    this.classes = (int) scoresType.dim(1);
    this.count = (int) scoresType.dim(2);
    this.boxes = call.reals(0);
    this.scores = call.reals(1);
    this.centered = call.flag("center_point_box", false);
  }

  /** Returns triples of batch, class and box. */
  private List<long[]> select() {
    long most = call.has(2) ? call.integerInput(2) : 0;
    double overlap = call.has(3) ? call.realInput(3) : 0;
    call.require(overlap >= 0 && overlap <= 1, "has iou_threshold %s", overlap);
    List<long[]> selected = new ArrayList<>();
    for (int batch = 0; batch < batches; batch++) {
      for (int label = 0; label < classes; label++) {
        for (int box : select(batch, label, most, overlap)) {
          selected.add(new long[] {batch, label, box});
        }
      }
    }
    return selected;
  }

  private List<Integer> select(int batch, int label, long most, double overlap) {
    int scoresStart = (batch * classes + label) * count;
    double least = call.has(4) ? call.realInput(4) : Double.NEGATIVE_INFINITY;
    List<Integer> candidates =
        IntStream.range(0, count)
            .boxed()
            .filter(box -> scores[scoresStart + box] > least)
            .sorted(Comparator.comparingDouble(box -> -scores[scoresStart + box]))
            .toList();
    List<Integer> kept = new ArrayList<>();
    for (int candidate : candidates) {
      if (kept.size() >= most) {
        break;
      }
      if (kept.stream().allMatch(k -> intersectionOverUnion(batch, k, candidate) <= overlap)) {
        kept.add(candidate);
      }
    }
    return kept;
  }

  private double intersectionOverUnion(int batch, int first, int second) {
    double[] a = corners(batch, first);
    double[] b = corners(batch, second);
    double height = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
    double width = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
    if (height <= 0 || width <= 0) {
      return 0;
    }
    double shared = height * width;
    return shared / (area(a) + area(b) - shared);
  }

  private static double area(double[] corners) {
    return (corners[2] - corners[0]) * (corners[3] - corners[1]);
  }

  /** Returns least y, least x, greatest y and greatest x: files tell any diagonal. */
  private double[] corners(int batch, int box) {
    int start = (batch * count + box) * 4;
    if (centered) {
      double halfWidth = boxes[start + 2] / 2;
      double halfHeight = boxes[start + 3] / 2;
      return new double[] {
        boxes[start + 1] - halfHeight,
        boxes[start] - halfWidth,
        boxes[start + 1] + halfHeight,
        boxes[start] + halfWidth
      };
    }
    return new double[] {
      Math.min(boxes[start], boxes[start + 2]),
      Math.min(boxes[start + 1], boxes[start + 3]),
      Math.max(boxes[start], boxes[start + 2]),
      Math.max(boxes[start + 1], boxes[start + 3])
    };
  }
}
