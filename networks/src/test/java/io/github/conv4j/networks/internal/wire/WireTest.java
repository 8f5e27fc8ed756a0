package io.github.conv4j.networks.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.testing.ProtoWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a writer wrote is read; what none would write is refused, with the byte where it begins. */
class WireTest {
  private static WireReader reader(ProtoWriter message) {
    return reader(message.toByteArray());
  }

  private static WireReader reader(byte... message) {
    return new WireReader(MemorySegment.ofArray(message), new Allowance(message.length));
  }

  private static WireReader only(ProtoWriter message) {
    WireReader reader = reader(message);
    assertThat(reader.next()).isTrue();
    return reader;
  }

  private static void assertRefused(WireReader reader, String... parts) {
    assertThatThrownBy(
            () -> {
              while (reader.next()) {
                // Each field is checked by going over it.
              }
            })
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContainingAll(parts);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        1,
        127,
        128,
        16_383,
        16_384,
        -1,
        -2,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        Long.MAX_VALUE,
        Long.MIN_VALUE
      })
  void integers(long value) {
    WireReader reader = only(new ProtoWriter().varint(3, value));
    assertThat(reader.field()).isEqualTo(3);
    assertThat(reader.int64()).isEqualTo(value);
    assertThat(reader.next()).isFalse();
  }

  @Test
  void negativeIntegersTakeTenBytes() {
    byte[] message = new ProtoWriter().varint(1, -1).toByteArray();
    assertThat(message).hasSize(11);
    assertThat(only(new ProtoWriter().varint(1, -1)).int32()).isEqualTo(-1);
  }

  @Test
  void integersOf32BitsMustFit() {
    assertThatThrownBy(only(new ProtoWriter().varint(4, 1L << 31))::int32)
        .isInstanceOf(InvalidModelException.class)
        .hasMessage("at byte 0: field 4 is 2147483648, which does not fit 32 bits");
  }

  @Test
  void zerosBeforeTheEndOfAVarintAreAllowed() {
    WireReader reader = reader((byte) 0x08, (byte) 0x81, (byte) 0x80, (byte) 0x00);
    assertThat(reader.next()).isTrue();
    assertThat(reader.int64()).isEqualTo(1);
  }

  @Test
  void packedAndUnpackedIntegersAreTheSame() {
    long[] values = {3, -1, 0, Long.MIN_VALUE, 300};
    var unpacked = new ProtoWriter();
    for (long value : values) {
      unpacked.varint(7, value);
    }
    assertThat(integers(reader(unpacked)))
        .isEqualTo(integers(reader(new ProtoWriter().packed(7, values))))
        .containsExactly(3L, -1L, 0L, Long.MIN_VALUE, 300L);
  }

  private static List<Long> integers(WireReader reader) {
    List<Long> values = new ArrayList<>();
    long told = 0;
    while (reader.next()) {
      told += reader.integerCount();
      reader.integers(values::add);
    }
    assertThat(told).isEqualTo(values.size());
    return values;
  }

  @Test
  void packedAndUnpackedFloatsAreTheSame() {
    var unpacked = new ProtoWriter().fixed32(2, 1.5f).fixed32(2, -2f);
    var packed = new ProtoWriter().packed(2, 1.5f, -2f);
    assertThat(floats(reader(unpacked)))
        .isEqualTo(floats(reader(packed)))
        .containsExactly(1.5f, -2f);
  }

  private static List<Float> floats(WireReader reader) {
    List<Float> values = new ArrayList<>();
    while (reader.next()) {
      MemorySegment fixed = reader.fixed(4);
      for (long i = 0; i < fixed.byteSize(); i += 4) {
        values.add(fixed.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i));
      }
    }
    return values;
  }

  @Test
  void eightBytesAtATime() {
    WireReader reader = only(new ProtoWriter().fixed64(2, Math.PI));
    assertThat(reader.fixed(8).get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0)).isEqualTo(Math.PI);
    assertThatThrownBy(() -> reader.fixed(4)).hasMessageContaining("wire type 1");
  }

  @Test
  void bytesAreNotCopied() {
    byte[] message = new ProtoWriter().bytes(5, (byte) 1, (byte) 2).toByteArray();
    WireReader reader = reader(message);
    assertThat(reader.next()).isTrue();
    message[message.length - 1] = 9;
    assertThat(reader.bytes().toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 9);
  }

  @Test
  void texts() {
    assertThat(only(new ProtoWriter().text(1, "weiß 重み 🙂")).text(100)).isEqualTo("weiß 重み 🙂");
    assertThat(only(new ProtoWriter().text(1, "")).text(0)).isEmpty();
  }

  @Test
  void textsAreUtf8AndShort() {
    assertThatThrownBy(() -> only(new ProtoWriter().bytes(1, (byte) 'a', (byte) 0xFF)).text(10))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage("at byte 0: the text is not UTF-8");
    assertThatThrownBy(() -> only(new ProtoWriter().text(1, "abcd")).text(3))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage("at byte 0: the text has 4 bytes, more than the 3 allowed");
  }

  @Test
  void messagesInsideMessagesEndWhereTheySay() {
    var inner = new ProtoWriter().varint(1, 5).text(2, "in");
    WireReader outer = reader(new ProtoWriter().varint(9, 0).message(3, inner).varint(4, 6));
    assertThat(outer.next()).isTrue();
    assertThat(outer.next()).isTrue();
    WireReader message = outer.message();
    assertThat(message.at()).isEqualTo(4);
    assertThat(message.next()).isTrue();
    assertThat(message.int64()).isEqualTo(5);
    assertThat(message.next()).isTrue();
    assertThat(message.at()).isEqualTo(6);
    assertThat(message.text(10)).isEqualTo("in");
    assertThat(message.next()).isFalse();
    message.rewind();
    assertThat(message.next()).isTrue();
    assertThat(message.field()).isEqualTo(1);
    assertThat(outer.next()).isTrue();
    assertThat(outer.int64()).isEqualTo(6);
  }

  @Test
  void nestingHasAnEnd() {
    var message = new ProtoWriter().varint(1, 1);
    for (int i = 0; i < 17; i++) {
      message = new ProtoWriter().message(2, message);
    }
    WireReader reader = reader(message);
    assertThatThrownBy(() -> descend(reader))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("messages are nested more than 16 deep");
  }

  private static void descend(WireReader outermost) {
    WireReader reader = outermost;
    while (reader.next()) {
      reader = reader.message();
    }
  }

  @Test
  void aFieldOfAnotherWireTypeIsRefused() {
    assertRefusedBy(new ProtoWriter().text(2, "a"), WireReader::int64, "must be a varint");
    assertRefusedBy(new ProtoWriter().text(2, "a"), WireReader::float32, "must be a number");
    assertRefusedBy(new ProtoWriter().varint(2, 1), WireReader::bytes, "must be length-delimited");
    assertRefusedBy(new ProtoWriter().varint(2, 1), WireReader::message, "must be a message");
    assertRefusedBy(new ProtoWriter().varint(2, 1), in -> in.text(9), "must be a text");
    assertRefusedBy(new ProtoWriter().varint(2, 1), in -> in.fixed(4), "numbers of 4 bytes");
    assertRefusedBy(new ProtoWriter().varint(2, 1), in -> in.fixed(8), "numbers of 8 bytes");
    assertRefusedBy(new ProtoWriter().fixed32(2, 1), in -> in.integers(i -> {}), "must be varints");
    assertRefusedBy(new ProtoWriter().fixed32(2, 1), WireReader::integerCount, "must be varints");
    assertRefusedBy(new ProtoWriter().bytes(2, new byte[5]), in -> in.fixed(4), "whole numbers");
  }

  private static void assertRefusedBy(ProtoWriter message, Consumer<WireReader> read, String part) {
    WireReader reader = only(message);
    assertThatThrownBy(() -> read.accept(reader))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith("at byte 0: field 2 has ")
        .hasMessageContaining(part);
  }

  @Test
  void brokenTags() {
    assertRefused(reader((byte) 0x02), "at byte 0", "number is 0");
    assertRefused(
        reader(new ProtoWriter().rawVarint(1L << 32).rawVarint(0)), "number is 536870912");
    assertRefused(reader(new ProtoWriter().rawVarint(-8)), "number is 2305843009213693951");
    for (int wireType : new int[] {3, 4, 6, 7}) {
      assertRefused(
          reader(new ProtoWriter().varint(1, 0).tag(5, wireType)),
          "at byte 2: field 5 has wire type " + wireType);
    }
  }

  @Test
  void brokenVarints() {
    assertRefused(reader((byte) 0x80), "cut off", "at byte 1");
    assertRefused(reader((byte) 0x08, (byte) 0xFF), "at byte 0", "cut off");
    byte[] wide = new byte[12];
    Arrays.fill(wide, (byte) 0xFF);
    wide[0] = 0x08;
    assertRefused(reader(wide), "at byte 0: a varint is wider than 64 bits");
    wide[10] = 0x02;
    assertRefused(reader(wide), "wider than 64 bits");
    wide[10] = 0x01;
    assertThat(reader(wide).next()).isTrue();
  }

  @Test
  void lengthsBeyondTheEnd() {
    for (long told : new long[] {2, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      assertRefused(
          reader(new ProtoWriter().varint(1, 1).bytes(2, told, (byte) 7)),
          "at byte 2: field 2 says that " + Long.toUnsignedString(told) + " bytes follow",
          "ends after 1");
    }
    assertRefused(reader(new ProtoWriter().tag(1, 5).raw(new byte[3])), "4 bytes follow");
    assertRefused(reader(new ProtoWriter().tag(1, 1).raw(new byte[7])), "8 bytes follow");
  }

  @Test
  void whatIsInsideDoesNotReachOutside() {
    var outer = new ProtoWriter().message(1, new ProtoWriter().bytes(2, 5)).raw(new byte[9]);
    WireReader inner = only(outer).message();
    assertRefused(inner, "5 bytes follow, but its message ends after 0");
    var cut = new ProtoWriter().bytes(1, (byte) 0x80).raw(new byte[9]);
    WireReader packed = only(cut);
    assertThatThrownBy(() -> packed.integers(i -> {}))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage("at byte 2: a varint is cut off by the end of its message at byte 3");
  }

  @Test
  void heapIsTakenBeforeItIsUsed() {
    var allowance = new Allowance(10);
    allowance.takeHeap(16 << 20, 1);
    allowance.takeHeap(30, 2);
    assertThatThrownBy(() -> allowance.takeHeap(1, 3))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("byte 3 needs more than the 16777246 bytes of heap");
  }

  @Test
  void otherFilesAddToTheHeapUpToALimit() {
    var allowance = new Allowance(10);
    allowance.addFile(1000);
    allowance.takeHeap((16 << 20) + 3030, 1);
    allowance.addFile(Long.MAX_VALUE);
    allowance.addFile(Long.MAX_VALUE);
    allowance.takeHeap((64 << 20) - 3000, 2);
    assertThatThrownBy(() -> allowance.takeHeap(1, 3)).isInstanceOf(InvalidModelException.class);
  }

  /** Bytes are read through a window of 8192, wherever a text lies and however long it is. */
  @Test
  void textsLieAcrossTheWindow() {
    for (int length : new int[] {1, 100, 8191, 8192, 8193, 50_000}) {
      for (String end : new String[] {"end", "ende ß"}) {
        String text = "a".repeat(length) + end;
        for (int before : new int[] {0, 8000, 8190, 20_000}) {
          var message = new ProtoWriter().bytes(1, new byte[before]).text(2, text).varint(3, 7);
          WireReader in = reader(message.toByteArray());
          assertThat(in.next()).isTrue();
          assertThat(in.next()).isTrue();
          assertThat(in.text(100_000)).isEqualTo(text);
          assertThat(in.next()).isTrue();
          assertThat(in.int64()).isEqualTo(7);
        }
      }
    }
  }

  @Test
  void fieldsAreCounted() {
    byte[] message = new byte[2 * 1_000_001];
    for (int i = 0; i < message.length; i += 2) {
      message[i] = 0x08;
    }
    WireReader reader = reader(message);
    for (int pass = 0; pass < 3; pass++) {
      passOver(reader);
      assertThat(reader.field()).isEqualTo(1);
      reader.rewind();
    }
    assertThatThrownBy(() -> passOver(reader))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("one field more than the 4000000");
  }

  private static void passOver(WireReader reader) {
    while (reader.next()) {
      // Counted.
    }
  }

  @Test
  void randomMessagesComeBack() {
    long seed = Long.getLong("conv4j.test.seed", 20_250_101);
    var random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      List<Object> wanted = new ArrayList<>();
      var message = new ProtoWriter();
      for (int i = random.nextInt(200); i > 0; i--) {
        wanted.add(write(message, random));
      }
      assertThat(read(reader(message))).as("seed %d, round %d", seed, round).isEqualTo(wanted);
    }
  }

  private static Object write(ProtoWriter message, Random random) {
    int field = 1 + random.nextInt(1 << random.nextInt(29));
    switch (random.nextInt(3)) {
      case 0 -> {
        long value = random.nextLong() >> random.nextInt(64);
        message.varint(field, value);
        return field + " " + value;
      }
      case 1 -> {
        float value = random.nextFloat();
        message.fixed32(field, value);
        return field + " " + value;
      }
      default -> {
        String value = "ä".repeat(random.nextInt(100)) + random.nextInt();
        message.text(field, value);
        return field + " " + value;
      }
    }
  }

  private static List<Object> read(WireReader reader) {
    List<Object> found = new ArrayList<>();
    while (reader.next()) {
      found.add(reader.field() + " " + value(reader));
    }
    return found;
  }

  private static Object value(WireReader reader) {
    try {
      return reader.int64();
    } catch (InvalidModelException notAVarint) {
      try {
        return reader.float32();
      } catch (InvalidModelException notAFloat) {
        return reader.text(1000);
      }
    }
  }

  @Test
  void excerptsAreShortAndHarmless() {
    assertThat(Excerpt.of("conv1/weights:0")).isEqualTo("\"conv1/weights:0\"");
    assertThat(Excerpt.of("a\nb\u001B[31m\u202E\"\u2028c\uD800")).isEqualTo("\"a?b?[31m???c?\"");
    assertThat(Excerpt.of("重み")).isEqualTo("\"重み\"");
    assertThat(Excerpt.of("x".repeat(81))).isEqualTo("\"" + "x".repeat(80) + "...\"");
    assertThat(Excerpt.of("🙂".repeat(80))).hasSize(162);
    assertThat(Excerpt.whole("x".repeat(81) + "\n")).isEqualTo("\"" + "x".repeat(81) + "?\"");
  }
}
