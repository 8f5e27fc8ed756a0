package io.github.conv4j.bench.equal;

import io.github.conv4j.bench.equal.Work.Axis;
import io.github.conv4j.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The pairs of a run: those that were cliffs once, then as many by chance as are wanted. */
final class Pairs {
  private Pairs() {}

  /** Returns pairs by chance, all distinct; the same seed gives the same pairs. */
  static List<EqualPair> random(long seed, int count) {
    return random(new RandomWork(seed), count);
  }

  static List<EqualPair> random(RandomWork random, int count) {
    List<EqualPair> pairs = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int turn = 0; pairs.size() < count; turn++) {
      EqualPair pair = Kinds.ALL.get(turn % Kinds.ALL.size()).draw(random);
      if (pair != null && seen.add(pair.first() + " " + pair.second())) {
        pairs.add(pair);
      }
    }
    return pairs;
  }

  /** Returns an example of each kind of cliff that was found in some release. */
  static List<EqualPair> known() {
    List<EqualPair> pairs = new ArrayList<>();
    for (String line :
        List.of(
            "g256mb1_ic256oc256_ih28kh3ph1",
            "g256mb1_ic256oc256_ih56kh3ph1",
            "g64mb1_ic64oc64_id16ih28iw28kd3kh3kw3pd1ph1pw1",
            "mb1_ic64oc256_ih56kh1",
            "mb1_ic256oc64_ih28kh1",
            "mb1_ic3oc32_ih112kh3sh2ph1")) {
      pairs.add(Kinds.layout(work(line), false));
    }
    for (String line :
        List.of(
            "mb1_ic1oc1_ih512kh3ph1",
            "mb1_ic1oc1_ih512kh7ph3",
            "mb1_ic1oc1_ih512kh15ph7",
            "mb1_ic1oc1_iw65536kw31pw15")) {
      pairs.add(Kinds.oneChannel(work(line)));
    }
    for (String line : List.of("g64mb1_ic64oc64_iw2048kw4", "mb1_ic1oc8_iw1775963kw8sw2")) {
      for (boolean last : new boolean[] {true, false}) {
        pairs.add(Kinds.withAxis("height 1", work(line), 0, last));
        pairs.add(Kinds.withAxis("width 1", work(line), 1, last));
      }
    }
    pairs.add(Kinds.dilationAlike(work("g960mb1_ic960oc960_ih33kh3ph1"), 6, true));
    pairs.add(Kinds.dilationAlike(work("g960mb1_ic960oc960_ih33kh3ph1"), 6, false));
    Axis seven = new Axis(1, 7, 1, 1, 0, 0);
    Work transposed = new Work(64, 1, 100, 64, List.of(seven, seven), true, false);
    pairs.add(Kinds.transposedFromOnePixel(transposed, true));
    pairs.add(Kinds.transposedFromOnePixel(transposed, false));
    pairs.add(Kinds.layout(work("mb8_ic64oc64_ih56kh3ph1"), true));
    pairs.add(Kinds.layout(work("g64mb3_ic64oc64_ih56kh3ph1"), true));
    return pairs;
  }

  private static Work work(String line) {
    return Work.of(Problem.parse(line));
  }
}
