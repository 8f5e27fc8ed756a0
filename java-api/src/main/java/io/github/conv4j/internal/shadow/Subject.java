package io.github.conv4j.internal.shadow;

import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A prepared convolution as another engine needs it to compute a call again: the request with
 * parameters of its own. Freed when nobody holds it any more: the prepared convolution, or a sample
 * of one of its calls, which may outlive it.
 */
final class Subject {
  private final Arena arena = Arena.ofShared();
  private final AtomicInteger holders = new AtomicInteger(1);
  private final ConvolutionRequest request;
  private final List<TensorSpec> operands;
  private final String implementation;
  private final Accuracy accuracy;
  private final String other;
  private final Problem problem;
  private final long weightsByteSize;

  /** Asked by callers, which must not make iterators. */
  private final long sampleByteSize;

  /** Set by the thread that compares when it cannot, or need not any more. */
  private volatile boolean hopeless;

  /**
   * Copies the parameters.
   *
   * @param prepared from the request
   * @param implementation what the engine calls it
   * @param other the name of the engine that computes calls again
   */
  Subject(
      PrepareRequest asked,
      PreparedConvolution prepared,
      String implementation,
      Accuracy accuracy,
      String other) {
    this.implementation = implementation;
    this.accuracy = accuracy;
    this.other = other;
    this.operands = prepared.operands();
    this.problem = new Problem(asked.convolution(), asked.src().shape(), "", asked.types());
    try {
      Tensor weights = copy(asked.weights());
      Tensor bias = asked.bias() == null ? null : copy(asked.bias());
      List<Tensor> constants = new ArrayList<>();
      asked.operands().forEach(operand -> constants.add(copy(operand)));
      this.request =
          ConvolutionRequest.of(asked.convolution(), prepared.src())
              .withDst(prepared.dst())
              .withParameters(weights, bias)
              .withOperands(constants);
      this.weightsByteSize =
          weights.spec().byteSize()
              + (bias == null ? 0 : bias.spec().byteSize())
              + constants.stream().mapToLong(each -> each.spec().byteSize()).sum();
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
    long bytes = request.src().byteSize() + request.dst().byteSize();
    for (TensorSpec operand : operands) {
      bytes += operand.byteSize();
    }
    this.sampleByteSize = bytes + (long) (operands.size() + 1) * (Tensor.ALIGNMENT_BYTES - 1);
  }

  private Tensor copy(Tensor tensor) {
    Tensor copy = Tensor.allocate(tensor.spec(), arena);
    MemorySegment.copy(tensor.segment(), 0, copy.segment(), 0, tensor.spec().byteSize());
    return copy;
  }

  /** For one more holder, on behalf of one that holds it. */
  void hold() {
    holders.incrementAndGet();
  }

  /** Whether only the one who asks holds it. */
  boolean isHeldOnce() {
    return holders.get() == 1;
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      arena.close();
    }
  }

  /** The layouts of src and dst are those of the prepared convolution. */
  ConvolutionRequest request() {
    return request;
  }

  /** What post-ops are given at each run. */
  List<TensorSpec> operands() {
    return operands;
  }

  String implementation() {
    return implementation;
  }

  Accuracy accuracy() {
    return accuracy;
  }

  String other() {
    return other;
  }

  Problem problem() {
    return problem;
  }

  /** The bytes of the copied parameters. */
  long weightsByteSize() {
    return weightsByteSize;
  }

  /** The bytes of the copy of a call. */
  long sampleByteSize() {
    return sampleByteSize;
  }

  boolean isHopeless() {
    return hopeless;
  }

  void giveUp() {
    hopeless = true;
  }

  @Nullable Tensor bias() {
    return request.bias().orElse(null);
  }
}
