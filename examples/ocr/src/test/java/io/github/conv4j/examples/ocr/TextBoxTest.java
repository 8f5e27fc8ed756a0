package io.github.conv4j.examples.ocr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextBoxTest {
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, -0.3, 0.7, -0.7})
  void findsTurnedRectangles(double angle) {
    List<Point> points = new ArrayList<>();
    for (int x = -20; x <= 20; x++) {
      for (int y = -5; y <= 5; y++) {
        points.add(
            new Point(
                100 + x * Math.cos(angle) - y * Math.sin(angle),
                50 + x * Math.sin(angle) + y * Math.cos(angle)));
      }
    }

    TextBox box = TextBox.around(points);
    assertThat(box.width()).isCloseTo(40, within(1e-9));
    assertThat(box.height()).isCloseTo(10, within(1e-9));
    assertThat(Math.atan2(box.along().y(), box.along().x())).isCloseTo(angle, within(1e-9));
    Point corner = box.grown(2).corners().getFirst();
    assertThat(corner.x())
        .isCloseTo(100 - 22 * Math.cos(angle) + 7 * Math.sin(angle), within(1e-9));
  }

  @Test
  void findsRegionsAboveTheThreshold() {
    int width = 60;
    int height = 40;
    float[] map = new float[width * height];
    fill(map, width, 5, 5, 35, 12, 0.9f);
    fill(map, width, 5, 25, 35, 32, 0.4f);
    fill(map, width, 50, 5, 51, 6, 0.9f);

    List<TextBox> boxes = BoxFinder.find(map, width, height);
    assertThat(boxes).hasSize(1);
    // 30 by 7, grown by 210 * 1.6 / 74 on each side.
    assertThat(boxes.getFirst().width()).isCloseTo(30 + 2 * 210 * 1.6 / 74, within(1e-9));
    assertThat(boxes.getFirst().centre()).isEqualTo(new Point(20, 8.5));
  }

  private static void fill(
      float[] map, int width, int left, int top, int right, int bottom, float value) {
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        map[y * width + x] = value;
      }
    }
  }

  @Test
  void readsFromLeftToRightThenDown() {
    int width = 100;
    float[] map = new float[width * 100];
    fill(map, width, 60, 10, 90, 20, 1);
    fill(map, width, 5, 14, 40, 24, 1);
    fill(map, width, 5, 60, 40, 70, 1);

    assertThat(BoxFinder.find(map, width, 100))
        .extracting(box -> (int) box.centre().x())
        .containsExactly(22, 75, 22);
  }

  @Test
  void overlapIsTheSharedPartOfBoth() {
    TextBox box = new TextBox(new Point(50, 20), new Point(1, 0), 40, 10);
    TextBox right = new TextBox(new Point(60, 20), new Point(1, 0), 40, 10);
    TextBox across = new TextBox(new Point(50, 20), new Point(0, 1), 40, 10);
    TextBox square = new TextBox(new Point(0, 0), new Point(1, 0), 2, 2);
    TextBox turned = new TextBox(new Point(0, 0), new Point(Math.sqrt(0.5), Math.sqrt(0.5)), 2, 2);

    assertThat(box.overlap(box)).isCloseTo(1, within(1e-9));
    assertThat(box.overlap(right)).isCloseTo(30 / 50.0, within(1e-9));
    assertThat(box.overlap(across)).isCloseTo(100 / 700.0, within(1e-9));
    assertThat(box.overlap(square)).isZero();
    // A regular octagon around a circle of radius 1.
    double octagon = 8 * (Math.sqrt(2) - 1);
    assertThat(square.overlap(turned)).isCloseTo(octagon / (8 - octagon), within(1e-9));
  }
}
