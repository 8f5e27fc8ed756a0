package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Constant;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Goes over the samples, as often as is asked for, tells of each, and checks each the first time.
 */
final class SamplePasses {
  private final Iterable<? extends Map<String, Constant>> samples;
  private final Quantization.Listener listener;
  private final Consumer<Map<String, Constant>> check;
  private int pass;
  private int passes;

  SamplePasses(
      Iterable<? extends Map<String, Constant>> samples,
      Quantization.Listener listener,
      Consumer<Map<String, Constant>> check) {
    this.samples = samples;
    this.listener = listener;
    this.check = check;
  }

  /** Tells how many passes there will be, with those that were. */
  void expect(int count) {
    passes = count;
  }

  /** Returns the samples once more. */
  Iterable<Map<String, Constant>> next(String what) {
    pass++;
    int number = pass;
    return () -> {
      Iterator<? extends Map<String, Constant>> each = samples.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return each.hasNext();
        }

        @Override
        public Map<String, Constant> next() {
          listener.next(what, number, passes);
          Map<String, Constant> sample = each.next();
          if (number == 1) {
            check.accept(sample);
          }
          return sample;
        }
      };
    };
  }
}
