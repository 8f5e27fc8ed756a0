package io.github.conv4j.internal.ready;

import io.github.conv4j.Convolution;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.ConvolutionCall;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Makes calls that do not count, on tensors of its own, until the code that runs is compiled: first
 * on a small part of the problem, since uncompiled vector code is many times slower.
 *
 * <p>Code that is not compiled makes an object of every vector, so that a thread that takes nothing
 * from the heap runs compiled code. Calls take turns between tensors of a shared arena and of a
 * confined one: without native access there is code for each, or code that is thrown away when it
 * meets the other kind. Kernels are shared by all problems of a process: what an earlier problem
 * has compiled takes a few calls here.
 */
public final class Readiness {
  private static final int CALM_CALLS = 4;

  /** The JVM itself takes some hundred bytes now and then. */
  private static final long MOST_HEAP_BYTES = 2_048;

  /** Some code is never compiled whole; it is not waited for any longer. */
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  /** Where heap use is unknown: about as many calls as the JIT compiler asks for. */
  private static final int CALLS_WITHOUT_HEAP_USE = 2_000;

  private Readiness() {}

  /**
   * Makes a convolution ready that has just been prepared, and returns it.
   *
   * @param engine that prepares small problems without being asked for readiness
   * @param prepared for the request; closed if this fails
   */
  public static PreparedConvolution of(
      Alternatives engine, PrepareRequest request, PreparedConvolution prepared) {
    try {
      compileOnPart(engine, request);
    } catch (Throwable e) {
      prepared.close();
      throw e;
    }
    return of(prepared);
  }

  /**
   * Makes a convolution ready that has just been prepared, and returns it; closes it on failure.
   */
  public static PreparedConvolution of(PreparedConvolution prepared) {
    try {
      PlatformThread.run(() -> callUntilCompiled(prepared));
      return prepared;
    } catch (Throwable e) {
      prepared.close();
      throw e;
    }
  }

  private static void compileOnPart(Alternatives engine, PrepareRequest request) {
    if (!engine.warmsUp()) {
      return;
    }
    List<String> ways = engine.implementations(request);
    if (ways.isEmpty()) {
      return;
    }
    String way = ways.getFirst();
    try (Arena arena = Arena.ofConfined()) {
      ProblemCut cut = CompilationCut.of(engine, way, request, arena);
      if (cut != null) {
        List<String> others = engine.implementations(cut.request());
        if (!others.isEmpty()) {
          String same = others.contains(way) ? way : others.getFirst();
          try (PreparedConvolution small = engine.prepare(cut.request(), same)) {
            PlatformThread.run(() -> callUntilCompiled(small));
          }
        }
      }
    }
  }

  private static void callUntilCompiled(PreparedConvolution prepared) {
    try (Arena shared = Arena.ofShared();
        Arena confined = Arena.ofConfined()) {
      ConvolutionCall[] callers = {call(prepared, shared), call(prepared, confined)};
      long end = System.nanoTime() + PATIENCE_NANOS;
      int calm = 0;
      for (int calls = 0; calm < CALM_CALLS && System.nanoTime() < end; calls++) {
        ConvolutionCall call = callers[calls % callers.length];
        long before = HeapUse.bytes();
        call.execute();
        boolean isCompiled =
            before == HeapUse.UNKNOWN
                ? calls > CALLS_WITHOUT_HEAP_USE
                : HeapUse.bytes() - before < MOST_HEAP_BYTES;
        calm = isCompiled ? calm + 1 : 0;
      }
    }
  }

  private static ConvolutionCall call(PreparedConvolution prepared, Arena arena) {
    ConvolutionCall call = prepared.call();
    call.src(Tensor.allocate(prepared.src(), arena));
    call.dst(Tensor.allocate(prepared.dst(), arena));
    for (int i = 0; i < prepared.operands().size(); i++) {
      call.operand(i, Tensor.allocate(prepared.operands().get(i), arena));
    }
    return call;
  }

  /**
   * Makes an engine ready for problems, several at a time.
   *
   * @param prepare prepares a request and makes it ready
   */
  public static void ofAll(Engine engine, List<ConvolutionRequest> requests, Preparer prepare) {
    requests.forEach(request -> requireSupported(engine, request));
    Map<String, ConvolutionRequest> distinct = new LinkedHashMap<>();
    for (ConvolutionRequest request : requests) {
      distinct.putIfAbsent(
          request.convolution() + " " + request.src() + " " + request.dst(), request);
    }
    int threads = Math.min(Runtime.getRuntime().availableProcessors() + 1, distinct.size());
    if (threads == 0) {
      return;
    }
    try (var executor =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("conv4j-ready-", 0).factory())) {
      List<Future<?>> all = new ArrayList<>();
      for (ConvolutionRequest request : distinct.values()) {
        all.add(executor.submit(() -> prepareOnce(request, prepare)));
      }
      waitFor(all);
    }
  }

  /** Prepares a request and makes it ready. */
  @FunctionalInterface
  public interface Preparer {
    /** Returns what the caller closes. */
    PreparedConvolution prepare(ConvolutionRequest request);
  }

  private static void requireSupported(Engine engine, ConvolutionRequest request) {
    if (engine.support(request) instanceof Support.Unsupported no) {
      throw new UnsupportedConvolutionException(
          engine.name(), request.convolution() + " on " + request.src(), no.reason());
    }
  }

  private static void prepareOnce(ConvolutionRequest request, Preparer prepare) {
    // Its code is compiled; another one will be prepared for use.
    try (Arena arena = Arena.ofConfined()) {
      prepare.prepare(withZeros(request, arena)).close();
    }
  }

  private static ConvolutionRequest withZeros(ConvolutionRequest request, Arena arena) {
    if (request.weights().isPresent()) {
      return request;
    }
    Convolution convolution = request.convolution();
    Tensor weights = Tensor.allocate(request.weightsSpec(), arena);
    Tensor bias = request.biasSpec().map(spec -> Tensor.allocate(spec, arena)).orElse(null);
    List<Tensor> operands = new ArrayList<>();
    for (var operand : convolution.postOps().requestOperands()) {
      operands.add(
          Tensor.allocate(ConvolutionRequest.runOperandSpec(operand, request.dst()), arena));
    }
    return request.withParameters(weights, bias).withOperands(operands);
  }

  private static void waitFor(List<Future<?>> all) {
    boolean interrupted = false;
    for (Future<?> each : all) {
      try {
        each.get();
      } catch (InterruptedException e) {
        interrupted = true;
        all.forEach(other -> other.cancel(false));
        break;
      } catch (ExecutionException e) {
        all.forEach(other -> other.cancel(false));
        if (e.getCause() instanceof RuntimeException runtime) {
          throw runtime;
        }
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw new AssertionError(e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
