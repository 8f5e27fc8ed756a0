package io.github.conv4j.examples.spark;

import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.examples.ocr.Pixels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;

/**
 * What became of one picture.
 *
 * @param values of the model's columns, or as many nulls
 * @param millis that it took to decode and to compute
 * @param error null if there was none
 */
record Outcome(@Nullable Object[] values, double millis, @Nullable String error) {
  private static final double NANOS_PER_MILLI = 1e6;

  /**
   * Computes a picture. Only what the picture itself is to blame for becomes an error here; all
   * else is thrown, and fails the task, so that Spark tries again elsewhere: a native failure, no
   * memory, the interrupt of a task that is killed.
   *
   * @param content null where the file was too large to be read
   */
  static Outcome of(
      byte @Nullable [] content, OpenModels.Use model, int columnCount, Limits limits) {
    long begin = System.nanoTime();
    Object[] values = new Object[columnCount];
    String error = null;
    if (content == null) {
      error = "the file is larger than %,d bytes".formatted(limits.fileBytes());
    } else {
      try {
        values = model.run(Pixels.read(content, limits.pixels()));
      } catch (IllegalArgumentException | UnsupportedConvolutionException e) {
        error = e.getMessage() == null ? e.toString() : e.getMessage();
      }
    }
    return new Outcome(values, (System.nanoTime() - begin) / NANOS_PER_MILLI, error);
  }

  /** Returns the columns of an outcome. */
  static List<StructField> columns(PictureModel model) {
    List<StructField> columns = new ArrayList<>(model.columns());
    columns.add(DataTypes.createStructField("millis", DataTypes.DoubleType, false));
    columns.add(DataTypes.createStructField("error", DataTypes.StringType, true));
    return columns;
  }

  /** Appends the columns to others. */
  @Nullable Object[] after(@Nullable Object... others) {
    List<@Nullable Object> all = new ArrayList<>();
    Collections.addAll(all, others);
    Collections.addAll(all, values);
    all.add(millis);
    all.add(error);
    return all.toArray();
  }
}
