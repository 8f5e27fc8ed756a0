package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Operators that pick elements by index, by condition or by rank. */
final class Selections {
  private Selections() {}

  static void define(OperatorFamily.Registry to) {
    to.add("Gather", 1, GATHER).inputs(2).attributes("axis");
    to.add("GatherElements", 11, GATHER_ELEMENTS).inputs(2).attributes("axis");
    to.add("GatherND", 11, GATHER_ND).inputs(2);
    to.add("GatherND", 12, GATHER_ND).inputs(2).attributes("batch_dims");
    to.add("TopK", 1, TOP_K).outputs(2).attributes("axis", "k");
    to.add("TopK", 10, TOP_K).inputs(2).outputs(2).attributes("axis");
    to.add("TopK", 11, TOP_K).inputs(2).outputs(2).attributes("axis", "largest", "sorted");
    to.add("NonZero", 9, NON_ZERO);
    to.add("Compress", 9, COMPRESS).inputs(2).attributes("axis");
    to.add("NonMaxSuppression", 10, Suppression.DEFINITION)
        .inputs(2, 5)
        .attributes("center_point_box")
        .heavy();
    Scatters.define(to);
  }

  /** Returns an index counted from the front. */
  static long index(NodeCall call, long index, long count) {
    call.require(index >= -count && index < count, "has index %d of an axis of %d", index, count);
    return index < 0 ? index + count : index;
  }

  private static final Definition GATHER =
      Definition.single(
          call -> {
            call.requireInteger(1);
            long[] dims = call.dims(0);
            int axis = call.axis(call.integer("axis", 0), dims.length);
            return call.result(
                call.element(0),
                Layout.concat(
                    Layout.concat(Arrays.copyOf(dims, axis), call.dims(1)),
                    Arrays.copyOfRange(dims, axis + 1, dims.length)));
          },
          (call, type) -> {
            long[] dims = call.dims(0);
            int axis = call.axis(call.integer("axis", 0), dims.length);
            Lanes lanes = Lanes.along(dims, axis);
            long[] indices = call.value(1).integers().clone();
            if (type.elementCount() > 0) {
              Arrays.setAll(indices, i -> index(call, indices[i], dims[axis]));
            }
            int[] sources = new int[(int) type.elementCount()];
            int next = 0;
            for (int o = 0; next < sources.length && o < lanes.outer(); o++) {
              for (long index : indices) {
                for (int i = 0; i < lanes.inner(); i++) {
                  sources[next++] = (int) (((long) o * lanes.length() + index) * lanes.inner() + i);
                }
              }
            }
            return call.value(0).picked(type, sources);
          });

  private static final Definition GATHER_ELEMENTS =
      Definition.single(
          call -> {
            requireBeside(call, 1);
            return call.result(call.element(0), call.dims(1));
          },
          (call, type) -> call.value(0).picked(type, besides(call)));

  /** Checks indices that stand where the elements stand, but along one axis. */
  static void requireBeside(NodeCall call, int input) {
    call.requireInteger(input);
    long[] dims = call.dims(0);
    int axis = call.axis(call.integer("axis", 0), dims.length);
    long[] indices = call.dims(input);
    boolean fits = indices.length == dims.length;
    for (int i = 0; fits && i < dims.length; i++) {
      fits = i == axis || indices[i] <= dims[i];
    }
    call.require(fits, "has indices %s for %s", call.type(input), call.type(0));
  }

  /** Returns which element of input 0 each index of input 1 means. */
  static int[] besides(NodeCall call) {
    long[] dims = call.dims(0);
    int axis = call.axis(call.integer("axis", 0), dims.length);
    long[] strides = Layout.strides(dims);
    long step = strides[axis];
    strides[axis] = 0;
    int[] offsets = Layout.offsets(call.dims(1), strides, 0);
    long[] indices = call.value(1).integers();
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] += (int) (index(call, indices[i], dims[axis]) * step);
    }
    return offsets;
  }

  private static final Definition GATHER_ND =
      Definition.single(
          call -> {
            call.requireElement(1, ElementType.INT64);
            int batch = batchDims(call);
            long[] dims = call.dims(0);
            long[] indices = call.dims(1);
            int depth = tupleLength(call, batch);
            call.require(
                Arrays.equals(dims, 0, batch, indices, 0, batch),
                "has %d batch_dims, but %s and %s differ",
                batch,
                call.type(0),
                call.type(1));
            return call.result(
                call.element(0),
                Layout.concat(
                    Arrays.copyOf(indices, indices.length - 1),
                    Arrays.copyOfRange(dims, batch + depth, dims.length)));
          },
          (call, type) -> {
            int batch = batchDims(call);
            int[] starts = tupleStarts(call, batch);
            long[] dims = call.dims(0);
            int length = Layout.count(dims, batch + tupleLength(call, batch), dims.length);
            int batchLength = Layout.count(dims, batch, dims.length);
            int perBatch = Layout.count(call.dims(1), batch, call.rank(1) - 1);
            int[] sources = new int[(int) type.elementCount()];
            for (int i = 0; i < sources.length; i++) {
              int tuple = i / length;
              sources[i] = tuple / perBatch * batchLength + starts[tuple] + i % length;
            }
            return call.value(0).picked(type, sources);
          });

  private static int batchDims(NodeCall call) {
    long batch = call.integer("batch_dims", 0);
    int least = Math.min(call.rank(0), call.rank(1));
    call.require(
        batch >= 0 && batch < least,
        "has batch_dims %d for %s and %s",
        batch,
        call.type(0),
        call.type(1));
    return (int) batch;
  }

  /** Returns how many indices together point into the source. */
  static int tupleLength(NodeCall call, int batch) {
    call.require(
        call.rank(0) >= 1 && call.rank(1) >= 1,
        "has indices %s for %s",
        call.type(1),
        call.type(0));
    long depth = call.type(1).dim(call.rank(1) - 1);
    call.require(
        depth <= call.rank(0) - batch, "has indices %s for %s", call.type(1), call.type(0));
    return (int) depth;
  }

  /** Returns where, behind its batch, each tuple of indices points. */
  static int[] tupleStarts(NodeCall call, int batch) {
    long[] dims = call.dims(0);
    long[] strides = Layout.strides(dims);
    int depth = tupleLength(call, batch);
    long[] indices = call.value(1).integers();
    int[] starts = new int[Layout.count(call.dims(1), 0, call.rank(1) - 1)];
    for (int i = 0; i < starts.length; i++) {
      for (int k = 0; k < depth; k++) {
        long index = index(call, indices[i * depth + k], dims[batch + k]);
        starts[i] += (int) (index * strides[batch + k]);
      }
    }
    return starts;
  }

  private static final Definition TOP_K =
      Definition.several(
          call -> {
            Pointwise.requireNumber(call, 0);
            long[] dims = call.dims(0);
            int axis = topAxis(call);
            long k = call.has(1) ? call.integerInput(1) : call.integer("k");
            call.require(k >= 0 && k <= dims[axis], "asks for %d of %d elements", k, dims[axis]);
            dims[axis] = k;
            TensorType type = call.result(call.element(0), dims);
            return List.of(type, type.of(ElementType.INT64));
          },
          (call, types) -> {
            Values src = call.value(0);
            int axis = topAxis(call);
            int sign = call.flag("largest", true) ? -1 : 1;
            Lanes lanes = Lanes.along(src.type().dims(), axis);
            int k = (int) types.getFirst().dim(axis);
            int[] sources = new int[(int) types.getFirst().elementCount()];
            long[] indices = new long[sources.length];
            for (int o = 0; o < lanes.outer(); o++) {
              for (int i = 0; i < lanes.inner(); i++) {
                int start = o * lanes.length() * lanes.inner() + i;
                int[] best = ranked(src, start, lanes, sign);
                for (int rank = 0; rank < k; rank++) {
                  int at = (o * k + rank) * lanes.inner() + i;
                  indices[at] = best[rank];
                  sources[at] = start + best[rank] * lanes.inner();
                }
              }
            }
            return List.of(src.picked(types.get(0), sources), Values.of(types.get(1), indices));
          });

  private static int topAxis(NodeCall call) {
    return call.axis(call.integer("axis", -1), call.rank(0));
  }

  /** Returns the places of a lane's elements by rank; of equal ones the first is first. */
  private static int[] ranked(Values src, int start, Lanes lanes, int sign) {
    return IntStream.range(0, lanes.length())
        .boxed()
        .sorted(
            (a, b) ->
                sign
                    * Reductions.compare(src, start + a * lanes.inner(), start + b * lanes.inner()))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static final Definition NON_ZERO =
      Definition.single(
          call -> call.result(ElementType.INT64, call.rank(0), places(call.value(0)).length),
          (call, type) -> {
            int[] places = places(call.value(0));
            long[] dims = call.dims(0);
            long[] strides = Layout.strides(dims);
            long[] dst = new long[(int) type.elementCount()];
            for (int axis = 0; axis < dims.length; axis++) {
              for (int i = 0; i < places.length; i++) {
                dst[axis * places.length + i] = places[i] / strides[axis] % dims[axis];
              }
            }
            return Values.of(type, dst);
          });

  private static int[] places(Values values) {
    IntStream all = IntStream.range(0, values.size());
    if (values.type().element().isReal()) {
      return all.filter(i -> values.reals()[i] != 0).toArray();
    }
    return all.filter(i -> values.integers()[i] != 0).toArray();
  }

  private static final Definition COMPRESS =
      Definition.single(
          call -> {
            call.requireElement(1, ElementType.BOOL);
            call.requireRank(1, 1);
            int[] kept = places(call.value(1));
            if (!call.hasAttribute("axis")) {
              requireWithin(call, kept, call.type(0).elementCount());
              return call.result(call.element(0), kept.length);
            }
            long[] dims = call.dims(0);
            int axis = call.axis(call.integer("axis"), dims.length);
            requireWithin(call, kept, dims[axis]);
            dims[axis] = kept.length;
            return call.result(call.element(0), dims);
          },
          (call, type) -> {
            int[] kept = places(call.value(1));
            if (!call.hasAttribute("axis")) {
              return call.value(0).picked(type, kept);
            }
            int compressed = call.axis(call.integer("axis"), type.rank());
            int[] sources =
                Movements.sources(call, type, (axis, i) -> axis == compressed ? kept[(int) i] : i);
            return call.value(0).picked(type, sources);
          });

  private static void requireWithin(NodeCall call, int[] kept, long count) {
    call.require(
        kept.length == 0 || kept[kept.length - 1] < count,
        "keeps element %d of %d",
        kept.length == 0 ? 0 : kept[kept.length - 1],
        count);
  }
}
