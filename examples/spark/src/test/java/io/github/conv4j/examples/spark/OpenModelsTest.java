package io.github.conv4j.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class OpenModelsTest {
  @Test
  void keepsWhatIsUsedAndTwoThatAreNot() throws IOException {
    try (SparkSession spark = Sessions.local(1);
        var models = new OpenModels()) {
      NetworkModel model = Album.classifier(spark);
      try (OpenModels.Use used = models.use(model, 1)) {
        List<OpenModels.Use> others = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          others.add(models.use(withId(model, "other " + i), 1));
        }
        assertThat(models.count()).isEqualTo(6);
        for (OpenModels.Use other : others) {
          other.close();
          other.close();
        }
        assertThat(models.count()).isEqualTo(3);
        assertThat(used.run(Album.picture(1))).hasSize(2);
      }
      assertThat(models.count()).isEqualTo(2);
    }
  }

  @Test
  void opensAModelOnceForEachBudget() throws IOException {
    try (SparkSession spark = Sessions.local(1);
        var models = new OpenModels()) {
      NetworkModel model = Album.classifier(spark);
      models.use(model, 1);
      models.use(Album.classifier(spark), 1);
      assertThat(models.count()).isOne();
      models.use(model, 2);
      assertThat(models.count()).isEqualTo(2);
    }
  }

  private static NetworkModel withId(NetworkModel model, String id) {
    return new NetworkModel(
        model.file(), id, model.input(), model.type(), model.dims(), model.normalization());
  }
}
