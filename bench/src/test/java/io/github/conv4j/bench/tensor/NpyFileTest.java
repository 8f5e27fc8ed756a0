package io.github.conv4j.bench.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NpyFileTest {
  private final Path folder;

  NpyFileTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16")
  void readsWhatItWrites(ElementType type) throws IOException {
    byte[] bytes = new byte[6 * type.byteSize()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    Path file = folder.resolve("x.npy");
    NpyFile.write(file, new Constant(type, new long[] {1, 2, 3}, MemorySegment.ofArray(bytes)));

    Constant read = NpyFile.read(file);
    assertThat(read.type()).isEqualTo(type);
    assertThat(read.dims()).containsExactly(1, 2, 3);
    assertThat(read.data().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
  }

  @Test
  void writesTheBytesOfNumPy() throws IOException {
    Path file = folder.resolve("x.npy");
    NpyFile.write(file, Constant.of(new float[] {1, 2}, 2));

    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).hasSize(128 + 8);
    assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII))
        .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }   ")
        .endsWith(" \n");
  }

  @Test
  void readsScalarsAndEmptyArrays() throws IOException {
    Path file = folder.resolve("x.npy");
    NpyFile.write(file, Constant.of(new long[] {7}));
    assertThat(NpyFile.read(file).dims()).isEmpty();
    NpyFile.write(file, Constant.of(new float[0], 3, 0));
    assertThat(NpyFile.read(file).elementCount()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), } | type '>f4'",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1), } | Fortran",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), } | takes 12 bytes",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), } | none",
        "{'descr': '<f4', 'fortran_order': False, } | not that of an array",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), } | not that of",
        "__import__('os') | not a dictionary"
      })
  void refusesOthers(String header, String sentence) throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NpyFile.read(file(header.strip())))
        .withMessageContaining(sentence.strip())
        .withMessageContaining("x.npy");
  }

  @Test
  void refusesWhatIsNoArray() throws IOException {
    Path file = folder.resolve("x.npy");
    Files.writeString(file, "hello, this is text");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NpyFile.read(file))
        .withMessageContaining("does not begin");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NpyFile.read(folder.resolve("none.npy")))
        .withMessageContaining("there is no file");
  }

  private Path file(String header) throws IOException {
    byte[] text = (header + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[10 + text.length + 8];
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0};
    System.arraycopy(magic, 0, all, 0, magic.length);
    System.arraycopy(text, 0, all, magic.length, text.length);
    return Files.write(folder.resolve("x.npy"), all);
  }
}
