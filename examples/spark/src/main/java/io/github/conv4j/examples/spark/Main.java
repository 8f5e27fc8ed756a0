package io.github.conv4j.examples.spark;

import io.github.conv4j.examples.ocr.Normalization;
import io.github.conv4j.examples.ocr.OcrFiles;
import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.UnsupportedOperatorException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The job's command line; spark-submit starts it. */
@Command(
    name = "run",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Run a network over a folder of pictures, or read the text in them. Rows go to Parquet"
          + " files;",
      "a second run with the same --out computes what has no row yet."
    })
public final class Main implements Callable<Integer> {
  private static final double NANOS_PER_SECOND = 1e9;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(
      paramLabel = "FOLDER",
      description = "Of PNG and JPEG files; any address of Hadoop's.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String folder;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the rows go; any address of Hadoop's.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String out;

  @Option(
      names = "--network",
      paramLabel = "FILE",
      description = "An ONNX network of one picture, a file of the driver.")
  private @Nullable Path network;

  @Option(
      names = "--text",
      paramLabel = "DIR",
      description = "The networks of PP-OCR, instead: reads text.")
  private @Nullable Path text;

  @Option(
      names = "--size",
      paramLabel = "HxW",
      description = "Of pictures, where the network leaves it open; their own if left out.")
  private @Nullable String size;

  @Option(
      names = "--scale",
      description =
          "Levels become (level * scale - mean) / deviation; ${DEFAULT-VALUE} if left out.")
  private double scale = Normalization.UNIT.scale();

  @Option(names = "--mean", split = ",", description = "One number or one for each channel.")
  private double[] mean = {0};

  @Option(names = "--deviation", split = ",", description = "Likewise.")
  private double[] deviation = {1};

  @Option(
      names = "--most-mb",
      paramLabel = "MB",
      description = "Of a file, at most; ${DEFAULT-VALUE} if left out.")
  private int mostMegabytes = 64;

  @Option(
      names = "--most-megapixels",
      paramLabel = "N",
      description = "Of a picture, at most; ${DEFAULT-VALUE} if left out.")
  private int mostMegapixels = 16;

  @Option(
      names = "--sql",
      paramLabel = "QUERY",
      description = {
        "Writes the rows of a query instead, all anew. It has the table pictures (path, content)"
            + " and",
        "the function run_network(content), or read_text(content) with --text."
      })
  private @Nullable String sql;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "Tasks, at least; Spark decides if left out.")
  private @Nullable Integer partitions;

  @Option(
      names = "--alone",
      description = "Reads and prepares the network in each task, to see what sharing is worth.")
  private boolean isAlone;

  /** Runs a job. */
  public static void main(String[] args) {
    int exit = new CommandLine(new Main()).execute(args);
    // Not where all went well: a driver on a cluster is ended by Spark.
    if (exit != 0) {
      System.exit(exit);
    }
  }

  @Override
  public Integer call() throws IOException {
    if ((network == null) == (text == null)) {
      throw wrong("give --network or --text");
    }
    var limits = new Limits((long) mostMegabytes << 20, mostMegapixels * 1_000_000L);
    try (SparkSession spark = SparkSession.builder().appName("conv4j: pictures").getOrCreate()) {
      if (partitions != null) {
        spark.conf().set("spark.sql.files.minPartitionNum", partitions);
      }
      PictureModel model = model(JavaSparkContext.fromSparkContext(spark.sparkContext()));
      Dataset<Row> pictures = PictureJob.pictures(spark, folder, limits);
      if (sql == null) {
        run(spark, pictures, model, limits);
      } else {
        pictures.createOrReplaceTempView("pictures");
        PictureFunction.register(spark, model, limits);
        spark.sql(sql).write().parquet(out);
      }
    }
    return 0;
  }

  private PictureModel model(JavaSparkContext context) throws IOException {
    try {
      return network != null
          ? NetworkModel.of(context, network, size(), new Normalization(scale, mean, deviation))
          : TextModel.of(context, OcrFiles.in(Objects.requireNonNull(text)));
    } catch (IllegalArgumentException | InvalidModelException | UnsupportedOperatorException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private int @Nullable [] size() {
    if (size == null) {
      return null;
    }
    if (!size.matches("[1-9]\\d{0,4}x[1-9]\\d{0,4}")) {
      throw wrong("--size must be height and width, 224x224 for example, but is " + size);
    }
    String[] sides = size.split("x", -1);
    return new int[] {Integer.parseInt(sides[0]), Integer.parseInt(sides[1])};
  }

  private void run(SparkSession spark, Dataset<Row> pictures, PictureModel model, Limits limits)
      throws IOException {
    long before = count(spark, false);
    long begin = System.nanoTime();
    PictureJob.append(
        PictureJob.rows(PictureJob.remaining(pictures, out), model, limits, isAlone), out);
    double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
    long done = count(spark, false) - before;
    PrintWriter print = spec.commandLine().getOut();
    print.println(
        String.format(
            Locale.ROOT,
            "%d pictures in %.1f s, %.1f a second; %d rows in %s, %d with an error",
            done,
            seconds,
            done / seconds,
            before + done,
            out,
            count(spark, true)));
    print.flush();
  }

  private long count(SparkSession spark, boolean isOfErrors) throws IOException {
    if (!PictureJob.hasRows(spark, out)) {
      return 0;
    }
    Dataset<Row> rows = spark.read().parquet(out);
    return (isOfErrors ? rows.where("error is not null") : rows).count();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
