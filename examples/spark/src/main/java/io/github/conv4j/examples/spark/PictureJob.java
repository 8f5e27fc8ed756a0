package io.github.conv4j.examples.spark;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/** The steps of a job: pictures, rows of what became of them, files of the rows. */
final class PictureJob {
  private static final Pattern HIDDEN = Pattern.compile("/[_.]");

  private PictureJob() {}

  /**
   * Finds the files of a folder and the folders in it, but those whose names begin with {@code _}
   * or {@code .}.
   *
   * @return {@code path} and {@code content}, which is null where the file is too large
   */
  static Dataset<Row> pictures(SparkSession spark, String folder, Limits limits)
      throws IOException {
    Dataset<Row> files =
        spark.read().format("binaryFile").option("recursiveFileLookup", true).load(folder);
    // Spark fails a query that reads a file beyond its own limit, but prunes files by their size.
    Column fits = col("_metadata.file_size").leq(limits.fileBytes());
    Dataset<Row> small = files.where(fits).select("path", "content");
    Dataset<Row> large =
        files
            .where(not(fits))
            .select(col("path"), lit(null).cast(DataTypes.BinaryType).as("content"));
    return small.union(large).union(spark.createDataFrame(empty(spark, folder), small.schema()));
  }

  /** Finds the files without a byte, which Spark passes over in silence. */
  private static List<Row> empty(SparkSession spark, String folder) throws IOException {
    var path = new Path(folder);
    FileSystem files = path.getFileSystem(spark.sparkContext().hadoopConfiguration());
    List<Row> empty = new ArrayList<>();
    for (FileStatus root : files.globStatus(path)) {
      int begin = root.getPath().toString().length();
      RemoteIterator<LocatedFileStatus> all = files.listFiles(root.getPath(), true);
      while (all.hasNext()) {
        LocatedFileStatus file = all.next();
        String name = file.getPath().toString();
        if (file.getLen() == 0 && !HIDDEN.matcher(name.substring(begin)).find()) {
          empty.add(RowFactory.create(name, new byte[0]));
        }
      }
    }
    return empty;
  }

  /** Computes each picture: its path, the model's columns, the time, the error. */
  static Dataset<Row> rows(
      Dataset<Row> pictures, PictureModel model, Limits limits, boolean isAlone) {
    List<StructField> columns = new ArrayList<>();
    columns.add(DataTypes.createStructField("path", DataTypes.StringType, false));
    columns.addAll(Outcome.columns(model));
    return pictures.mapPartitions(
        new RunPictures(model, limits, isAlone), Encoders.row(DataTypes.createStructType(columns)));
  }

  /** Leaves out the pictures that have a row among those that were written. */
  static Dataset<Row> remaining(Dataset<Row> pictures, String out) throws IOException {
    SparkSession spark = pictures.sparkSession();
    if (!hasRows(spark, out)) {
      return pictures;
    }
    Dataset<Row> done = spark.read().parquet(out).select("path");
    // Their paths go to the pictures: the other way round, bytes of pictures would travel.
    return pictures.join(broadcast(done), "path", "left_anti");
  }

  /**
   * Adds rows to a folder of Parquet files. They are seen when the job is done, all or none: each
   * task writes a folder of its own, and the driver lets one attempt of each move its files.
   */
  static void append(Dataset<Row> rows, String out) {
    rows.write().mode(SaveMode.Append).parquet(out);
  }

  /** Returns whether there are files that a job has committed. */
  static boolean hasRows(SparkSession spark, String out) throws IOException {
    var folder = new Path(out);
    FileSystem files = folder.getFileSystem(spark.sparkContext().hadoopConfiguration());
    if (!files.exists(folder)) {
      return false;
    }
    for (FileStatus file : files.listStatus(folder)) {
      String name = file.getPath().getName();
      if (!name.startsWith("_") && !name.startsWith(".")) {
        return true;
      }
    }
    return false;
  }
}
