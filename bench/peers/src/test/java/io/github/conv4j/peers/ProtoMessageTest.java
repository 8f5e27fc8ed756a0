package io.github.conv4j.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes of the examples in the encoding's own documentation. */
class ProtoMessageTest {
  @Test
  void writesVarints() {
    assertThat(hex(new ProtoMessage().integer(1, 150))).isEqualTo("089601");
    assertThat(hex(new ProtoMessage().integer(1, -2))).isEqualTo("08feffffffffffffffff01");
    assertThat(hex(new ProtoMessage().integers(6, 3, 270))).isEqualTo("3003308e02");
  }

  @Test
  void writesTextAndNestedMessages() {
    assertThat(hex(new ProtoMessage().text(2, "testing"))).isEqualTo("120774657374696e67");
    assertThat(hex(new ProtoMessage().message(3, new ProtoMessage().integer(1, 150))))
        .isEqualTo("1a03089601");
  }

  @Test
  void writesFieldNumbersOfTwoBytesAndFloatsInLittleEndian() {
    assertThat(hex(new ProtoMessage().integer(20, 7))).isEqualTo("a00107");
    assertThat(hex(new ProtoMessage().floats(9, new float[] {1, -2})))
        .isEqualTo("4a080000803f000000c0");
  }

  @Test
  void writesLongLengths() {
    byte[] bytes = new ProtoMessage().text(1, "x".repeat(300)).toByteArray();

    assertThat(bytes).hasSize(303).startsWith(0x0a, 0xac, 0x02);
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).endsWith("xxx");
  }

  private static String hex(ProtoMessage message) {
    return HexFormat.of().formatHex(message.toByteArray());
  }
}
