package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.internal.wire.Allowance;
import io.github.conv4j.networks.internal.wire.Excerpt;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The files beside a model, each mapped once. All tensors together may refer to as many bytes of a
 * file as it has: a thousand that share one region would be a thousand copies later on.
 */
final class ExternalData {
  private static final class File {
    private final MemorySegment bytes;
    private long unclaimed;

    File(MemorySegment bytes) {
      this.bytes = bytes;
      this.unclaimed = bytes.byteSize();
    }
  }

  private final @Nullable ModelFolder folder;
  private final Arena arena;
  private final Allowance allowance;
  private final Map<String, File> files = new HashMap<>();

  /**
   * Prepares to read.
   *
   * @param folder null where there is none: then all external data is refused
   * @param arena of the mapped files
   * @param allowance of the model, to which its files add
   */
  ExternalData(@Nullable ModelFolder folder, Arena arena, Allowance allowance) {
    this.folder = folder;
    this.arena = arena;
    this.allowance = allowance;
  }

  /**
   * Returns bytes of a file, not copied.
   *
   * @param byteSize what the tensor takes
   */
  MemorySegment slice(ExternalReference reference, long byteSize, Supplier<String> where) {
    String location = Excerpt.of(reference.location());
    Long length = reference.length();
    if (length != null && length != byteSize) {
      throw new InvalidModelException(
          "%s takes %d bytes but its external data in %s has the length %d"
              .formatted(where.get(), byteSize, location, length));
    }
    File file = file(reference.location(), where);
    long there = file.bytes.byteSize();
    if (reference.offset() > there || byteSize > there - reference.offset()) {
      throw new InvalidModelException(
          "%s refers to %d bytes from offset %d of %s, which has %d bytes"
              .formatted(where.get(), byteSize, reference.offset(), location, there));
    }
    if (byteSize > file.unclaimed) {
      throw new InvalidModelException(
          "%s and those before it refer to more bytes of %s than the %d that it has"
              .formatted(where.get(), location, there));
    }
    file.unclaimed -= byteSize;
    return file.bytes.asSlice(reference.offset(), byteSize);
  }

  private File file(String location, Supplier<String> where) {
    if (folder == null) {
      throw new InvalidModelException(
          "%s has external data in %s, but a model that is read from bytes has no folder: read it from its file"
              .formatted(where.get(), Excerpt.of(location)));
    }
    File known = files.get(location);
    if (known != null) {
      return known;
    }
    if (files.size() == Limits.EXTERNAL_FILES) {
      throw new InvalidModelException(
          "%s has external data in one file more than the %d that a model may have"
              .formatted(where.get(), Limits.EXTERNAL_FILES));
    }
    File file = new File(folder.map(location, arena));
    allowance.addFile(file.bytes.byteSize());
    files.put(location, file);
    return file;
  }
}
