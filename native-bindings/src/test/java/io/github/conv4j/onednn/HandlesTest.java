package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HandlesTest {
  private final List<Long> destroyed = new ArrayList<>();

  @Test
  void theYoungestIsDestroyedFirst() {
    try (var handles = new Handles()) {
      own(handles, 1, null);
      own(handles, 2, null);
    }
    assertThat(destroyed).containsExactly(2L, 1L);
  }

  @Test
  void whateverADestroyerThrowsTheRestIsDestroyed() {
    var handles = new Handles();
    own(handles, 1, null);
    own(handles, 2, new DnnlStatusException("runtime_error", "destroying the second"));
    own(handles, 3, new StackOverflowError());
    own(handles, 4, null);
    own(handles, 5, new IllegalStateException("the first to fail"));

    assertThatThrownBy(handles::close)
        .isInstanceOf(IllegalStateException.class)
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .hasExactlyElementsOfTypes(
                        StackOverflowError.class, DnnlStatusException.class));
    assertThat(destroyed).containsExactly(5L, 4L, 3L, 2L, 1L);

    handles.close();
    assertThat(destroyed).as("closing again does nothing").hasSize(5);
  }

  private void own(Handles handles, long address, @Nullable Throwable failure) {
    handles.own(
        MemorySegment.ofAddress(address),
        handle -> {
          destroyed.add(handle.address());
          if (failure instanceof Error error) {
            throw error;
          }
          if (failure instanceof RuntimeException exception) {
            throw exception;
          }
        });
  }
}
