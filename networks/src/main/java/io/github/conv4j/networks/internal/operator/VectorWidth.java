package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vectors that all loops on the Vector API compute with. */
final class VectorWidth {
  /** System property: the vector width in bits, for tests; the widest of the CPU if not set. */
  private static final String BITS_PROPERTY = "conv4j.vector.bits";

  static final VectorSpecies<Float> SPECIES =
      switch (Integer.getInteger(BITS_PROPERTY, 0)) {
        case 128 -> FloatVector.SPECIES_128;
        case 256 -> FloatVector.SPECIES_256;
        case 512 -> FloatVector.SPECIES_512;
        default -> FloatVector.SPECIES_PREFERRED;
      };

  static final int LANES = SPECIES.length();

  private VectorWidth() {}

  static FloatVector load(MemorySegment segment, long element) {
    return FloatVector.fromMemorySegment(
        SPECIES, segment, element * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
  }

  static void store(FloatVector vector, MemorySegment segment, long element) {
    vector.intoMemorySegment(segment, element * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
  }

  static FloatVector all(float number) {
    return FloatVector.broadcast(SPECIES, number);
  }
}
