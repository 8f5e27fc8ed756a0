package io.github.conv4j.bench.equal;

import io.github.conv4j.bench.equal.Work.Axis;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ways to write one piece of work in two ways; each gives pairs by chance, or null. */
final class Kinds {
  /** Draws a pair; null where the draw does not suit. */
  interface Kind {
    @Nullable EqualPair draw(RandomWork random);
  }

  static final List<Kind> ALL =
      List.of(
          Kinds::oneChannel,
          Kinds::oneChannelOnOneSide,
          Kinds::onePixel,
          Kinds::heightOne,
          Kinds::widthOne,
          Kinds::depthOne,
          Kinds::layout,
          Kinds::layout,
          Kinds::layoutDepthwise,
          Kinds::layoutPointwise,
          Kinds::transposedOfStrideOne,
          Kinds::transposedPointwise,
          Kinds::transposedFromOnePixel,
          Kinds::batchAsHeight,
          Kinds::wholeImage,
          Kinds::patches,
          Kinds::dilationAsAxis,
          Kinds::tapsBeyond,
          Kinds::pointwiseShape,
          Kinds::dilationDepthwise);

  private Kinds() {}

  private static int rank(RandomWork random) {
    return (int) random.pick(1, 2, 2, 2, 3);
  }

  static EqualPair oneChannel(Work work) {
    return EqualPair.of("one channel, layouts", Half.of(work, false), Half.of(work, true));
  }

  private static @Nullable EqualPair oneChannel(RandomWork random) {
    Work work = random.dense(rank(random)).withChannels(1, 1);
    Work sized = random.sized(work);
    return sized == null ? null : oneChannel(sized);
  }

  /** The bytes of the side with one channel are equal in both layouts. */
  private static @Nullable EqualPair oneChannelOnOneSide(RandomWork random) {
    Work work = random.dense(rank(random));
    boolean src = random.chance(2);
    work = random.sized(src ? work.withChannels(1, work.out()) : work.withChannels(work.in(), 1));
    if (work == null) {
      return null;
    }
    boolean last = random.chance(2);
    Half half = Half.of(work, last);
    Half other =
        src
            ? Half.of(work, Half.layout(work, !last), half.dst())
            : Half.of(work, half.src(), Half.layout(work, !last));
    return EqualPair.of("one channel of " + (src ? "src" : "dst") + ", layouts", half, other);
  }

  private static @Nullable EqualPair onePixel(RandomWork random) {
    Work work = random.draw((int) random.pick(1, 2, 2));
    List<Axis> axes = new ArrayList<>();
    for (Axis axis : work.axes()) {
      long before = random.below((int) axis.kernel());
      axes.add(new Axis(1, axis.kernel(), axis.stride(), 1, before, axis.kernel() - 1 - before));
    }
    Work pixel = work.withAxes(axes).withImages(random.pick(1, 16, 64));
    return random.suits(pixel)
        ? EqualPair.of("one pixel, layouts", Half.of(pixel, false), Half.of(pixel, true))
        : null;
  }

  static EqualPair withAxis(String kind, Work work, int at, boolean last) {
    return EqualPair.of(kind, Half.of(work.insert(at, Axis.ONE), last), Half.of(work, last));
  }

  private static EqualPair heightOne(RandomWork random) {
    return withAxis("height 1", random.draw(1), 0, random.chance(2));
  }

  private static EqualPair widthOne(RandomWork random) {
    return withAxis("width 1", random.draw(1), 1, random.chance(2));
  }

  private static EqualPair depthOne(RandomWork random) {
    return withAxis("depth 1", random.draw(2), random.below(3), random.chance(2));
  }

  static EqualPair layout(Work work, boolean last) {
    return EqualPair.copied(
        (last ? "channels last" : "channels first") + " against copies", Half.of(work, last));
  }

  private static EqualPair layout(RandomWork random) {
    return layout(random.draw(rank(random)), random.chance(3));
  }

  private static EqualPair layoutDepthwise(RandomWork random) {
    return layout(random.depthwise(rank(random)), random.chance(3));
  }

  private static @Nullable EqualPair layoutPointwise(RandomWork random) {
    Work work = pointwise(random);
    return work == null ? null : layout(work, random.chance(3));
  }

  private static @Nullable Work pointwise(RandomWork random) {
    Work work = random.dense((int) random.pick(1, 2, 2, 3));
    List<Axis> axes = new ArrayList<>(work.axes());
    axes.replaceAll(_ -> Axis.ONE);
    return random.sized(work.withAxes(axes));
  }

  static EqualPair transposedOfStrideOne(String kind, Work transposed, boolean last) {
    List<Axis> axes = new ArrayList<>(transposed.axes());
    axes.replaceAll(
        a ->
            new Axis(
                a.src(),
                a.kernel(),
                1,
                a.dilation(),
                a.span() - 1 - a.begin(),
                a.span() - 1 - a.end()));
    Work plain = transposed.withTransposed(false).withAxes(axes);
    return EqualPair.of(
        kind,
        Half.of(transposed, last),
        Half.of(plain, last),
        WeightsOrder.ofTransposed(
            Math.toIntExact(transposed.groups()),
            Math.toIntExact(transposed.in() / transposed.groups()),
            Math.toIntExact(transposed.out() / transposed.groups()),
            transposed.taps()));
  }

  private static @Nullable EqualPair transposedOfStrideOne(RandomWork random) {
    Work work = random.draw(rank(random)).withTransposed(true);
    List<Axis> axes = new ArrayList<>(work.axes());
    axes.replaceAll(a -> new Axis(a.src(), a.kernel(), 1, a.dilation(), a.begin(), a.end()));
    Work stepless = work.withAxes(axes);
    boolean bounded = random.isBounded(stepless.withTransposed(false));
    return bounded
        ? transposedOfStrideOne("transposed of stride 1", stepless, random.chance(2))
        : null;
  }

  private static @Nullable EqualPair transposedPointwise(RandomWork random) {
    Work work = pointwise(random);
    return work == null
        ? null
        : transposedOfStrideOne("transposed 1x1", work.withTransposed(true), random.chance(2));
  }

  /** A product, since no two taps meet the same output. */
  static EqualPair transposedFromOnePixel(Work transposed, boolean last) {
    int in = Math.toIntExact(transposed.in());
    int out = Math.toIntExact(transposed.out());
    int taps = transposed.taps();
    Work product =
        new Work(
            transposed.images(),
            1,
            in,
            (long) out * taps,
            List.of(Axis.plain(1), Axis.plain(1)),
            false,
            false);
    int[] sizes = {in, out, taps};
    return EqualPair.of(
        "transposed from one pixel",
        Half.of(transposed, last),
        Half.of(product, last),
        last ? WeightsOrder.turned(sizes, 2, 1, 0) : WeightsOrder.turned(sizes, 1, 2, 0));
  }

  private static @Nullable EqualPair transposedFromOnePixel(RandomWork random) {
    long kernel = random.pick(2, 3, 4, 4, 5, 7);
    long stride = random.pick(1, 1, 2, 3);
    var axis = new Axis(1, kernel, stride, 1, 0, 0);
    Work work =
        new Work(
            random.pick(1, 8, 16, 64),
            1,
            random.pick(8, 16, 64, 100, 128),
            random.channels(),
            List.of(axis, axis),
            true,
            false);
    return random.suits(work) ? transposedFromOnePixel(work, random.chance(2)) : null;
  }

  private static @Nullable EqualPair batchAsHeight(RandomWork random) {
    Work work = random.draw(2).withImages(random.pick(2, 3, 8, 16, 64));
    Axis height = work.axes().getFirst();
    long kernel = random.pick(1, 1, 2, 4);
    long rows = Math.max(1, height.src() / work.images() / kernel);
    Work many = work.withAxis(0, new Axis(rows * kernel, kernel, kernel, 1, 0, 0));
    Work one =
        many.withImages(1)
            .withAxis(0, new Axis(work.images() * rows * kernel, kernel, kernel, 1, 0, 0));
    return random.isBounded(many)
        ? EqualPair.of("batch as height", Half.of(many, true), Half.of(one, true))
        : null;
  }

  private static @Nullable EqualPair wholeImage(RandomWork random) {
    long side = random.pick(2, 3, 4, 7, 8);
    var axis = new Axis(side, side, 1, 1, 0, 0);
    Work work =
        new Work(
            random.pick(1, 4, 16, 64),
            1,
            random.pick(1, 3, 8, 16, 64, 128),
            random.channels(),
            List.of(axis, axis),
            false,
            true);
    return random.suits(work)
        ? asOnePixel("kernel over the whole image", work, random.chance(2))
        : null;
  }

  private static EqualPair asOnePixel(String kind, Work work, boolean last) {
    Work product =
        work.withChannels(work.in() * work.taps(), work.out())
            .withAxes(List.of(Axis.plain(1), Axis.plain(1)));
    return EqualPair.of(
        kind, Half.of(work, last), Half.of(product, last), patchWeights(work, last));
  }

  private static WeightsOrder patchWeights(Work work, boolean last) {
    int[] sizes = {Math.toIntExact(work.out()), Math.toIntExact(work.in()), work.taps()};
    return last ? WeightsOrder.turned(sizes, 0, 2, 1) : WeightsOrder.SAME;
  }

  /** Windows side by side: the channels of a window are neighbours. */
  private static @Nullable EqualPair patches(RandomWork random) {
    Work work = random.dense(1);
    long kernel = random.pick(2, 4, 8, 16);
    long windows = work.axes().getFirst().src() / kernel;
    if (windows < 1) {
      return null;
    }
    Work patches = work.withAxis(0, new Axis(windows * kernel, kernel, kernel, 1, 0, 0));
    Work product =
        patches.withChannels(work.in() * kernel, work.out()).withAxes(List.of(Axis.plain(windows)));
    return random.isBounded(patches)
        ? EqualPair.of(
            "windows side by side",
            Half.of(patches, true),
            Half.of(product, true),
            patchWeights(patches, true))
        : null;
  }

  /** Elements as far apart as the taps are rows of a further axis. */
  private static @Nullable EqualPair dilationAsAxis(RandomWork random) {
    Work work = random.draw((int) random.pick(1, 2));
    int at = random.below(work.axes().size());
    Axis axis = work.axes().get(at);
    long dilation = random.pick(2, 3, 4, 8);
    long count = axis.src() / dilation;
    long kernel = Math.max(2, axis.kernel());
    long padding = (kernel - 1) / 2;
    if (count + 2 * padding < kernel) {
      return null;
    }
    Work dilated =
        work.withAxis(
            at,
            new Axis(
                count * dilation, kernel, 1, dilation, padding * dilation, padding * dilation));
    Work plain =
        dilated
            .withAxis(at, new Axis(count, kernel, 1, 1, padding, padding))
            .insert(at + 1, Axis.plain(dilation));
    boolean last = random.chance(2);
    return random.isBounded(dilated)
        ? EqualPair.of("dilation as an axis", Half.of(dilated, last), Half.of(plain, last))
        : null;
  }

  /** Of all taps along an axis of size 1 only one meets it. */
  private static @Nullable EqualPair tapsBeyond(RandomWork random) {
    Work work = random.draw(1);
    int taps = (int) random.pick(3, 3, 5);
    int tap = random.below(taps);
    boolean height = random.chance(2);
    Work beyond = work.insert(height ? 0 : 1, new Axis(1, taps, 1, 1, tap, taps - 1L - tap));
    int channels = Math.toIntExact(work.in() / work.groups() * work.out());
    boolean last = random.chance(2);
    return beyond.in() / beyond.groups() * beyond.out() * beyond.taps() > 1 << 20
        ? null
        : EqualPair.of(
            "taps beyond an axis of size 1",
            Half.of(beyond, last),
            Half.of(work, last),
            height
                ? WeightsOrder.oneOf(channels, taps, work.taps(), tap)
                : WeightsOrder.oneOf(channels * work.taps(), taps, 1, tap));
  }

  private static @Nullable EqualPair pointwiseShape(RandomWork random) {
    Work work = pointwise(random);
    if (work == null) {
      return null;
    }
    long pixels = 1;
    for (Axis axis : work.axes()) {
      pixels *= axis.src();
    }
    Work row = work.withAxes(List.of(Axis.plain(pixels)));
    boolean last = random.chance(2);
    if (work.axes().size() == 1) {
      work = work.withAxes(List.of(Axis.plain(pixels), Axis.plain(1)));
    }
    return EqualPair.of("1x1, pixels in a row", Half.of(work, last), Half.of(row, last));
  }

  static EqualPair dilationAlike(Work near, long dilation, boolean last) {
    List<Axis> axes = new ArrayList<>(near.axes());
    axes.replaceAll(
        a -> new Axis(a.src(), a.kernel(), 1, dilation, a.begin() * dilation, a.end() * dilation));
    Work far = near.withAxes(axes);
    return EqualPair.alike("large dilation", Half.of(far, last), Half.of(near, last));
  }

  private static @Nullable EqualPair dilationDepthwise(RandomWork random) {
    Work work = random.depthwise((int) random.pick(1, 2, 2));
    List<Axis> axes = new ArrayList<>(work.axes());
    long kernel = random.pick(3, 3, 5);
    axes.replaceAll(a -> new Axis(a.src(), kernel, 1, 1, kernel / 2, kernel / 2));
    Work near = work.withAxes(axes);
    return random.isBounded(near)
        ? dilationAlike(near, random.pick(2, 4, 6, 8), random.chance(2))
        : null;
  }
}
