package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Operators that leave all elements where they are, and those that tell of shapes. */
final class Shapes {
  private Shapes() {}

  static void define(OperatorFamily.Registry to) {
    to.add("Identity", 1, Definition.single(Pointwise::sameType, (call, type) -> call.value(0)));
    to.add("Reshape", 5, RESHAPE).inputs(2);
    to.add("Reshape", 14, RESHAPE).inputs(2).attributes("allowzero");
    to.add("Flatten", 1, reshaping(Shapes::flattened)).attributes("axis");
    to.add("Squeeze", 1, reshaping(Shapes::squeezed)).attributes("axes");
    to.add("Squeeze", 13, reshaping(Shapes::squeezed)).inputs(1, 2);
    to.add("Unsqueeze", 1, reshaping(Shapes::unsqueezed)).attributes("axes");
    to.add("Unsqueeze", 13, reshaping(Shapes::unsqueezed)).inputs(2);
    to.add("Shape", 1, SHAPE);
    to.add("Shape", 15, SHAPE).attributes("end", "start");
    to.add("Size", 1, SIZE);
    to.add("Cast", 6, cast(call -> call.elementType("to"))).attributes("to");
    to.add("Cast", 19, cast(call -> call.elementType("to"))).attributes("saturate", "to");
    to.add("CastLike", 15, cast(call -> call.element(1))).inputs(2);
    to.add("CastLike", 19, cast(call -> call.element(1))).inputs(2).attributes("saturate");
    to.add("Dropout", 7, DROPOUT).outputs(2).attributes("ratio");
    to.add("Dropout", 12, DROPOUT).inputs(1, 3).outputs(2).attributes("seed");
  }

  /** New dimensions of input 0. */
  @FunctionalInterface
  private interface NewDims {
    long[] of(NodeCall call);
  }

  private static Definition reshaping(NewDims newDims) {
    return Definition.single(
        call -> {
          TensorType type = call.result(call.element(0), newDims.of(call));
          call.require(
              type.elementCount() == call.type(0).elementCount(),
              "cannot make %s of %s",
              type,
              call.type(0));
          return type;
        },
        (call, type) -> call.value(0).as(type));
  }

  private static final Definition RESHAPE =
      reshaping(
          call -> {
            long[] dims = call.list(1).clone();
            boolean zeroIsZero = call.flag("allowzero", false);
            int inferred = -1;
            long others = 1;
            for (int axis = 0; axis < dims.length; axis++) {
              if (dims[axis] == 0 && !zeroIsZero) {
                call.require(axis < call.rank(0), "keeps dimension %d of %s", axis, call.type(0));
                dims[axis] = call.type(0).dim(axis);
              }
              if (dims[axis] == -1) {
                call.require(inferred < 0, "leaves two dimensions to be inferred");
                inferred = axis;
              } else {
                call.require(dims[axis] >= 0, "asks for a dimension of %d", dims[axis]);
                others = Math.multiplyExact(others, dims[axis]);
              }
            }
            if (inferred >= 0) {
              long count = call.type(0).elementCount();
              call.require(
                  others > 0 && count % others == 0,
                  "cannot infer a dimension of %s for %s",
                  Arrays.toString(dims),
                  call.type(0));
              dims[inferred] = count / others;
            }
            return dims;
          });

  private static long[] flattened(NodeCall call) {
    int rank = call.rank(0);
    long told = call.integer("axis", 1);
    call.require(told >= -rank && told <= rank, "has axis %d for %s", told, call.type(0));
    int axis = (int) (told < 0 ? told + rank : told);
    long[] dims = call.dims(0);
    return new long[] {
      product(Arrays.copyOfRange(dims, 0, axis)), product(Arrays.copyOfRange(dims, axis, rank))
    };
  }

  private static long product(long[] dims) {
    return LongStream.of(dims).reduce(1, Math::multiplyExact);
  }

  /** The axes were an attribute before opset 13 and are an input since. */
  private static long[] axes(NodeCall call) {
    return call.has(1) ? call.list(1) : call.integers("axes");
  }

  private static long[] squeezed(NodeCall call) {
    long[] dims = call.dims(0);
    if (!call.has(1) && !call.hasAttribute("axes")) {
      return LongStream.of(dims).filter(dim -> dim != 1).toArray();
    }
    for (int axis : call.axes(axes(call), dims.length)) {
      call.require(dims[axis] == 1, "cannot drop axis %d of %s", axis, call.type(0));
      dims[axis] = -1;
    }
    return LongStream.of(dims).filter(dim -> dim >= 0).toArray();
  }

  private static long[] unsqueezed(NodeCall call) {
    call.require(call.has(1) || call.hasAttribute("axes"), "has no axes");
    long[] told = axes(call);
    long[] dims = call.dims(0);
    int rank = dims.length + told.length;
    int[] added = call.axes(told, rank);
    long[] result = new long[rank];
    for (int axis : added) {
      result[axis] = 1;
    }
    int next = 0;
    for (int axis = 0; axis < rank; axis++) {
      int of = axis;
      if (IntStream.of(added).noneMatch(a -> a == of)) {
        result[axis] = dims[next++];
      }
    }
    return result;
  }

  private static final Definition SHAPE =
      Definition.single(
          call -> call.result(ElementType.INT64, partOfShape(call).length),
          (call, type) -> Values.of(type, partOfShape(call)));

  private static long[] partOfShape(NodeCall call) {
    int rank = call.rank(0);
    int start = clamp(call.integer("start", 0), rank);
    int end = clamp(call.integer("end", rank), rank);
    return Arrays.copyOfRange(call.dims(0), start, Math.max(start, end));
  }

  private static int clamp(long axis, int rank) {
    return Math.clamp(axis < 0 ? axis + rank : axis, 0, rank);
  }

  private static final Definition SIZE =
      Definition.single(
          call -> call.result(ElementType.INT64),
          (call, type) -> Values.scalar(call.type(0).elementCount()));

  /** Which element type a cast gives. */
  @FunctionalInterface
  private interface Target {
    ElementType of(NodeCall call);
  }

  /** Attribute saturate speaks of types that are not supported. */
  private static Definition cast(Target target) {
    return Definition.single(
        call -> call.result(target.of(call), call.dims(0)),
        (call, type) -> call.value(0).cast(type.element()));
  }

  private static final Definition DROPOUT =
      Definition.several(
          call -> {
            if (call.has(2) && call.truthInput(2)) {
              double ratio = call.has(1) ? call.realInput(1) : 0.5;
              if (ratio != 0) {
                throw call.unsupported("is for training, only inference is supported");
              }
            }
            TensorType type = Pointwise.sameType(call);
            List<TensorType> types = new ArrayList<>(List.of(type));
            if (call.outputCount() > 1) {
              types.add(call.opset() < 10 ? type : type.of(ElementType.BOOL));
            }
            return types;
          },
          (call, types) -> {
            List<Values> results = new ArrayList<>(List.of(call.value(0)));
            if (types.size() > 1) {
              results.add(ones(types.get(1)));
            }
            return results;
          });

  private static Values ones(TensorType type) {
    int count = (int) type.elementCount();
    if (type.element().isReal()) {
      return Values.of(type, IntStream.range(0, count).mapToDouble(i -> 1).toArray());
    }
    return Values.of(type, IntStream.range(0, count).mapToLong(i -> 1).toArray());
  }
}
