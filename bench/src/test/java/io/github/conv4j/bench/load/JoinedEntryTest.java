package io.github.conv4j.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.LastOut;
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
        if (name.startsWith("broken")) {
          throw new IllegalStateException(name);
        }
      }
    };
  }

  @Test
  void isAllItsPartsInOrder() {
    var users = new LastOut(1, () -> told.add("all out"));
    try (var joined = new JoinedEntry(List.of(part("a", 1), part("b", 2, 3)), users)) {
      joined.call();

      assertThat(joined.result()).containsExactly(1, 2, 3);
      assertThat(told).containsExactly("call a", "call b");
    }
    assertThat(told).endsWith("close a", "close b", "all out");
  }

  @Test
  void closesAllPartsEvenIfSomeThrow() {
    var users = new LastOut(1, () -> told.add("all out"));
    var joined =
        new JoinedEntry(List.of(part("broken a"), part("b"), part("broken c"), part("d")), users);

    assertThatThrownBy(joined::close)
        .hasMessage("broken a")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("broken c"));
    assertThat(told)
        .containsExactly("close broken a", "close b", "close broken c", "close d", "all out");
  }
}
