package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.internal.wire.Allowance;
import io.github.conv4j.networks.internal.wire.Excerpt;
import io.github.conv4j.networks.internal.wire.WireReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads a model. Values stay where they are in the file, which is mapped: their memory goes when no
 * constant is reachable any more.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/IR.md">ONNX's intermediate
 *     representation</a>
 */
public final class ModelReader {
  private static final int GRAPH = 7;
  private static final int OPSET_IMPORT = 8;
  private static final int FUNCTION = 25;

  private static final int FUNCTION_NAME = 1;

  private ModelReader() {}

  /**
   * Reads a file, and those beside it that it refers to.
   *
   * @throws InvalidModelException if it is not a good model, or cannot be read
   * @throws UnsupportedOperatorException if it holds what conv4j does not run
   */
  public static Graph read(Path file) {
    Arena arena = Arena.ofAuto();
    String shown = Excerpt.whole(file.toString());
    try {
      if (!Files.isRegularFile(file)) {
        throw new InvalidModelException(
            Files.exists(file)
                ? "%s is not a regular file".formatted(shown)
                : "there is no file %s".formatted(shown));
      }
      MemorySegment bytes;
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size(channel), arena);
      }
      return read(bytes, ModelFolder.of(file), arena);
    } catch (NoSuchFileException e) {
      throw new InvalidModelException("there is no file %s".formatted(shown), e);
    } catch (IOException | UnsupportedOperationException e) {
      throw new InvalidModelException(
          "%s cannot be read: %s".formatted(shown, e.getClass().getSimpleName()), e);
    }
  }

  private static long size(FileChannel channel) throws IOException {
    long byteSize = channel.size();
    if (byteSize == 0) {
      throw new InvalidModelException("the file has no bytes");
    }
    if (byteSize > Limits.FILE_BYTES) {
      throw new InvalidModelException(
          "the file has %d bytes, but a model has at most %d: larger ones have their weights in external data"
              .formatted(byteSize, Limits.FILE_BYTES));
    }
    return byteSize;
  }

  /**
   * Reads a model that has no folder: external data is refused.
   *
   * @param model is copied
   * @throws InvalidModelException if it is not a good model
   * @throws UnsupportedOperatorException if it holds what conv4j does not run
   */
  public static Graph read(byte[] model) {
    if (model.length == 0) {
      throw new InvalidModelException("the model has no bytes");
    }
    return read(MemorySegment.ofArray(model.clone()), null, Arena.ofAuto());
  }

  /** Reads bytes that stay as they are, and are not copied. */
  static Graph read(MemorySegment bytes, @Nullable ModelFolder folder, Arena arena) {
    var allowance = new Allowance(bytes.byteSize());
    try {
      return readModel(
          new WireReader(bytes, allowance),
          new ModelMemory(arena, new ExternalData(folder, arena, allowance)));
    } catch (InternalError e) {
      // What the JVM makes of a read behind the end of a mapped file.
      throw new InvalidModelException("a file of the model became shorter while it was read", e);
    }
  }

  /** Which operators there are is said behind the graph. */
  private static Graph readModel(WireReader in, ModelMemory memory) {
    var opsets = new OpsetImports();
    WireReader graph = null;
    while (in.next()) {
      switch (in.field()) {
        case GRAPH -> {
          if (graph != null) {
            throw new InvalidModelException(
                "the model has a second graph at byte %d".formatted(in.at()));
          }
          graph = in.message();
        }
        case OPSET_IMPORT -> opsets.add(in.message());
        case FUNCTION -> throw unsupportedFunction(in.message());
        default -> {}
      }
    }
    if (graph == null) {
      throw new InvalidModelException("the model has no graph");
    }
    return QLinearOperators.expanded(GraphReader.read(graph, opsets, memory));
  }

  private static UnsupportedOperatorException unsupportedFunction(WireReader function) {
    long at = function.at();
    String name = "";
    while (function.next()) {
      if (function.field() == FUNCTION_NAME) {
        name = function.text(Limits.NAME_BYTES);
      }
    }
    return new UnsupportedOperatorException(
        name,
        "the model defines the function %s at byte %d, which conv4j does not run: export it with functions inlined"
            .formatted(Excerpt.of(name), at));
  }
}
