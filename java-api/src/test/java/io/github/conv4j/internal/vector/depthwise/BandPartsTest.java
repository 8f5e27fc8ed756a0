package io.github.conv4j.internal.vector.depthwise;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.Requests;
import io.github.conv4j.internal.ready.CompilationCut;
import io.github.conv4j.problem.Problem;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the JIT compiler is shown of a layer does all that the layer does. */
class BandPartsTest {
  @ParameterizedTest
  @CsvSource({
    "g96mb1_ic96oc96_ih112oh56kh3sh2ph1_iw112ow56kw3sw2pw1, true",
    "g64mb1_ic64oc64_ih224kh3ph1_iw224kw3pw1, true",
    "g96mb1_ic96oc96_ih120kh5ph2_iw120kw5pw2, true",
    "g32mb1_ic32oc32_ih112kh3ph1_iw112kw3pw1, false",
    "g320mb1_ic320oc320_ih7kh3ph1_iw7kw3pw1, false",
  })
  void readAheadWhatTheWholeReadsAhead(String line, boolean isFar) {
    Problem problem = Problem.parse(line);
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engines.named("vector", EngineOptions.defaults().withThreads(1))) {
      PrepareRequest whole = Requests.withZeros(problem, arena);
      String way = ((Alternatives) engine).implementations(whole).getFirst();
      PrepareRequest part =
          Objects.requireNonNull(CompilationCut.of((Alternatives) engine, way, whole, arena))
              .request();

      assertThat(plan(whole).readsAhead).isEqualTo(isFar);
      assertThat(plan(part).readsAhead).as(part.src().toString()).isTrue();
    }
  }

  private static BandPlan plan(PrepareRequest request) {
    return new BandPlan(DepthwiseKernels.vector(), request, request.src(), request.dst(), 1);
  }
}
