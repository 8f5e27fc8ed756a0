package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.EpilogueArguments;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Writes what takes sums through post-ops and stores them: the one way of kernels to dst. */
public final class Outputs {
  private final KernelCode code;
  private final Segment dst;
  private final @Nullable Mask valid;
  private final PostOpText postOps;
  private final Fields arguments;

  /**
   * Begins a kernel, outside of its loops.
   *
   * @param arguments an {@link EpilogueArguments}, read only where there are post-ops
   * @param lanes how many lanes count; null for all
   */
  public Outputs(
      KernelCode code, Segment dst, PostOps postOps, Fields arguments, @Nullable Int lanes) {
    this.code = code;
    this.dst = dst;
    this.arguments = arguments;
    this.valid = lanes == null ? null : code.local(code.lanesBelow(lanes));
    this.postOps = new PostOpText(code, postOps, arguments, valid);
  }

  /**
   * Stores the sums of a block. Where the post-ops are more than a few instructions they are
   * written once, in a loop over sums that wait in an array: the first compiler of the JVM gives up
   * on a text that repeats them for each sum, and the second is then never asked.
   *
   * @param sums of pixels, each with the same number of vectors
   * @param to where the first vector of a pixel goes, in bytes
   * @param apart how many bytes later another vector goes
   * @param channel the output channel of the first lane of a vector
   */
  public void storeBlock(
      VectorVariable[][] sums,
      Function<Int, Wide> to,
      IntFunction<Wide> apart,
      IntFunction<Int> channel) {
    int vectors = sums[0].length;
    postOps.begin();
    if (isRepeated()) {
      for (int p = 0; p < sums.length; p++) {
        WideVariable first = code.local(to.apply(code.constant(p)));
        for (int v = 0; v < vectors; v++) {
          storeNext(v == 0 ? first : first.plus(apart.apply(v)), sums[p][v], channel.apply(v));
        }
      }
      return;
    }
    if (sums.length * vectors > EpilogueArguments.MOST_WAITING) {
      throw new AssertionError(sums.length * vectors + " vectors of sums");
    }
    Floats waiting = code.local(arguments.floats("waiting", sums.length * vectors));
    for (int p = 0; p < sums.length; p++) {
      for (int v = 0; v < vectors; v++) {
        waiting.store(code.constant((p * vectors + v) * LANES), sums[p][v]);
      }
    }
    code.loop(
        code.constant(0),
        code.constant(sums.length),
        1,
        p -> {
          WideVariable first = code.local(to.apply(p));
          for (int v = 0; v < vectors; v++) {
            Int index = p.times(vectors * LANES).plus(v * LANES);
            storeNext(
                v == 0 ? first : first.plus(apart.apply(v)),
                waiting.vector(index),
                channel.apply(v));
          }
        });
  }

  /** Asks for the owners of operands as large as dst; see {@link KernelCode#askForOwner(int)}. */
  public void askForOwners() {
    postOps.askForOwners();
  }

  private boolean isRepeated() {
    return postOps.isEmpty() || (postOps.isShort() && valid == null);
  }

  /**
   * Stores the sums of a block to parts of dst, so that one check serves all pixels; to dst as a
   * whole where there are no parts, or the post-ops are more than a few instructions.
   *
   * @param parts of dst, one for each pixel, or none
   * @param at where the first vector of a pixel goes in its part, in bytes
   * @param sums of pixels, each with the same number of vectors
   * @param to where the first vector of a pixel goes in dst, in bytes
   * @param apart how many bytes later another vector goes
   * @param channel the output channel of the first lane of a vector
   */
  public void storeBlock(
      Part[] parts,
      Wide at,
      VectorVariable[][] sums,
      Function<Int, Wide> to,
      IntFunction<Wide> apart,
      IntFunction<Int> channel) {
    if (parts.length == 0 || !isRepeated()) {
      storeBlock(sums, to, apart, channel);
      return;
    }
    postOps.begin();
    var places = new Wide[sums[0].length];
    for (int v = 0; v < places.length; v++) {
      places[v] = v == 0 ? at : code.local(at.plus(apart.apply(v)));
    }
    for (int p = 0; p < parts.length; p++) {
      for (int v = 0; v < places.length; v++) {
        Wide first = to.apply(code.constant(p));
        Int firstChannel = channel.apply(v);
        parts[p].store(
            places[v],
            postOps.apply(
                sums[p][v],
                v == 0 ? first : first.plus(apart.apply(v)),
                index -> postOps.channels(index, firstChannel)));
      }
    }
  }

  /** Stores the sums of pixels with one vector each. */
  public void storeBlock(VectorVariable[] sums, Function<Int, Wide> to, Int channel) {
    storeBlock(columnOf(sums), to, v -> code.constant(0L), v -> channel);
  }

  /** Stores the sums of pixels with one vector each, for each of which there is a part of dst. */
  public void storeBlock(
      Part[] parts, Wide at, VectorVariable[] sums, Function<Int, Wide> to, Int channel) {
    storeBlock(parts, at, columnOf(sums), to, v -> code.constant(0L), v -> channel);
  }

  private static VectorVariable[][] columnOf(VectorVariable[] sums) {
    var column = new VectorVariable[sums.length][1];
    for (int p = 0; p < sums.length; p++) {
      column[p][0] = sums[p];
    }
    return column;
  }

  /**
   * Stores a vector whose lanes are neighbouring output channels.
   *
   * @param to where it goes, in bytes
   * @param channel the output channel of the first lane
   */
  public void store(Wide to, Vector sum, Int channel) {
    postOps.begin();
    storeNext(to, sum, channel);
  }

  private void storeNext(Wide to, Vector sum, Int channel) {
    write(to, postOps.apply(sum, to, index -> postOps.channels(index, channel)));
  }

  /**
   * Stores a vector whose lanes are outputs of one channel.
   *
   * @param to where it goes, in bytes
   */
  public void storePixels(Wide to, Vector sum, Int channel) {
    postOps.begin();
    write(to, postOps.apply(sum, to, index -> postOps.channel(index, channel)));
  }

  /** What becomes of outputs of one channel; no operand may be as large as dst. */
  public Vector ofChannel(Vector sum, Int channel) {
    postOps.begin();
    return postOps.apply(sum, code.constant(0L), index -> postOps.channel(index, channel));
  }

  private void write(Wide to, Vector result) {
    if (valid == null) {
      dst.store(to, result);
    } else {
      dst.store(to, result, valid);
    }
  }
}
