package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.internal.wire.Allowance;
import io.github.conv4j.networks.internal.wire.WireReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Reads tensors that are stored alone, as ONNX's tests have their inputs and outputs. */
public final class TensorFiles {
  private TensorFiles() {}

  /** Reads a TensorProto. */
  public static Constant read(byte[] file) {
    MemorySegment bytes = MemorySegment.ofArray(file);
    Arena arena = Arena.ofAuto();
    var allowance = new Allowance(bytes.byteSize());
    WireReader in = new WireReader(bytes, allowance);
    TensorReader tensor = new TensorReader(in, () -> "a tensor");
    return switch (tensor.read(new ModelMemory(arena, new ExternalData(null, arena, allowance)))) {
      case StoredTensor.Known known -> known.constant();
      case StoredTensor.Foreign foreign ->
          throw new UnsupportedOperatorException(foreign.type(), foreign.type());
    };
  }
}
