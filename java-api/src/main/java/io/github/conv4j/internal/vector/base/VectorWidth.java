package io.github.conv4j.internal.vector.base;

import io.github.conv4j.internal.checks.Properties;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The vectors that all loops on the Vector API compute with. */
public final class VectorWidth {
  /** System property: the vector width in bits, for tests; the widest of the CPU if not set. */
  private static final String BITS_PROPERTY = "conv4j.vector.bits";

  /** System property: 16 or 32 vector registers, for tests; as many as the CPU has if not set. */
  private static final String REGISTERS_PROPERTY = "conv4j.vector.registers";

  public static final VectorSpecies<Float> SPECIES = species();

  /** The class of all these vectors. */
  public static final Class<?> VECTOR_CLASS = SPECIES.vectorType();

  /** The class of their masks. */
  public static final Class<?> MASK_CLASS = SPECIES.maskType();

  /** How many floats one vector holds. */
  public static final int LANES = SPECIES.length();

  public static final int BITS = SPECIES.vectorBitSize();
  public static final long VECTOR_BYTES = SPECIES.vectorByteSize();
  public static final VectorMask<Float> ALL = SPECIES.maskAll(true);
  public static final VectorMask<Float> NONE = SPECIES.maskAll(false);

  /** The upper half of the lanes. */
  public static final VectorMask<Float> UPPER = SPECIES.indexInRange(-LANES / 2, LANES);

  /** The second and the last quarter of the lanes. */
  public static final VectorMask<Float> UPPER_OF_HALVES =
      SPECIES.indexInRange(-LANES / 4, LANES / 4).or(SPECIES.indexInRange(-3 * LANES / 4, LANES));

  public static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** How many vector registers the processor has: 16 or 32. */
  public static final int REGISTERS = registers();

  private VectorWidth() {}

  private static int registers() {
    boolean many =
        FloatVector.SPECIES_PREFERRED.vectorBitSize() >= 512
            || System.getProperty("os.arch", "").equals("aarch64");
    return (int) Properties.oneOfOrWarning(REGISTERS_PROPERTY, many ? 32 : 16, 16, 32);
  }

  private static VectorSpecies<Float> species() {
    return switch ((int) Properties.oneOfOrWarning(BITS_PROPERTY, 0, 128, 256, 512)) {
      case 128 -> FloatVector.SPECIES_128;
      case 256 -> FloatVector.SPECIES_256;
      case 512 -> FloatVector.SPECIES_512;
      default -> FloatVector.SPECIES_PREFERRED;
    };
  }
}
