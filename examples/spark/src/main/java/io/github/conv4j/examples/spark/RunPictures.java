package io.github.conv4j.examples.spark;

import java.util.Collections;
import java.util.Iterator;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Computes the pictures of a partition, one row each, in their order.
 *
 * @param isAlone reads and prepares the networks for each task, to see what sharing them is worth
 */
record RunPictures(PictureModel model, Limits limits, boolean isAlone)
    implements MapPartitionsFunction<Row, Row> {
  @Override
  public Iterator<Row> call(Iterator<Row> pictures) {
    if (!pictures.hasNext()) {
      return Collections.emptyIterator();
    }
    TaskContext task = Objects.requireNonNull(TaskContext.get());
    int threads = isAlone ? task.cpus() : ThreadBudget.ofThisExecutor();
    OpenModels models = isAlone ? new OpenModels() : OpenModels.ofThisJvm();
    OpenModels.Use use = models.use(model, threads);
    task.addTaskCompletionListener(
        _ -> {
          use.close();
          if (isAlone) {
            models.close();
          }
        });
    int columnCount = model.columns().size();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return pictures.hasNext();
      }

      @Override
      public Row next() {
        Row picture = pictures.next();
        Outcome outcome = Outcome.of(picture.getAs("content"), use, columnCount, limits);
        return RowFactory.create(outcome.after(picture.<String>getAs("path")));
      }
    };
  }
}
