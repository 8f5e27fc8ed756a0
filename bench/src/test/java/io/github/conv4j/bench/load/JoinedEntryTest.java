package io.github.conv4j.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.contender.Entry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JoinedEntryTest {
  private final List<String> told = new ArrayList<>();

  private Entry part(String name, float... result) {
    return new Entry() {
      @Override
      public void call() {
        told.add("call " + name);
      }

      @Override
      public float[] result() {
        return result;
      }

      @Override
      public String implementation() {
        return "";
      }

      @Override
      public void close() {
        told.add("close " + name);
      }
    };
  }

  @Test
  void isAllItsPartsInOrder() {
    try (var joined = new JoinedEntry(List.of(part("a", 1), part("b", 2, 3)))) {
      joined.call();

      assertThat(joined.result()).containsExactly(1, 2, 3);
      assertThat(told).containsExactly("call a", "call b");
    }
    assertThat(told).endsWith("close a", "close b");
  }
}
