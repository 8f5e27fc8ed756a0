package io.github.conv4j.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.Peers;
import io.github.conv4j.bench.contender.SameResult;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.validation.LayoutChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PeersTest {
  static List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    for (String line :
        List.of(
            "mb2_ic3oc5_iw17kw3pw1",
            "mb1_ic4oc8_ih9kh3ph1",
            "mb1_ic1oc1_ih11kh5ph2",
            "mb1_ic1oc1_ih12kh3ph1",
            "g4mb1_ic8oc12_ih9kh3ph1",
            "g16mb1_ic16oc16_ih10kh3ph1sh2",
            "mb1_ic3oc16_ih32kh7ph3sh2",
            "mb1_ic5oc7_ih13kh3ph2dh1",
            "mb1_ic4oc4_ih8oh8kh2sh1ph0_iw9ow10kw3pw2",
            "mb1_ic4oc6_ih8oh8kh4ph1",
            "mb1_ic8oc8_ih7kh1",
            "mb1_ic2oc3_id5kd3pd1_ih6kh3ph1_iw7kw3pw1")) {
      problems.add(Problem.parse(line));
    }
    for (String line :
        List.of(
            "mb1_ic4oc6_iw9ow18kw4sw2pw1",
            "mb1_ic4oc6_ih5oh10kh3sh2ph1",
            "mb1_ic4oc6_ih5oh9kh3sh2ph1",
            "g2mb2_ic4oc6_ih5oh7kh3ph0",
            "mb1_ic4oc6_ih5oh10kh4sh2ph1",
            "mb1_ic2oc3_id3od6kd2sd2_ih4oh8kh2sh2_iw5ow10kw2sw2")) {
      problems.add(Problem.parseTransposed(line));
    }
    problems.add(
        Problem.of(
            Convolution.conv2d(3, 4)
                .kernel(3)
                .padding(Padding.asymmetric(new long[] {0, 2}, new long[] {1, 0}))
                .flippedKernel()
                .bias(false)
                .build(),
            Shape.of(1, 3, 6, 7)));
    return problems;
  }

  static List<Arguments> pairs() {
    List<Arguments> pairs = new ArrayList<>();
    for (Contender peer : Peers.open()) {
      for (Problem problem : problems()) {
        pairs.add(Arguments.of(peer.name(), problem.toString(), peer, problem));
      }
    }
    return pairs;
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("pairs")
  void computesWhatTheNaiveLoopsCompute(String name, String line, Contender peer, Problem problem) {
    Set<String> lacks = new TreeSet<>();
    int runs = 0;
    for (LayoutChoice layout : LayoutChoice.values()) {
      for (int threads = 1; threads <= 2; threads++) {
        Task task = Task.random(problem, layout, threads, 7);
        Optional<String> lack = peer.lack(task);
        if (lack.isPresent()) {
          lacks.add(lack.get());
          continue;
        }
        runs++;
        try (Entry entry = peer.enter(task)) {
          entry.call();
          entry.call();
          assertThat(SameResult.difference(SameResult.expected(task), entry.result()))
              .as("%s, %s, %d threads", name, line, threads)
              .isEmpty();
        }
      }
    }
    assumeThat(runs).as("%s runs nothing of %s: %s", name, line, lacks).isPositive();
  }

  @Test
  void areAllThere() {
    assertThat(Peers.open())
        .extracting(Contender::name)
        .containsExactly("boofcv", "javacpp", "onnxruntime", "pytorch");
  }

  @Test
  void lackOnlyWhatTheyMust() {
    List<String> lacks = new ArrayList<>();
    for (Contender peer : Peers.open()) {
      for (Problem problem : problems()) {
        if (!peer.name().equals("boofcv")) {
          peer.lack(Task.random(problem, LayoutChoice.NCHW, 1, 7)).ifPresent(lacks::add);
        }
      }
    }

    assertThat(lacks).containsOnly("DJL has no transposed convolution for PyTorch");
  }

  @Test
  void letClientsShareAPreparedTask() {
    Task task = Task.random(problems().get(1), LayoutChoice.NCHW, 1, 7);
    float[] expected = SameResult.expected(task);
    for (Contender peer : Peers.open()) {
      if (peer.lack(task).isPresent()) {
        continue;
      }
      List<Entry> entries = peer.enter(task, 3);
      for (Entry entry : entries) {
        entry.call();
        assertThat(SameResult.difference(expected, entry.result())).as(peer.name()).isEmpty();
        entry.close();
        entry.close();
      }
    }
  }
}
