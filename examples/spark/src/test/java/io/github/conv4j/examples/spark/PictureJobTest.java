package io.github.conv4j.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.examples.ocr.Sign;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PictureJobTest {
  private static final int GOOD = 40;

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  private Path photos = Path.of("");
  private String out = "";
  private int bad;

  @BeforeEach
  void draw() throws IOException {
    photos = folder.resolve("photos");
    out = folder.resolve("out").toString();
    Album.draw(photos, GOOD);
    bad = Album.spoil(photos);
  }

  @AfterEach
  void closeModels() {
    OpenModels.ofThisJvm().close();
  }

  /** What is done to an executor, or a task, that has computed some of its pictures. */
  enum Death {
    OF_EXECUTOR,
    OF_TASK
  }

  @ParameterizedTest
  @EnumSource(Death.class)
  void losesAndDoublesNothingWhenKilledInTheMiddle(Death death) throws Exception {
    Path trap = folder.resolve("trap");
    try (SparkSession spark = Sessions.withExecutors(2)) {
      PictureModel model = Album.classifier(spark);
      Dataset<Row> rows = PictureJob.rows(pictures(spark), model, Album.LIMITS, false);
      Dataset<Row> trapped =
          rows.mapPartitions(new Trap(trap.toString()), Encoders.row(rows.schema()));
      var killer = new Thread(() -> kill(spark, trap, death));
      killer.start();
      PictureJob.append(trapped, out);
      killer.join();
      assertThat(trap.resolveSibling("trap.killed")).exists();
      assertAllRows(spark);
      // Again: all is there.
      assertThat(PictureJob.remaining(pictures(spark), out).count()).isZero();
    }
  }

  /** Stops some task, once, when it has passed on two rows, and waits for its death. */
  private record Trap(String file) implements MapPartitionsFunction<Row, Row> {
    private static final int PASSED_ON = 2;

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
      return new Iterator<>() {
        private int count;

        @Override
        public boolean hasNext() {
          return rows.hasNext();
        }

        @Override
        public Row next() {
          if (count++ == PASSED_ON) {
            stopOnce();
          }
          return rows.next();
        }
      };
    }

    private void stopOnce() {
      try {
        Files.createFile(Path.of(file));
        Path written = Path.of(file + ".written");
        Files.writeString(
            written, ProcessHandle.current().pid() + " " + TaskContext.get().taskAttemptId());
        Files.move(written, Path.of(file + ".ids"));
        TimeUnit.MINUTES.sleep(1);
        throw new IllegalStateException("nobody killed the task");
      } catch (FileAlreadyExistsException e) {
        // Another task was first, or this one is the second attempt.
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void kill(SparkSession spark, Path trap, Death death) {
    try {
      Path stopped = trap.resolveSibling("trap.ids");
      while (!Files.exists(stopped)) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      String[] ids = Files.readString(stopped).split(" ", -1);
      boolean killed =
          switch (death) {
            case OF_EXECUTOR ->
                ProcessHandle.of(Long.parseLong(ids[0])).orElseThrow().destroyForcibly();
            case OF_TASK ->
                spark.sparkContext().killTaskAttempt(Long.parseLong(ids[1]), true, "a test");
          };
      if (killed) {
        Files.createFile(trap.resolveSibling("trap.killed"));
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void computesWhatHasNoRowYet() throws IOException {
    try (SparkSession spark = Sessions.local(2)) {
      PictureModel model = Album.classifier(spark);
      Files.createDirectories(photos.resolve("_hidden"));
      Files.createFile(photos.resolve("_hidden/empty.png"));
      Dataset<Row> some = pictures(spark).where("path like '%good01%'");
      PictureJob.append(PictureJob.rows(some, model, Album.LIMITS, false), out);
      // As a driver that was killed leaves it.
      Files.createDirectories(Path.of(out, "_temporary", "0"));
      assertThat(spark.read().parquet(out).count()).isEqualTo(10);
      PictureJob.append(
          PictureJob.rows(PictureJob.remaining(pictures(spark), out), model, Album.LIMITS, false),
          out);
      assertAllRows(spark);
      assertThat(OpenModels.ofThisJvm().count()).isOne();
    }
  }

  @Test
  void startsWhereAKilledDriverLeftNoRows() throws IOException {
    Files.createDirectories(Path.of(out, "_temporary", "0"));
    try (SparkSession spark = Sessions.local(2)) {
      assertThat(PictureJob.remaining(pictures(spark), out).count()).isEqualTo(GOOD + bad);
    }
  }

  @Test
  void givesTheSameInTasksOfTheirOwn() throws IOException {
    try (SparkSession spark = Sessions.local(2)) {
      PictureModel model = Album.classifier(spark);
      PictureJob.append(PictureJob.rows(pictures(spark), model, Album.LIMITS, true), out);
      assertAllRows(spark);
      assertThat(OpenModels.ofThisJvm().count()).isZero();
    }
  }

  @Test
  void isAFunctionOfSql() throws IOException {
    try (SparkSession spark = Sessions.local(2)) {
      PictureFunction.register(spark, Album.classifier(spark), Album.LIMITS);
      pictures(spark).createOrReplaceTempView("pictures");
      Dataset<Row> query =
          spark.sql("select path, r.* from (select path, run_network(content) as r from pictures)");
      // Each picture is computed once in each part of the union, not once for each column.
      assertThat(query.queryExecution().executedPlan().toString().split("run_network\\(", -1))
          .hasSizeLessThanOrEqualTo(1 + 3);
      query.write().parquet(out);
      List<Row> rows = spark.read().parquet(out).collectAsList();
      assertThat(rows).hasSize(GOOD + bad);
      Map<String, float[]> expected = expected();
      for (Row row : rows) {
        String name = name(row);
        if (name.startsWith("good")) {
          assertThat(floats(row)).as(name).isEqualTo(expected.get(name));
        }
      }
      // Too large to be read: null, as any function of null.
      assertThat(rows.stream().filter(row -> row.isNullAt(row.fieldIndex("millis"))))
          .extracting(PictureJobTest::name)
          .containsExactly("bad-large.png");
      assertThat(spark.sql("select run_network(X'00').error").head().getString(0))
          .contains("neither PNG nor JPEG");
    }
  }

  @Test
  void readsText() throws IOException {
    Path signs = folder.resolve("signs");
    Files.createDirectories(signs);
    Files.write(signs.resolve("sign.png"), Album.png(Sign.draw()));
    Files.write(signs.resolve("dot.png"), Album.png(Sign.draw().getSubimage(0, 0, 1, 1)));
    try (SparkSession spark = Sessions.local(2)) {
      PictureModel model =
          TextModel.of(JavaSparkContext.fromSparkContext(spark.sparkContext()), Album.files());
      Dataset<Row> pictures = PictureJob.pictures(spark, signs.toString(), Limits.DEFAULTS);
      PictureJob.append(PictureJob.rows(pictures, model, Limits.DEFAULTS, false), out);
      List<Row> rows = spark.read().parquet(out).orderBy("path").collectAsList();
      assertThat(rows).hasSize(2);
      assertThat(rows.getFirst().<String>getAs("text")).isEmpty();
      assertThat(rows.getLast().<String>getAs("text").replace(" ", ""))
          .isEqualTo(String.join("\n", Sign.LINES).replace(" ", ""));
      assertThat(rows.getLast().<Row>getList(rows.getLast().fieldIndex("lines")))
          .hasSameSizeAs(Sign.LINES)
          .allMatch(line -> line.getDouble(1) > 0.5);
    }
  }

  @Test
  void failsTheTaskWhereThePictureIsNotToBlame() throws IOException {
    try (SparkSession spark = Sessions.local(1)) {
      PictureModel model = Album.classifier(spark);
      var models = new OpenModels();
      OpenModels.Use use = models.use(model, 1);
      models.close();
      byte[] picture = Album.png(Album.picture(0));
      assertThatIllegalStateException().isThrownBy(() -> Outcome.of(picture, use, 2, Album.LIMITS));
    }
  }

  private Dataset<Row> pictures(SparkSession spark) throws IOException {
    return PictureJob.pictures(spark, photos.toString(), Album.LIMITS);
  }

  /** Each picture has exactly one row: the numbers of a run without Spark, or a sentence. */
  private void assertAllRows(SparkSession spark) throws IOException {
    List<Row> rows = spark.read().parquet(out).collectAsList();
    assertThat(rows).extracting(PictureJobTest::name).doesNotHaveDuplicates();
    assertThat(rows).hasSize(GOOD + bad);
    Map<String, float[]> expected = expected();
    for (Row row : rows) {
      String name = name(row);
      String error = row.getAs("error");
      if (name.startsWith("good")) {
        assertThat(error).as(name).isNull();
        assertThat(floats(row)).as(name).isEqualTo(expected.get(name));
        assertThat(row.<Long>getList(row.fieldIndex("shape"))).containsExactly(1L, 2L);
      } else {
        assertThat(error).as(name).isNotBlank();
        assertThat(floats(row)).as(name).isNull();
      }
    }
  }

  private Map<String, float[]> expected() throws IOException {
    Map<String, float[]> expected = new TreeMap<>();
    try (var engine = Engines.best(EngineOptions.defaults().withThreads(1));
        var model = Album.classifier(SparkSession.active()).open(engine)) {
      for (int i = 0; i < GOOD; i++) {
        expected.put("good%03d.png".formatted(i), (float[]) model.run(Album.picture(i))[0]);
      }
    }
    assertThat(expected.values()).doesNotHaveDuplicates();
    return expected;
  }

  private static float @Nullable [] floats(Row row) {
    int index = row.fieldIndex("output");
    if (row.isNullAt(index)) {
      return null;
    }
    List<Float> list = row.getList(index);
    float[] floats = new float[list.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = list.get(i);
    }
    return floats;
  }

  private static String name(Row row) {
    String path = row.getAs("path");
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
