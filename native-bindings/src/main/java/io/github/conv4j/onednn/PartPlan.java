package io.github.conv4j.onednn;

import io.github.conv4j.internal.compose.Window;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way to cut a problem into problems for several threads, each a primitive of one thread on a
 * part of the tensors.
 *
 * @param name what the parts are, for {@code explain}
 * @param parts the problems, the longer ones first
 */
record PartPlan(String name, List<PrimitiveSpec.Part> parts) {
  /** Blocks of oneDNN's kernels: fewer output channels would leave vectors half empty. */
  private static final long CHANNEL_BLOCK = 16;

  /** Neighbours in a row that kernels compute together. */
  private static final long PIXEL_BLOCK = 8;

  /** More parts than this many a thread are not tried, but for images whose copies are far. */
  private static final long MOST_PARTS_PER_THREAD = 8;

  /** Cuts that leave more of the threads idle than the best one by this factor are not tried. */
  private static final double MOST_IMBALANCE = 1.5;

  /** Of a kernel's src and dst, where they are copied: what caches hold (docs/adr/0020). */
  private static final long NEAR_BYTES = 1 << 21;

  /** Up to so many times as many groups are made where those are equal: one primitive. */
  private static final long MOST_MORE_GROUPS = 2;

  /** How many times as long images are taken to take whose copies caches do not hold. */
  private static final double FAR_COPIES = 1.5;

  private static final int MOST_TRIED = 24;
  private static final int MOST_WAYS = 4;

  /** Cuts must save so much of the time of one thread, and more parts so much of that of fewer. */
  private static final double WORTH_CUTTING = 0.9;

  private static final double WORTH_MORE_PARTS = 0.97;

  /** Of the time of the whole: what parts may take that one thread runs one after the other. */
  private static final double MOST_IN_SEQUENCE = 1.2;

  PartPlan {
    parts = List.copyOf(parts);
  }

  /**
   * All in one part, or in as few groups of images as kernels of 32-bit offsets can address; null
   * if one image is too much.
   */
  static @Nullable PartPlan alone(PrimitiveSpec spec, long mostElements) {
    long pieces = 1;
    while (!fits(largest(spec, new Pieces(pieces, 1, 1)).spec(), mostElements)) {
      if (pieces == spec.images()) {
        return null;
      }
      pieces = Math.min(spec.images(), 2 * pieces);
    }
    return cut(spec, new Pieces(pieces, 1, 1));
  }

  /**
   * In groups of images that caches hold, or of one image; even ones where there are. Null if
   * caches hold all, or kernels of 32-bit offsets cannot address such groups.
   */
  static @Nullable PartPlan near(PrimitiveSpec spec, long mostElements) {
    if (!isFar(spec)) {
      return null;
    }
    long images = spec.images();
    long imagesOfGroup = Math.max(1, NEAR_BYTES * images / byteSize(spec));
    long least = Math.ceilDiv(images, imagesOfGroup);
    long pieces = least;
    while (images % pieces != 0 && pieces < MOST_MORE_GROUPS * least) {
      pieces++;
    }
    var groups = new Pieces(images % pieces == 0 ? pieces : least, 1, 1);
    return fits(largest(spec, groups).spec(), mostElements) ? cut(spec, groups) : null;
  }

  private static boolean isFar(PrimitiveSpec spec) {
    return spec.images() > 1 && byteSize(spec) > NEAR_BYTES;
  }

  private static long byteSize(PrimitiveSpec spec) {
    return spec.kernelSrc().elementCount() * spec.types().src().byteSize()
        + spec.kernelDst().elementCount() * spec.types().dst().byteSize();
  }

  private static boolean fits(PrimitiveSpec spec, long mostElements) {
    return Math.max(spec.src().span(), spec.kernelSrc().span()) <= mostElements
        && Math.max(spec.dst().span(), spec.kernelDst().span()) <= mostElements;
  }

  /**
   * Returns the ways to cut a problem for a number of threads, the most promising first; none if
   * one thread is as fast.
   */
  static List<PartPlan> of(
      PrimitiveSpec spec, Implementation implementation, int threads, long mostElements) {
    boolean inSequence = implementation.ordersSumsBySize(spec);
    record Way(Pieces pieces, double nanos) {}
    double one = KernelCost.nanos(spec, implementation);
    List<Way> ways = new ArrayList<>();
    boolean copies = spec.copies() || implementation.copiesInside();
    for (Pieces pieces : tried(spec, threads, copies && isFar(spec))) {
      PrimitiveSpec part = largest(spec, pieces).spec();
      if (part.overrunsScratchpad(implementation)) {
        continue;
      }
      // The first piece has the padding before a row, which may make a kernel slow.
      PrimitiveSpec first = part(spec, pieces, 0, 0, 0).spec();
      double slowest =
          Math.max(KernelCost.nanos(part, implementation), KernelCost.nanos(first, implementation));
      double far = copies && isFar(part) ? FAR_COPIES : 1;
      double nanos = Math.ceilDiv(pieces.count(), threads) * slowest * far;
      if (nanos < WORTH_CUTTING * one
          && fits(part, mostElements)
          && !(inSequence && sum(spec, pieces, one, slowest) > MOST_IN_SEQUENCE * one)) {
        ways.add(new Way(pieces, nanos));
      }
    }
    ways.sort(Comparator.comparingDouble(Way::nanos));
    if (!ways.isEmpty()) {
      Way best = ways.getFirst();
      ways.stream()
          .filter(way -> way.nanos * WORTH_MORE_PARTS <= best.nanos)
          .min(Comparator.comparingLong(way -> way.pieces.count()))
          .ifPresent(
              way -> {
                ways.remove(way);
                ways.addFirst(way);
              });
    }
    return ways.stream().limit(MOST_WAYS).map(way -> cut(spec, way.pieces)).toList();
  }

  /** Estimates all parts together: those smaller than the largest take less by what they lack. */
  private static double sum(PrimitiveSpec spec, Pieces pieces, double one, double slowest) {
    double largest =
        (double) largest(spec, pieces).spec().dst().elementCount() / spec.dst().elementCount();
    return pieces.count() * slowest - (pieces.count() * largest - 1) * one;
  }

  /** How many pieces each dimension is cut into. */
  private record Pieces(long images, long rows, long channels) {
    long count() {
      return images * rows * channels;
    }

    String name() {
      List<String> names = new ArrayList<>();
      if (images > 1) {
        names.add("images");
      }
      if (rows > 1) {
        names.add("rows");
      }
      if (channels > 1) {
        names.add("output channels");
      }
      return String.join(" and ", names);
    }
  }

  /**
   * The cuts that keep threads busy about equally, the best balanced and those of fewer parts
   * first.
   *
   * @param eachImage whether there may be as many parts as images, where only those are cut
   */
  private static List<Pieces> tried(PrimitiveSpec spec, int threads, boolean eachImage) {
    record Candidate(Pieces pieces, double imbalance) {}
    long most = MOST_PARTS_PER_THREAD * threads;
    long images = spec.images();
    long rowUnits = units(rows(spec), rowUnit(spec));
    long channelUnits = units(spec.outChannels(), channelUnit(spec));
    List<Candidate> candidates = new ArrayList<>();
    double least = Double.MAX_VALUE;
    for (long c : pieceCounts(channelUnits, most)) {
      for (long r : pieceCounts(rowUnits, most / c)) {
        long mostOfImages = eachImage && c * r == 1 ? Math.max(most, images) : most / c / r;
        for (long n : pieceCounts(images, mostOfImages)) {
          var pieces = new Pieces(n, r, c);
          // Rows of several images do not lie together.
          if (pieces.count() == 1 || (r > 1 && n < images)) {
            continue;
          }
          double largest =
              (double) Math.ceilDiv(images, n)
                  / images
                  * Math.ceilDiv(rowUnits, r)
                  / rowUnits
                  * Math.ceilDiv(channelUnits, c)
                  / channelUnits;
          double imbalance = largest * Math.ceilDiv(pieces.count(), threads) * threads;
          least = Math.min(least, imbalance);
          candidates.add(new Candidate(pieces, imbalance));
        }
      }
    }
    double bound = least * MOST_IMBALANCE;
    return candidates.stream()
        .filter(candidate -> candidate.imbalance <= bound)
        .sorted(
            Comparator.comparingDouble(Candidate::imbalance)
                .thenComparingLong(candidate -> candidate.pieces.count()))
        .limit(MOST_TRIED)
        .map(Candidate::pieces)
        .toList();
  }

  /** The numbers of pieces that make the largest piece smaller than fewer pieces do. */
  private static List<Long> pieceCounts(long units, long most) {
    List<Long> counts = new ArrayList<>();
    long last = Long.MAX_VALUE;
    for (long count = 1; count <= Math.min(units, most); count++) {
      long largest = Math.ceilDiv(units, count);
      if (largest < last) {
        counts.add(count);
        last = largest;
      }
    }
    return counts;
  }

  private static long units(long size, long unit) {
    return Math.max(1, size / unit);
  }

  private static long rows(PrimitiveSpec spec) {
    return spec.transposed() ? 1 : spec.axes().get(spec.rowAxis()).dst().count();
  }

  private static long rowUnit(PrimitiveSpec spec) {
    return spec.rowAxis() == spec.axes().size() - 1 ? PIXEL_BLOCK : 1;
  }

  private static long channelUnit(PrimitiveSpec spec) {
    long outOfGroup = spec.outChannels() / spec.groups();
    boolean depthwise = outOfGroup == 1 && spec.inChannels() == spec.groups();
    return depthwise || spec.groups() == 1 ? CHANNEL_BLOCK : outOfGroup;
  }

  /** Piece {@code i} of {@code count} pieces of {@code size}, cut at multiples of {@code unit}. */
  private static Window.Range piece(long size, long count, long i, long unit) {
    long units = units(size, unit);
    long begin = units * i / count * unit;
    long end = i == count - 1 ? size : units * (i + 1) / count * unit;
    return new Window.Range(begin, end - begin);
  }

  /** The longest pieces are the last ones, since those end with what is left of a unit. */
  private static PrimitiveSpec.Part largest(PrimitiveSpec spec, Pieces pieces) {
    return part(spec, pieces, pieces.images - 1, pieces.rows - 1, pieces.channels - 1);
  }

  private static PrimitiveSpec.Part part(
      PrimitiveSpec spec, Pieces pieces, long image, long row, long channel) {
    return spec.part(
        piece(spec.images(), pieces.images, image, 1),
        piece(rows(spec), pieces.rows, row, rowUnit(spec)),
        piece(spec.outChannels(), pieces.channels, channel, channelUnit(spec)));
  }

  private static PartPlan cut(PrimitiveSpec spec, Pieces pieces) {
    List<PrimitiveSpec.Part> parts = new ArrayList<>();
    for (long image = 0; image < pieces.images; image++) {
      for (long row = 0; row < pieces.rows; row++) {
        for (long channel = 0; channel < pieces.channels; channel++) {
          parts.add(part(spec, pieces, image, row, channel));
        }
      }
    }
    parts.sort(Comparator.comparingLong(part -> -part.spec().dst().elementCount()));
    return new PartPlan(pieces.name(), parts);
  }
}
