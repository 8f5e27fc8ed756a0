package io.github.conv4j.examples.ocr;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.ShapeCache;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** Runs a network by conv4j. */
final class ShapeCacheRunner implements PictureRunner {
  private final String input;
  private final String output;
  private final ShapeCache shapes;

  /** Takes the prepared shapes over: closed with this. */
  ShapeCacheRunner(ShapeCache shapes) {
    this.input = shapes.network().inputs().getFirst().name();
    this.output = shapes.network().outputs().getFirst().name();
    this.shapes = shapes;
  }

  @Override
  public Result run(float[] src, long[] dims) {
    try (ShapeCache.Lease lease = shapes.acquire(Map.of(input, dims));
        Arena arena = Arena.ofConfined()) {
      PreparedNetwork prepared = lease.network();
      MemorySegment image = arena.allocate((long) src.length * Float.BYTES, 64);
      MemorySegment dst = arena.allocate(prepared.type(output).byteSize(), 64);
      prepared
          .call()
          .input(input, image.copyFrom(MemorySegment.ofArray(src)))
          .output(output, dst)
          .execute();
      return new Result(dst.toArray(JAVA_FLOAT), prepared.type(output).dims());
    }
  }

  @Override
  public void close() {
    shapes.close();
  }
}
