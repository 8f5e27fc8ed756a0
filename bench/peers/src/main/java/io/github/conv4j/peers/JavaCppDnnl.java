package io.github.conv4j.peers;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.LastOut;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.validation.LayoutChoice;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.deconvolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN through JavaCPP, the same library that conv4j calls: its C++ classes by way of JNI,
 * weights in the layout that the primitive asks for, one scratchpad for each client.
 */
public final class JavaCppDnnl implements Contender {
  @Override
  public String name() {
    return "javacpp";
  }

  @Override
  public String version() {
    var version = dnnl.dnnl_version();
    return "oneDNN %d.%d.%d through JavaCPP"
        .formatted(version.major(), version.minor(), version.patch());
  }

  @Override
  public Optional<String> lack(Task task) {
    if (!Platform.starts(name(), dnnl::dnnl_version)) {
      return Optional.of(Platform.CANNOT_START);
    }
    return CommonTerms.lack(task);
  }

  @Override
  public Entry enter(Task task) {
    return enter(task, 1).getFirst();
  }

  @Override
  public List<Entry> enter(Task task, int clients) {
    OpenMpThreads.set(task.threads());
    var primitive = new Primitive(task, CommonTerms.of(task));
    var shared = new LastOut(clients, primitive::close);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      entries.add(new Client(task, primitive, shared));
    }
    return entries;
  }

  @Override
  public void close() {}

  /** What clients share. Objects of JavaCPP free themselves when nothing refers to them. */
  private static final class Primitive {
    private final engine cpu = new engine(engine.kind.cpu, 0);
    private final stream order = new stream(cpu);
    private final primitive_desc description;
    private final primitive computation;
    private final memory.desc srcPlain;
    private final memory.desc dstPlain;
    private final memory weights;
    private final @Nullable memory bias;
    private final List<FloatBuffer> buffers = new ArrayList<>();

    Primitive(Task task, CommonTerms terms) {
      srcPlain = plain(terms.src());
      dstPlain = plain(terms.dst());
      long[] weightsDims = weightsDims(terms);
      var weightsAny = any(weightsDims);
      var biasDesc =
          task.bias().length > 0
              ? new memory.desc(
                  new long[] {task.bias().length}, memory.data_type.f32, memory.format_tag.a)
              : new memory.desc();
      var src = asked(terms.src(), task.layout());
      var dst = asked(terms.dst(), task.layout());
      var attributes = new primitive_attr();
      attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
      long[] dilation = Arrays.stream(terms.dilation()).map(d -> d - 1).toArray();
      long[] end = new long[terms.rank()];
      Arrays.setAll(end, i -> terms.end()[i] - terms.outputPadding()[i]);
      if (terms.transposed()) {
        var found =
            new deconvolution_forward.primitive_desc(
                cpu,
                dnnl.prop_kind.forward_inference,
                dnnl.algorithm.deconvolution_direct,
                src,
                weightsAny,
                biasDesc,
                dst,
                terms.stride(),
                dilation,
                terms.begin(),
                end,
                attributes,
                false);
        description = found;
        computation = new deconvolution_forward(found);
      } else {
        var found =
            new convolution_forward.primitive_desc(
                cpu,
                dnnl.prop_kind.forward_inference,
                dnnl.algorithm.convolution_direct,
                src,
                weightsAny,
                biasDesc,
                dst,
                terms.stride(),
                dilation,
                terms.begin(),
                end,
                attributes,
                false);
        description = found;
        computation = new convolution_forward(found);
      }
      var given = memory(weightsGiven(terms, weightsDims), terms.weights());
      weights = new memory(description.weights_desc(), cpu);
      new reorder(given, weights).execute(order, given, weights);
      bias = task.bias().length > 0 ? memory(biasDesc, task.bias()) : null;
      order._wait();
    }

    private memory memory(memory.desc layout, float[] values) {
      FloatBuffer buffer = Floats.direct(values);
      buffers.add(buffer);
      return new memory(layout, cpu, new Pointer(buffer));
    }

    /** Groups come first; a transposed convolution's weights are {@code [oc, ic]} to oneDNN. */
    private static long[] weightsDims(CommonTerms terms) {
      long oc = terms.dst()[1] / terms.groups();
      long ic = terms.src()[1] / terms.groups();
      int lead = terms.groups() > 1 ? 3 : 2;
      long[] dims = new long[lead + terms.rank()];
      dims[0] = terms.groups();
      dims[lead - 2] = oc;
      dims[lead - 1] = ic;
      System.arraycopy(terms.kernel(), 0, dims, lead, terms.rank());
      return dims;
    }

    private static memory.desc weightsGiven(CommonTerms terms, long[] dims) {
      long[] strides = rowMajor(dims);
      if (terms.transposed()) {
        int lead = terms.groups() > 1 ? 3 : 2;
        long taps = Floats.count(terms.kernel());
        strides[lead - 2] = taps;
        strides[lead - 1] = taps * dims[lead - 2];
      }
      return new memory.desc(dims, memory.data_type.f32, strides);
    }

    private static memory.desc any(long[] dims) {
      return new memory.desc(dims, memory.data_type.f32, memory.format_tag.any);
    }

    private static memory.desc plain(long[] dims) {
      return new memory.desc(dims, memory.data_type.f32, rowMajor(dims));
    }

    private static memory.desc asked(long[] dims, LayoutChoice layout) {
      return switch (layout) {
        case ANY -> any(dims);
        case NCHW -> plain(dims);
        case NHWC -> {
          long[] strides = new long[dims.length];
          strides[1] = 1;
          long stride = dims[1];
          for (int i = dims.length - 1; i > 1; i--) {
            strides[i] = stride;
            stride *= dims[i];
          }
          strides[0] = stride;
          yield new memory.desc(dims, memory.data_type.f32, strides);
        }
      };
    }

    private static long[] rowMajor(long[] dims) {
      long[] strides = new long[dims.length];
      long stride = 1;
      for (int i = dims.length - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= dims[i];
      }
      return strides;
    }

    void close() {
      computation.close();
      description.close();
      weights.close();
      if (bias != null) {
        bias.close();
      }
      order.close();
      buffers.clear();
    }
  }

  private static final class Client implements Entry {
    private final Primitive shared;
    private final LastOut hold;
    private final int threads;
    private final stream order;
    private final memory src;
    private final memory dst;
    private final IntMemoryMap arguments = new IntMemoryMap();
    private final int dstCount;
    private @Nullable Thread lastCaller;
    private boolean closed;

    Client(Task task, Primitive shared, LastOut hold) {
      this.shared = shared;
      this.hold = hold;
      this.threads = task.threads();
      this.order = new stream(shared.cpu);
      this.src = new memory(shared.description.src_desc(), shared.cpu);
      this.dst = new memory(shared.description.dst_desc(), shared.cpu);
      this.dstCount = Math.toIntExact(shared.dstPlain.get_size() / Float.BYTES);
      memory given = shared.memory(shared.srcPlain, task.src());
      new reorder(given, src).execute(order, given, src);
      order._wait();
      arguments
          .put(DNNL_ARG_SRC, src)
          .put(DNNL_ARG_DST, dst)
          .put(DNNL_ARG_WEIGHTS, shared.weights)
          .put(DNNL_ARG_SCRATCHPAD, new memory(shared.description.scratchpad_desc(), shared.cpu));
      if (shared.bias != null) {
        arguments.put(DNNL_ARG_BIAS, shared.bias);
      }
    }

    @Override
    public void call() {
      if (lastCaller != Thread.currentThread()) {
        lastCaller = Thread.currentThread();
        OpenMpThreads.set(threads);
      }
      shared.computation.execute(order, arguments);
      order._wait();
    }

    @Override
    public float[] result() {
      FloatBuffer buffer = Floats.direct(dstCount);
      var plain = new memory(shared.dstPlain, shared.cpu, new Pointer(buffer));
      new reorder(dst, plain).execute(order, dst, plain);
      order._wait();
      return Floats.toArray(buffer);
    }

    @Override
    public String implementation() {
      return shared.description.impl_info_str().getString();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        arguments.close();
        src.close();
        dst.close();
        order.close();
        hold.release();
      }
    }
  }
}
