package io.github.conv4j.bench.cli;

import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.ConvolutionCall;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.EngineProvider;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.engine.spi.Sequences;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;

/** Engines that fail in ways that real ones should not; they can start only while a test asks. */
public final class FakeEngines {
  static final String REASON = "this engine is for tests";
  static final String REMEDY = "leave it alone";

  private static volatile boolean enabled;

  private FakeEngines() {}

  /** Lets the engines start until closed. */
  static Enabled enable() {
    enabled = true;
    return () -> enabled = false;
  }

  interface Enabled extends AutoCloseable {
    @Override
    void close();
  }

  private abstract static class Fake implements EngineProvider {
    @Override
    public int priority() {
      return -1;
    }

    @Override
    public Availability availability() {
      return enabled
          ? new Availability.Available("0", "fake")
          : new Availability.Unavailable(REASON, REMEDY);
    }
  }

  /** Computes one number wrongly. */
  public static final class Wrong extends Fake {
    @Override
    public String name() {
      return "wrong";
    }

    @Override
    public Engine open(EngineOptions options) {
      return new Delegate(name()) {
        @Override
        public PreparedConvolution prepare(ConvolutionRequest request) {
          return new OffByOne(reference.prepare(request));
        }
      };
    }
  }

  /** Supports nothing. */
  public static final class Refusing extends Fake {
    @Override
    public String name() {
      return "refusing";
    }

    @Override
    public Engine open(EngineOptions options) {
      return new Delegate(name()) {
        @Override
        public Support support(ConvolutionRequest request) {
          return new Support.Unsupported("it is in no mood");
        }

        @Override
        public PreparedConvolution prepare(ConvolutionRequest request) {
          throw new UnsupportedConvolutionException(
              name(), request.convolution().toString(), "it is in no mood");
        }
      };
    }
  }

  /** Breaks on kernels of more than one tap. */
  public static final class Throwing extends Fake {
    @Override
    public String name() {
      return "throwing";
    }

    @Override
    public Engine open(EngineOptions options) {
      return new Delegate(name()) {
        @Override
        public PreparedConvolution prepare(ConvolutionRequest request) {
          if (request.convolution().kernel(0) > 1) {
            throw new IllegalStateException("a spring\nbroke");
          }
          return reference.prepare(request);
        }
      };
    }
  }

  private abstract static class Delegate implements Engine {
    final Engine reference = Engines.named("reference");
    private final String name;
    private final Sequences sequences;

    Delegate(String name) {
      this.name = name;
      this.sequences = Sequences.of(name, reference.options());
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public EngineOptions options() {
      return reference.options();
    }

    @Override
    public Support support(ConvolutionRequest request) {
      return reference.support(request);
    }

    @Override
    public PreparedConvolution prepare(
        ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
      return sequences.prepare(this, sequence, src, parameters);
    }

    @Override
    public void close() {
      sequences.close();
      reference.close();
    }
  }

  private record OffByOne(PreparedConvolution right) implements PreparedConvolution {
    @Override
    public TensorSpec src() {
      return right.src();
    }

    @Override
    public TensorSpec dst() {
      return right.dst();
    }

    @Override
    public Explanation explain() {
      return right.explain();
    }

    @Override
    public List<TensorSpec> operands() {
      return right.operands();
    }

    /** Calls with operands are right. */
    @Override
    public ConvolutionCall call() {
      return right.call();
    }

    @Override
    public void execute(Tensor src, Tensor dst) {
      right.execute(src, dst);
      if (!dst.spec().dataType().isInteger()) {
        long[] first = new long[dst.spec().shape().rank()];
        dst.setFloat(dst.getFloat(first) + 1, first);
      }
    }

    @Override
    public void close() {
      right.close();
    }
  }
}
