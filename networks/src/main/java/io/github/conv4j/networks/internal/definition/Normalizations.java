package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operators that bring numbers to a common scale. */
final class Normalizations {
  private static final double EPSILON = 1e-5f;
  private static final double MVN_EPSILON = 1e-9;

  private Normalizations() {}

  static void define(OperatorFamily.Registry to) {
    to.add("BatchNormalization", 7, BATCH)
        .inputs(5)
        .outputs(5)
        .attributes("epsilon", "momentum", "spatial");
    to.add("BatchNormalization", 9, BATCH).inputs(5).outputs(5).attributes("epsilon", "momentum");
    to.add("BatchNormalization", 14, BATCH)
        .inputs(5)
        .outputs(3)
        .attributes("epsilon", "momentum", "training_mode");
    to.add("InstanceNormalization", 6, INSTANCE).inputs(3).attributes("epsilon");
    to.add("LayerNormalization", 17, LAYER)
        .inputs(2, 3)
        .outputs(3)
        .attributes("axis", "epsilon", "stash_type");
    to.add("RMSNormalization", 23, ROOT_MEAN_SQUARE)
        .inputs(2)
        .attributes("axis", "epsilon", "stash_type");
    to.add("GroupNormalization", 18, group(false)).inputs(3).attributes("epsilon", "num_groups");
    to.add("GroupNormalization", 21, group(true))
        .inputs(3)
        .attributes("epsilon", "num_groups", "stash_type");
    to.add("LpNormalization", 1, LP).attributes("axis", "p");
    to.add("MeanVarianceNormalization", 9, MEAN_VARIANCE).attributes("axes");
    to.add("LRN", 1, LOCAL_RESPONSE).attributes("alpha", "beta", "bias", "size").heavy();
    softmaxes(to, "Softmax", Normalizations::softmax);
    softmaxes(to, "LogSoftmax", Normalizations::logSoftmax);
    softmaxes(to, "Hardmax", Normalizations::hardmax);
  }

  /** Where the numbers of one channel lie: after {@code [N, C]} everything belongs to it. */
  private static Lanes channels(TensorType type) {
    long[] dims = type.dims();
    return dims.length == 1 ? new Lanes(1, 1, (int) dims[0]) : Lanes.along(dims, 1);
  }

  private static final Definition BATCH =
      Definition.single(
          call -> {
            call.requireReal(0);
            call.require(call.rank(0) >= 1, "needs at least one dimension, not %s", call.type(0));
            long channels = call.rank(0) == 1 ? 1 : call.type(0).dim(1);
            for (int input = 1; input <= 4; input++) {
              call.requireReal(input);
              call.requireDims(input, channels);
            }
            refuseTraining(call);
            return Pointwise.sameType(call);
          },
          (call, type) -> {
            double epsilon = call.real("epsilon", EPSILON);
            double[] scale = call.reals(1);
            double[] shift = call.reals(2);
            double[] mean = call.reals(3);
            double[] variance = call.reals(4);
            double[] dst = call.reals(0).clone();
            Lanes lanes = channels(type);
            lanes.each(
                start -> {
                  for (int c = 0; c < lanes.length(); c++) {
                    int i = start + c * lanes.inner();
                    dst[i] =
                        (dst[i] - mean[c]) / Math.sqrt(variance[c] + epsilon) * scale[c] + shift[c];
                  }
                });
            return Values.of(type, dst);
          });

  private static void refuseTraining(NodeCall call) {
    if (call.flag("training_mode", false) || call.writes(1) || call.writes(2)) {
      throw call.unsupported("is for training, only inference is supported");
    }
    if (!call.flag("spatial", true)) {
      throw call.unsupported("has spatial 0, only one scale for each channel is supported");
    }
  }

  private static final Definition INSTANCE =
      Definition.single(
          call -> {
            call.requireReal(0);
            call.require(call.rank(0) >= 2, "needs at least 2 dimensions, not %s", call.type(0));
            for (int input = 1; input <= 2; input++) {
              call.requireReal(input);
              call.requireDims(input, call.type(0).dim(1));
            }
            return Pointwise.sameType(call);
          },
          (call, type) -> {
            double[] dst = call.reals(0).clone();
            int channels = (int) type.dim(1);
            int length = Layout.count(type.dims(), 2, type.rank());
            double epsilon = call.real("epsilon", EPSILON);
            for (int plane = 0; plane * (long) length < dst.length; plane++) {
              Moments.of(dst, plane * length, length).normalize(dst, epsilon);
            }
            scaleAndShift(dst, channels, length, call.reals(1), call.reals(2));
            return Values.of(type, dst);
          });

  private static Definition group(boolean scaleOfChannels) {
    return Definition.single(
        call -> {
          call.requireReal(0);
          call.require(call.rank(0) >= 2, "needs at least 2 dimensions, not %s", call.type(0));
          long channels = call.type(0).dim(1);
          long groups = call.integer("num_groups");
          call.require(
              groups > 0 && channels % groups == 0,
              "has num_groups %d, which does not divide %d channels",
              groups,
              channels);
          for (int input = 1; input <= 2; input++) {
            call.requireReal(input);
            call.requireDims(input, scaleOfChannels ? channels : groups);
          }
          return Pointwise.sameType(call);
        },
        (call, type) -> {
          double[] dst = call.reals(0).clone();
          int channels = (int) type.dim(1);
          int groups = (int) call.integer("num_groups");
          int plane = Layout.count(type.dims(), 2, type.rank());
          int length = channels / groups * plane;
          double epsilon = call.real("epsilon", EPSILON);
          for (int group = 0; group * (long) length < dst.length; group++) {
            Moments.of(dst, group * length, length).normalize(dst, epsilon);
          }
          scaleAndShift(
              dst,
              scaleOfChannels ? channels : groups,
              scaleOfChannels ? plane : length,
              call.reals(1),
              call.reals(2));
          return Values.of(type, dst);
        });
  }

  private static void scaleAndShift(
      double[] dst, int count, int length, double[] scale, double[] shift) {
    for (int i = 0; i < dst.length; i++) {
      int of = i / length % count;
      dst[i] = dst[i] * scale[of] + shift[of];
    }
  }

  private static final Definition LAYER =
      Definition.several(
          call -> {
            call.requireReal(0);
            int axis = call.axis(call.integer("axis", -1), call.rank(0));
            for (int input = 1; input < call.inputCount(); input++) {
              if (call.has(input)) {
                requireStretches(call, input);
              }
            }
            long[] statistics = call.dims(0);
            Arrays.fill(statistics, axis, statistics.length, 1);
            ElementType element =
                call.hasAttribute("stash_type")
                    ? call.elementType("stash_type")
                    : ElementType.FLOAT;
            call.require(element.isReal(), "has stash_type %s", element);
            List<TensorType> types = new ArrayList<>();
            types.add(Pointwise.sameType(call));
            for (int output = 1; output < call.outputCount(); output++) {
              types.add(call.result(element, statistics));
            }
            return types;
          },
          (call, types) -> {
            TensorType type = types.getFirst();
            int axis = call.axis(call.integer("axis", -1), type.rank());
            int length = Layout.count(type.dims(), axis, type.rank());
            int count = Layout.count(type.dims(), 0, axis);
            double epsilon = call.real("epsilon", EPSILON);
            double[] dst = call.reals(0).clone();
            double[] mean = new double[count];
            double[] inverseDeviation = new double[count];
            for (int i = 0; i < count; i++) {
              Moments moments = Moments.of(dst, i * length, length);
              mean[i] = moments.mean();
              inverseDeviation[i] = 1 / Math.sqrt(moments.variance() + epsilon);
              moments.normalize(dst, epsilon);
            }
            multiply(dst, type, call.value(1));
            if (call.has(2)) {
              double[] shift = Broadcast.stretch(call.value(2), type.dims()).reals();
              for (int i = 0; i < dst.length; i++) {
                dst[i] += shift[i];
              }
            }
            List<Values> results = new ArrayList<>();
            results.add(Values.of(type, dst));
            for (int output = 1; output < types.size(); output++) {
              results.add(Values.of(types.get(output), output == 1 ? mean : inverseDeviation));
            }
            return results;
          });

  private static void requireStretches(NodeCall call, int input) {
    call.requireReal(input);
    call.require(
        Broadcast.fits(call.dims(input), call.dims(0)),
        "has %s as input %d, which does not stretch to %s",
        call.type(input),
        input,
        call.type(0));
  }

  private static void multiply(double[] dst, TensorType type, Values factors) {
    double[] stretched = Broadcast.stretch(factors, type.dims()).reals();
    for (int i = 0; i < dst.length; i++) {
      dst[i] *= stretched[i];
    }
  }

  private static final Definition ROOT_MEAN_SQUARE =
      Definition.single(
          call -> {
            call.requireReal(0);
            requireStretches(call, 1);
            call.axis(call.integer("axis", -1), call.rank(0));
            // The scale's type is the result's.
            return call.result(call.element(1), call.dims(0));
          },
          (call, type) -> {
            int axis = call.axis(call.integer("axis", -1), type.rank());
            int length = Layout.count(type.dims(), axis, type.rank());
            double epsilon = call.real("epsilon", EPSILON);
            double[] src = call.reals(0);
            double[] dst = new double[src.length];
            for (int start = 0; start < src.length; start += length) {
              double squares = 0;
              for (int i = start; i < start + length; i++) {
                squares += src[i] * src[i];
              }
              double scale = 1 / Math.sqrt(squares / length + epsilon);
              for (int i = start; i < start + length; i++) {
                dst[i] = src[i] * scale;
              }
            }
            multiply(dst, type, call.value(1));
            return Values.of(type, dst);
          });

  /** Mean and variance of neighbouring numbers. */
  private record Moments(int start, int length, double mean, double variance) {
    static Moments of(double[] values, int start, int length) {
      double sum = 0;
      for (int i = start; i < start + length; i++) {
        sum += values[i];
      }
      double mean = sum / length;
      double squares = 0;
      for (int i = start; i < start + length; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
      }
      return new Moments(start, length, mean, squares / length);
    }

    void normalize(double[] values, double epsilon) {
      double deviation = Math.sqrt(variance + epsilon);
      for (int i = start; i < start + length; i++) {
        values[i] = (values[i] - mean) / deviation;
      }
    }
  }

  private static final Definition LP =
      Definition.single(
          call -> {
            call.requireReal(0);
            call.axis(call.integer("axis", -1), call.rank(0));
            long p = call.integer("p", 2);
            call.require(p == 1 || p == 2, "has p %d, which must be 1 or 2", p);
            return Pointwise.sameType(call);
          },
          (call, type) -> {
            boolean squares = call.integer("p", 2) == 2;
            Lanes lanes =
                Lanes.along(type.dims(), call.axis(call.integer("axis", -1), type.rank()));
            double[] dst = call.reals(0).clone();
            lanes.each(
                start -> {
                  double sum = 0;
                  for (int k = 0; k < lanes.length(); k++) {
                    double x = dst[start + k * lanes.inner()];
                    sum += squares ? x * x : Math.abs(x);
                  }
                  double norm = squares ? Math.sqrt(sum) : sum;
                  for (int k = 0; k < lanes.length(); k++) {
                    // All are 0 where the norm is.
                    dst[start + k * lanes.inner()] /= norm == 0 ? 1 : norm;
                  }
                });
            return Values.of(type, dst);
          });

  private static final Definition MEAN_VARIANCE =
      Definition.single(
          call -> {
            call.requireReal(0);
            call.axes(call.integers("axes", 0, 2, 3), call.rank(0));
            return Pointwise.sameType(call);
          },
          (call, type) -> {
            int[] axes = call.axes(call.integers("axes", 0, 2, 3), type.rank());
            Reductions.Split split = Reductions.Split.of(type.dims(), axes);
            double[] dst = call.reals(0).clone();
            for (int kept : split.kept()) {
              double[] group = new double[split.reduced().length];
              for (int i = 0; i < group.length; i++) {
                group[i] = dst[kept + split.reduced()[i]];
              }
              Moments moments = Moments.of(group, 0, group.length);
              for (int i = 0; i < group.length; i++) {
                dst[kept + split.reduced()[i]] =
                    (group[i] - moments.mean()) / (Math.sqrt(moments.variance()) + MVN_EPSILON);
              }
            }
            return Values.of(type, dst);
          });

  private static final Definition LOCAL_RESPONSE =
      Definition.single(
          call -> {
            call.requireReal(0);
            call.require(call.rank(0) >= 2, "needs at least 2 dimensions, not %s", call.type(0));
            long size = call.integer("size");
            call.require(size > 0, "has size %d, which must be at least 1", size);
            return Pointwise.sameType(call);
          },
          (call, type) -> {
            double alpha = call.real("alpha", 1e-4f);
            double beta = call.real("beta", 0.75);
            double bias = call.real("bias", 1);
            long size = call.integer("size");
            double[] src = call.reals(0);
            double[] dst = new double[src.length];
            Lanes lanes = channels(type);
            lanes.each(
                start -> {
                  for (int c = 0; c < lanes.length(); c++) {
                    int first = (int) Math.max(0, c - (size - 1) / 2);
                    int last = (int) Math.min(lanes.length() - 1L, c + size / 2);
                    double squares = 0;
                    for (int k = first; k <= last; k++) {
                      double x = src[start + k * lanes.inner()];
                      squares += x * x;
                    }
                    int i = start + c * lanes.inner();
                    dst[i] = src[i] / Math.pow(bias + alpha / size * squares, beta);
                  }
                });
            return Values.of(type, dst);
          });

  /** What is done with numbers that add up to 1 in the end. */
  @FunctionalInterface
  private interface LaneFunction {
    void apply(double[] dst, int start, int length, int step);
  }

  /** Before opset 13 the lanes are all axes from a given one on, later a single axis. */
  private static void softmaxes(
      OperatorFamily.Registry to, String operator, LaneFunction function) {
    to.add(operator, 1, softmax(function, true)).attributes("axis");
    to.add(operator, 13, softmax(function, false)).attributes("axis");
  }

  private static Definition softmax(LaneFunction function, boolean allBehind) {
    return Definition.single(
        call -> {
          call.requireReal(0);
          softmaxAxis(call, allBehind);
          return Pointwise.sameType(call);
        },
        (call, type) -> {
          int axis = softmaxAxis(call, allBehind);
          double[] dst = call.reals(0).clone();
          Lanes lanes = Lanes.between(type.dims(), axis, allBehind ? type.rank() : axis + 1);
          if (dst.length > 0) {
            lanes.each(start -> function.apply(dst, start, lanes.length(), lanes.inner()));
          }
          return Values.of(type, dst);
        });
  }

  private static int softmaxAxis(NodeCall call, boolean allBehind) {
    return call.axis(call.integer("axis", allBehind ? 1 : -1), call.rank(0));
  }

  private static double max(double[] values, int start, int length, int step) {
    double max = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < length; k++) {
      max = Math.max(max, values[start + k * step]);
    }
    return max;
  }

  private static void softmax(double[] dst, int start, int length, int step) {
    double max = max(dst, start, length, step);
    double sum = 0;
    for (int k = 0; k < length; k++) {
      dst[start + k * step] = Math.exp(dst[start + k * step] - max);
      sum += dst[start + k * step];
    }
    for (int k = 0; k < length; k++) {
      dst[start + k * step] /= sum;
    }
  }

  private static void logSoftmax(double[] dst, int start, int length, int step) {
    double max = max(dst, start, length, step);
    double sum = 0;
    for (int k = 0; k < length; k++) {
      sum += Math.exp(dst[start + k * step] - max);
    }
    double subtracted = max + Math.log(sum);
    for (int k = 0; k < length; k++) {
      dst[start + k * step] -= subtracted;
    }
  }

  private static void hardmax(double[] dst, int start, int length, int step) {
    int first = 0;
    for (int k = 1; k < length; k++) {
      if (dst[start + k * step] > dst[start + first * step]) {
        first = k;
      }
    }
    for (int k = 0; k < length; k++) {
      dst[start + k * step] = k == first ? 1 : 0;
    }
  }
}
