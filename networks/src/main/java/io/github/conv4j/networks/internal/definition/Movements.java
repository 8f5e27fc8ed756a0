package io.github.conv4j.networks.internal.definition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Operators that put elements elsewhere and change none of them. */
final class Movements {
  private Movements() {}

  static void define(OperatorFamily.Registry to) {
    to.add("Transpose", 1, TRANSPOSE).attributes("perm");
    to.add("Concat", 4, CONCAT).inputs(1, OperatorVersion.MANY).attributes("axis");
    to.add("Split", 2, SPLIT).outputs(OperatorVersion.MANY).attributes("axis", "split");
    to.add("Split", 13, SPLIT).inputs(1, 2).outputs(OperatorVersion.MANY).attributes("axis");
    to.add("Split", 18, SPLIT)
        .inputs(1, 2)
        .outputs(OperatorVersion.MANY)
        .attributes("axis", "num_outputs");
    to.add("Slice", 1, Slicing.DEFINITION).attributes("axes", "ends", "starts");
    to.add("Slice", 10, Slicing.DEFINITION).inputs(3, 5);
    to.add("Pad", 2, Padding.DEFINITION).attributes("mode", "pads", "value");
    to.add("Pad", 11, Padding.DEFINITION).inputs(2, 3).attributes("mode");
    to.add("Pad", 18, Padding.DEFINITION).inputs(2, 4).attributes("mode");
    to.add("Expand", 8, EXPAND).inputs(2);
    to.add("Tile", 6, TILE).inputs(2);
    to.add("DepthToSpace", 1, depthToSpace()).attributes("blocksize");
    to.add("DepthToSpace", 11, depthToSpace()).attributes("blocksize", "mode");
    to.add("SpaceToDepth", 1, SPACE_TO_DEPTH).attributes("blocksize");
    to.add("Trilu", 14, TRIANGLE).inputs(1, 2).attributes("upper");
    to.add("ReverseSequence", 10, REVERSE_SEQUENCE).inputs(2).attributes("batch_axis", "time_axis");
  }

  private static final Definition TRANSPOSE =
      Definition.single(
          call -> call.result(call.element(0), Layout.pick(call.dims(0), permutation(call))),
          (call, type) -> Layout.transposed(call.value(0), permutation(call)));

  private static int[] permutation(NodeCall call) {
    int rank = call.rank(0);
    if (!call.hasAttribute("perm")) {
      return IntStream.range(0, rank).map(axis -> rank - 1 - axis).toArray();
    }
    long[] told = call.integers("perm");
    call.require(told.length == rank, "has perm %s for %s", Arrays.toString(told), call.type(0));
    return call.axes(told, rank);
  }

  private static final Definition CONCAT =
      Definition.single(
          call -> {
            int axis = call.axis(call.integer("axis"), call.rank(0));
            long[] dims = call.dims(0);
            for (int input = 1; input < call.inputCount(); input++) {
              call.requireSame(0, input);
              long[] other = call.dims(input);
              call.require(
                  other.length == dims.length,
                  "cannot join %s and %s",
                  call.type(0),
                  call.type(input));
              long joined = Math.addExact(dims[axis], other[axis]);
              other[axis] = dims[axis];
              call.require(
                  Arrays.equals(dims, other),
                  "cannot join %s and %s along axis %d",
                  call.type(0),
                  call.type(input),
                  axis);
              dims[axis] = joined;
            }
            return call.result(call.element(0), dims);
          },
          (call, type) -> {
            int axis = call.axis(call.integer("axis"), type.rank());
            int count = (int) type.elementCount();
            double[] reals = new double[type.element().isReal() ? count : 0];
            long[] integers = new long[type.element().isReal() ? 0 : count];
            int row = Layout.count(type.dims(), axis, type.rank());
            int at = 0;
            for (int input = 0; input < call.inputCount(); input++) {
              Values src = call.value(input);
              int length = Layout.count(src.type().dims(), axis, type.rank());
              Object from = type.element().isReal() ? src.reals() : src.integers();
              Object into = type.element().isReal() ? reals : integers;
              for (int o = 0; length > 0 && o < src.size() / length; o++) {
                System.arraycopy(from, o * length, into, o * row + at, length);
              }
              at += length;
            }
            return type.element().isReal() ? Values.of(type, reals) : Values.of(type, integers);
          });

  private static final Definition SPLIT =
      Definition.several(
          call -> {
            int axis = call.axis(call.integer("axis", 0), call.rank(0));
            List<TensorType> types = new ArrayList<>();
            for (long part : parts(call, call.type(0).dim(axis))) {
              long[] dims = call.dims(0);
              dims[axis] = part;
              types.add(call.result(call.element(0), dims));
            }
            return types;
          },
          (call, types) -> {
            int axis = call.axis(call.integer("axis", 0), call.rank(0));
            long[] strides = Layout.strides(call.dims(0));
            long start = 0;
            List<Values> parts = new ArrayList<>();
            for (TensorType type : types) {
              parts.add(call.value(0).picked(type, Layout.offsets(type.dims(), strides, start)));
              start += type.dim(axis) * strides[axis];
            }
            return parts;
          });

  private static long[] parts(NodeCall call, long whole) {
    int count = call.outputCount();
    if (call.has(1) || call.hasAttribute("split")) {
      call.require(!call.hasAttribute("num_outputs"), "has both split and num_outputs");
      long[] told = call.has(1) ? call.list(1) : call.integers("split");
      call.require(told.length == count, "has %d parts but %d outputs", told.length, count);
      long sum = 0;
      for (long part : told) {
        call.require(part >= 0, "has a part of %d elements", part);
        sum = Math.addExact(sum, part);
      }
      call.require(sum == whole, "has parts of %d elements together, not %d", sum, whole);
      return told;
    }
    if (call.hasAttribute("num_outputs")) {
      call.require(
          call.integer("num_outputs") == count,
          "has num_outputs %d but %d outputs",
          call.integer("num_outputs"),
          count);
    } else {
      call.require(
          whole % count == 0, "cannot split %d elements into %d equal parts", whole, count);
    }
    long each = Math.ceilDiv(whole, count);
    long[] parts = new long[count];
    for (int i = 0; i < count; i++) {
      parts[i] = Math.clamp(whole - i * each, 0, each);
    }
    return parts;
  }

  private static final Definition EXPAND =
      Definition.single(
          call -> {
            for (long dim : call.list(1)) {
              call.require(dim >= 0, "asks for a dimension of %d", dim);
            }
            return call.result(call.element(0), Broadcast.dims(call, call.dims(0), call.list(1)));
          },
          (call, type) -> Broadcast.stretch(call.value(0), type.dims()));

  private static final Definition TILE =
      Definition.single(
          call -> {
            long[] repeats = call.list(1);
            long[] dims = call.dims(0);
            call.require(
                repeats.length == dims.length,
                "has %d repeats for %s",
                repeats.length,
                call.type(0));
            for (int axis = 0; axis < dims.length; axis++) {
              call.require(repeats[axis] >= 0, "repeats %d times", repeats[axis]);
              dims[axis] = Math.multiplyExact(dims[axis], repeats[axis]);
            }
            return call.result(call.element(0), dims);
          },
          (call, type) -> {
            long[] src = call.dims(0);
            return alongAxes(call, type, (axis, i) -> i % src[axis]);
          });

  /** Which index of the source an index of the result takes; negative for none. */
  @FunctionalInterface
  interface SourceIndex {
    long of(int axis, long index);
  }

  /** Returns, axis by axis, where the elements of a result come from. */
  static int[] sources(NodeCall call, TensorType type, SourceIndex source) {
    long[] strides = Layout.strides(call.dims(0));
    long[][] along = new long[type.rank()][];
    for (int axis = 0; axis < along.length; axis++) {
      // An empty tensor can have long axes, and needs none of them.
      along[axis] = new long[type.elementCount() == 0 ? 0 : (int) type.dim(axis)];
      for (int i = 0; i < along[axis].length; i++) {
        long index = source.of(axis, i);
        along[axis][i] = index < 0 ? -1 : index * strides[axis];
      }
    }
    return Layout.offsets(along);
  }

  private static Values alongAxes(NodeCall call, TensorType type, SourceIndex source) {
    return call.value(0).picked(type, sources(call, type, source));
  }

  private static long blockSize(NodeCall call) {
    call.requireRank(0, 4);
    long size = call.integer("blocksize");
    call.require(size > 0, "has blocksize %d, which must be at least 1", size);
    return size;
  }

  private static Definition depthToSpace() {
    return Definition.single(
        call -> {
          long block = blockSize(call);
          long[] dims = call.dims(0);
          long area = Math.multiplyExact(block, block);
          call.require(dims[1] % area == 0, "has blocksize %d for %s", block, call.type(0));
          columnsFirst(call);
          return call.result(
              call.element(0),
              dims[0],
              dims[1] / area,
              Math.multiplyExact(dims[2], block),
              Math.multiplyExact(dims[3], block));
        },
        (call, type) -> {
          long block = blockSize(call);
          long[] dims = call.dims(0);
          long channels = type.dim(1);
          Values blocks =
              columnsFirst(call)
                  ? Layout.transposed(
                      call.value(0).reshaped(dims[0], channels, block, block, dims[2], dims[3]),
                      0,
                      1,
                      4,
                      2,
                      5,
                      3)
                  : Layout.transposed(
                      call.value(0).reshaped(dims[0], block, block, channels, dims[2], dims[3]),
                      0,
                      3,
                      4,
                      1,
                      5,
                      2);
          return blocks.as(type);
        });
  }

  /** Mode CRD has the blocks innermost in the channels, mode DCR outermost. */
  private static boolean columnsFirst(NodeCall call) {
    String mode = call.text("mode", "DCR");
    return switch (mode) {
      case "DCR" -> false;
      case "CRD" -> true;
      default -> throw call.invalid("has mode \"%s\"", mode);
    };
  }

  private static final Definition SPACE_TO_DEPTH =
      Definition.single(
          call -> {
            long block = blockSize(call);
            long[] dims = call.dims(0);
            call.require(
                dims[2] % block == 0 && dims[3] % block == 0,
                "has blocksize %d for %s",
                block,
                call.type(0));
            return call.result(
                call.element(0),
                dims[0],
                Math.multiplyExact(dims[1], Math.multiplyExact(block, block)),
                dims[2] / block,
                dims[3] / block);
          },
          (call, type) -> {
            long block = blockSize(call);
            long[] dims = call.dims(0);
            Values blocks =
                call.value(0).reshaped(dims[0], dims[1], type.dim(2), block, type.dim(3), block);
            return Layout.transposed(blocks, 0, 3, 5, 1, 2, 4).as(type);
          });

  private static final Definition TRIANGLE =
      Definition.single(
          call -> {
            call.require(call.rank(0) >= 2, "needs at least 2 dimensions, not %s", call.type(0));
            call.flag("upper", true);
            return Pointwise.sameType(call);
          },
          (call, type) -> {
            boolean upper = call.flag("upper", true);
            long diagonal = call.has(1) ? call.integerInput(1) : 0;
            int columns = (int) type.dim(type.rank() - 1);
            int rows = (int) type.dim(type.rank() - 2);
            // Beyond the matrix it does not matter how far.
            long bounded = Math.clamp(diagonal, -rows - 1L, columns + 1L);
            int[] sources = new int[(int) type.elementCount()];
            for (int i = 0; i < sources.length; i++) {
              long beyond = i % columns - i / columns % rows - bounded;
              sources[i] = (upper ? beyond >= 0 : beyond <= 0) ? i : -1;
            }
            return call.value(0).picked(type, sources);
          });

  private static final Definition REVERSE_SEQUENCE =
      Definition.single(
          call -> {
            long batch = call.integer("batch_axis", 1);
            long time = call.integer("time_axis", 0);
            call.require(
                call.rank(0) >= 2 && batch + time == 1 && batch * time == 0,
                "has batch_axis %d and time_axis %d for %s",
                batch,
                time,
                call.type(0));
            call.requireInteger(1);
            call.requireDims(1, call.type(0).dim((int) batch));
            return Pointwise.sameType(call);
          },
          (call, type) -> {
            boolean batchFirst = call.integer("batch_axis", 1) == 0;
            long[] lengths = call.value(1).integers();
            int inner = Layout.count(type.dims(), 2, type.rank());
            int first = (int) type.dim(0);
            int second = (int) type.dim(1);
            for (long length : lengths) {
              call.require(
                  length >= 0 && length <= (batchFirst ? second : first),
                  "has a sequence of %d elements in %s",
                  length,
                  type);
            }
            int[] sources = new int[(int) type.elementCount()];
            for (int i = 0; i < sources.length; i++) {
              int row = i / inner / second;
              int column = i / inner % second;
              int time = batchFirst ? column : row;
              long length = lengths[batchFirst ? row : column];
              int from = time < length ? (int) length - 1 - time : time;
              int at = batchFirst ? row * second + from : from * second + column;
              sources[i] = at * inner + i % inner;
            }
            return call.value(0).picked(type, sources);
          });
}
