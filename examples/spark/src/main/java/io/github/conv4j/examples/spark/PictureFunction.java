package io.github.conv4j.examples.spark;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/** A model as a function of SQL, from the bytes of a picture to a struct. */
record PictureFunction(PictureModel model, Limits limits)
    implements UDF1<byte @Nullable [], @Nullable Row> {
  /** Makes the model's function known to a session. */
  static void register(SparkSession spark, PictureModel model, Limits limits) {
    spark
        .udf()
        .register(
            model.functionName(),
            new PictureFunction(model, limits),
            DataTypes.createStructType(Outcome.columns(model)));
  }

  /** As functions of SQL do: null of null. */
  @Override
  public @Nullable Row call(byte @Nullable [] content) {
    if (content == null) {
      return null;
    }
    try (var use = OpenModels.ofThisJvm().use(model, ThreadBudget.ofThisExecutor())) {
      return RowFactory.create(Outcome.of(content, use, model.columns().size(), limits).after());
    }
  }
}
