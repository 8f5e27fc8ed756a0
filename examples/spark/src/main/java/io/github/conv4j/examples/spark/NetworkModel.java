package io.github.conv4j.examples.spark;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.examples.ocr.Normalization;
import io.github.conv4j.examples.ocr.PictureTensor;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.ShapeCache;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.ValueInfo;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX network of one picture; its first output is a column.
 *
 * @param file its bytes
 * @param input the name of its input
 * @param type of the input
 * @param dims of the input; negative for what is the picture's own
 */
record NetworkModel(
    Broadcast<byte[]> file,
    String id,
    String input,
    ElementType type,
    long[] dims,
    Normalization normalization)
    implements PictureModel {
  private static final int AXES = 4;
  private static final int ALIGNMENT = 64;

  /**
   * Reads a file and checks that the network takes pictures, so that a wrong one ends the job
   * before it begins.
   *
   * @param size height and width where the network leaves them open; null for each picture's own
   * @throws IllegalArgumentException if it takes no pictures; says why
   */
  static NetworkModel of(
      JavaSparkContext context, Path file, int @Nullable [] size, Normalization normalization)
      throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<ValueInfo> inputs = Network.read(bytes).inputs();
    if (inputs.size() != 1) {
      throw new IllegalArgumentException(
          "the network must have one input, a picture, but has " + inputs);
    }
    ValueInfo input = inputs.getFirst();
    ElementType type = input.type() == null ? ElementType.FLOAT : input.type();
    long[] dims = dims(input, size);
    long _ = PictureTensor.workingByteSize(1, 1, type, dims);
    var id =
        "%s %s %s %s %s"
            .formatted(
                Digest.of(bytes),
                Arrays.toString(dims),
                normalization.scale(),
                Arrays.toString(normalization.means()),
                Arrays.toString(normalization.deviations()));
    return new NetworkModel(context.broadcast(bytes), id, input.name(), type, dims, normalization);
  }

  private static long[] dims(ValueInfo input, int @Nullable [] size) {
    List<Dim> described = input.dims() == null ? List.of() : input.dims();
    long[] dims =
        described.stream()
            .mapToLong(dim -> dim instanceof Dim.Fixed fixed ? fixed.size() : -1)
            .toArray();
    if (size != null && dims.length == AXES) {
      boolean isChannelsFirst = dims[1] == 1 || dims[1] == 3;
      int height = isChannelsFirst ? 2 : 1;
      dims[height] = dims[height] < 0 ? size[0] : dims[height];
      dims[height + 1] = dims[height + 1] < 0 ? size[1] : dims[height + 1];
    }
    return dims;
  }

  @Override
  public String functionName() {
    return "run_network";
  }

  @Override
  public List<StructField> columns() {
    return List.of(
        DataTypes.createStructField(
            "output", DataTypes.createArrayType(DataTypes.FloatType, false), true),
        DataTypes.createStructField(
            "shape", DataTypes.createArrayType(DataTypes.LongType, false), true));
  }

  @Override
  public OpenModel open(Engine engine) {
    ShapeCache shapes =
        Network.read(file.value())
            .shapeCache(
                engine,
                NetworkOptions.defaults().withMostBytes(Limits.WORK_BYTES),
                Limits.PREPARED_BYTES);
    return new OpenModel() {
      @Override
      public Object[] run(BufferedImage picture) {
        return NetworkModel.this.run(shapes, picture);
      }

      @Override
      public void close() {
        shapes.close();
      }
    };
  }

  private Object[] run(ShapeCache shapes, BufferedImage picture) {
    Constant src = PictureTensor.of(picture, type, dims, normalization);
    try (ShapeCache.Lease lease = shapes.acquire(Map.of(input, src.dims()));
        Arena arena = Arena.ofConfined()) {
      PreparedNetwork prepared = lease.network();
      var call = prepared.call();
      call.input(input, arena.allocate(src.data().byteSize(), ALIGNMENT).copyFrom(src.data()));
      MemorySegment first = MemorySegment.NULL;
      for (String output : prepared.outputs()) {
        MemorySegment dst = arena.allocate(prepared.type(output).byteSize(), ALIGNMENT);
        call.output(output, dst);
        first = first.equals(MemorySegment.NULL) ? dst : first;
      }
      PreparedNetwork.Type result = prepared.type(prepared.outputs().getFirst());
      if (result.element() != ElementType.FLOAT) {
        throw new IllegalStateException(
            "the network's first output must be FLOAT but is " + result.element());
      }
      call.execute();
      return new Object[] {
        first.toArray(ValueLayout.JAVA_FLOAT),
        result.dims().stream().mapToLong(Long::longValue).toArray()
      };
    }
  }
}
