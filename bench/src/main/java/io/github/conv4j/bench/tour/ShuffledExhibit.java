package io.github.conv4j.bench.tour;

import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Padding;
import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Ink;
import io.github.conv4j.bench.picture.Planes;
import java.awt.BasicStroke;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Each colour is one group; the shuffle brings the colours together again. */
final class ShuffledExhibit {
  private static final int GROUPS = 3;
  private static final int CHANNELS = 9;
  private static final int SIZE = 60;
  private static final int GAP = 5;
  private static final float[] FULL = {16 * 255, 16 * 255, 0};

  private ShuffledExhibit() {}

  static Exhibit of(Photo photo) {
    ConvolutionSequence sequence =
        Variants.shuffledGrouped(3, CHANNELS, 3, GROUPS).withPadding(Padding.same());
    Convolution grouped = sequence.convolutions().getFirst();
    Weights weights = Weights.of(grouped);
    for (int group = 0; group < GROUPS; group++) {
      weights.put(group * 3, 0, Weights.scaled(16, Weights.IDENTITY));
      weights.put(group * 3 + 1, 0, Weights.BLUR_3);
      weights.put(group * 3 + 2, 0, Weights.scaled(2, Weights.EDGES));
    }
    return new Exhibit(
        "Shuffled grouped",
        "Each colour is a group of its own and gives a copy, a blur and edges. Neighbouring"
            + " channels share a colour; the shuffle deals them out like cards, so that every three"
            + " neighbours hold all colours and the next groups see everything.",
        List.of(Work.of("groups 3", sequence, photo, weights.values())),
        results ->
            drawing((ChannelShuffle) sequence.steps().getLast(), results.of(0, 0), results.of(0)));
  }

  private static Box drawing(ChannelShuffle shuffle, Planes before, Planes after) {
    float edges = before.range(2, 1) / 2;
    Box strips =
        Boxes.column(
            3,
            strips(before, edges, channel -> channel),
            crossing(shuffle),
            strips(after, edges, channel -> (int) shuffle.sourceChannel(channel)));
    Box wrong = Boxes.picture(before.colour(FULL[0]), 112);
    Box right = Boxes.picture(after.colour(FULL[0]), 112);
    return Boxes.row(
        12,
        strips,
        Boxes.column(
            10,
            Boxes.labelled(wrong, "0-2 as colours: before"),
            Boxes.labelled(right, "and after")));
  }

  private interface Origin {
    int of(int channel);
  }

  private static Box strips(Planes planes, float edges, Origin origin) {
    List<Box> strips = new ArrayList<>();
    for (int channel = 0; channel < CHANNELS; channel++) {
      int from = origin.of(channel);
      int colour = from / 3;
      float full = from % 3 == 2 ? edges : FULL[from % 3];
      strips.add(
          Boxes.labelled(
              Boxes.framed(
                  Boxes.picture(
                      square(planes.tinted(channel, Ink.channel(colour), full)), SIZE - 6),
                  Ink.channel(colour)),
              String.valueOf(from),
              Ink.channel(colour)));
    }
    return Boxes.row(GAP, strips);
  }

  private static BufferedImage square(BufferedImage image) {
    int side = Math.min(image.getWidth(), image.getHeight());
    int x = (image.getWidth() - side) * 2 / 5;
    int y = (image.getHeight() - side) / 2;
    return image.getSubimage(x, y, side, side);
  }

  private static Box crossing(ChannelShuffle shuffle) {
    int pitch = SIZE + GAP;
    return Boxes.painted(
        CHANNELS * pitch - GAP,
        56,
        g -> {
          g.setStroke(new BasicStroke(2));
          for (int channel = 0; channel < CHANNELS; channel++) {
            int from = (int) shuffle.sourceChannel(channel);
            g.setColor(Ink.channel(from / 3));
            g.drawLine(from * pitch + SIZE / 2, 0, channel * pitch + SIZE / 2, 55);
          }
        });
  }
}
