package io.github.conv4j.internal.vector.plane;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.PostOps;
import io.github.conv4j.internal.vector.base.VectorRows;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.internal.vector.code.RegisterBlock;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Planes on the Vector API. */
final class VectorPlanes implements PlaneKernels {
  /** From this length on a bulk copy is as fast. */
  private static final int LONG_PLANE = 2048;

  private static final int VECTORS = 2;
  private static final RegisterBlock SINGLE = new RegisterBlock(1, 4);

  /**
   * Eight channels need more registers than some processors have; but without taps across no source
   * value is near the one before, so that fewer channels would read them too often.
   */
  private static RegisterBlock block(boolean pointwise) {
    return new RegisterBlock(VectorWidth.REGISTERS < 32 && !pointwise ? 4 : 8, VECTORS);
  }

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int blockChannels(boolean pointwise) {
    return block(pointwise).pixels();
  }

  @Override
  public int blockPixels() {
    return SINGLE.vectors() * LANES;
  }

  @Override
  public boolean takesRun(int pixelCount) {
    return pixelCount >= VECTORS * LANES;
  }

  @Override
  public PlaneProductKernel product(int channels, PostOps postOps) {
    RegisterBlock block = channels == 1 ? SINGLE : new RegisterBlock(channels, VECTORS);
    return new PlaneProductText(block, false, postOps).kernel();
  }

  @Override
  public PlaneProductKernel productInto(int channels, PostOps postOps) {
    return new PlaneProductText(new RegisterBlock(channels, VECTORS), true, postOps).kernel();
  }

  @Override
  public void load(
      MemorySegment from,
      long offset,
      long rowStride,
      long step,
      int rows,
      int columns,
      float[] to,
      int at,
      int pitch,
      int room) {
    if (step == 1) {
      VectorRows.load(from, offset, rowStride, rows, columns, to, at, pitch, room);
    } else if (step == 2 && columns >= LANES) {
      VectorRows.loadEven(from, offset, rowStride, rows, columns, to, at, pitch);
    } else {
      VectorRows.loadApart(from, offset, rowStride, step, rows, columns, to, at, pitch);
    }
  }

  @Override
  public void store(
      float[] from,
      int at,
      int pitch,
      int rows,
      int columns,
      MemorySegment to,
      long offset,
      long rowStride,
      long step) {
    if (step == 1) {
      VectorRows.store(from, at, pitch, rows, columns, to, offset, rowStride);
    } else {
      VectorRows.storeApart(from, at, pitch, rows, columns, to, offset, rowStride, step);
    }
  }

  @Override
  public boolean takesPlane(int width, int height, int dilationDown) {
    return height >= 4L * dilationDown && (height - 3L * dilationDown) * width >= LANES;
  }

  @Override
  public int stencilRows() {
    return StencilText.ROWS;
  }

  @Override
  public StencilKernel stencil(PostOps postOps) {
    return new StencilText(postOps).kernel();
  }

  @Override
  public void loadPlane(MemorySegment from, long offset, float[] to, int at, int count) {
    if (count >= LONG_PLANE) {
      MemorySegment.copy(from, JAVA_FLOAT, offset * Float.BYTES, to, at, count);
      return;
    }
    int last = count - LANES;
    for (int i = 0; i < last; i += LANES) {
      FloatVector.fromMemorySegment(SPECIES, from, (offset + i) * Float.BYTES, ORDER)
          .intoArray(to, at + i);
    }
    FloatVector.fromMemorySegment(SPECIES, from, (offset + last) * Float.BYTES, ORDER)
        .intoArray(to, at + last);
  }
}
