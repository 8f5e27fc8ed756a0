package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Constant;
import java.util.Iterator;
import java.util.Map;

/** Goes over the samples, as often as is asked for, and tells of each. */
final class SamplePasses {
  private final Iterable<? extends Map<String, Constant>> samples;
  private final Quantization.Listener listener;
  private int pass;
  private int passes;

  SamplePasses(Iterable<? extends Map<String, Constant>> samples, Quantization.Listener listener) {
    this.samples = samples;
    this.listener = listener;
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
          return each.next();
        }
      };
    };
  }
}
