package io.github.conv4j.internal.vector.base;

import java.lang.foreign.MemorySegment;

/** The working memory of one thread that runs parts of a {@link Plan}. */
public abstract class Scratch {
  private final EpilogueArguments epilogue;
  private int panelTile = -1;

  /** Creates memory whose panel holds no tile, for a plan without post-ops. */
  protected Scratch() {
    this(EpilogueArguments.NONE);
  }

  /** Creates memory whose panel holds no tile. */
  protected Scratch(EpilogueArguments epilogue) {
    this.epilogue = epilogue;
  }

  /** Returns the operands of post-ops. */
  public final EpilogueArguments epilogue() {
    return epilogue;
  }

  /** Whether the panel holds this tile of the current call. */
  public final boolean holds(int tile) {
    return panelTile == tile;
  }

  /** To be called when the panel has been filled with a tile. */
  public final void filledWith(int tile) {
    panelTile = tile;
  }

  /** To be called before the parts of another call. */
  public final void forgetPanel() {
    panelTile = -1;
  }

  /** Takes the bytes outside the Java heap that the plan asks for, whatever is in them. */
  public void use(MemorySegment scratchpad) {}

  /** To be called before the first part of a call; others may have written the scratchpad. */
  public void begin() {
    forgetPanel();
  }

  /** Returns the bytes on the Java heap. */
  public abstract long heapByteSize();
}
