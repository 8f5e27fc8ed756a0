package io.github.conv4j.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreadBudgetTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "local                       |   | 1 | 1",
        "local[2]                    |   | 1 | 2",
        "local[2, 4]                 |   | 1 | 2",
        "local[*]                    |   | 1 | 8",
        "local[4]                    | 2 | 1 | 4", // spark.executor.cores means nothing there
        "local-cluster[2,3,1024]     |   | 1 | 3",
        "local-cluster[2,3,1024]     |   | 2 | 2", // one task at a time
        "local-cluster[2,3,1024]     | 1 | 1 | 1",
        "spark://host:7077           |   | 1 | 8",
        "spark://host:7077           | 5 | 2 | 4",
        "spark://host:7077           | 64| 1 | 8",
        "yarn                        |   | 1 | 1",
        "yarn                        | 4 | 1 | 4",
        "k8s://https://host:443      | 4 | 4 | 4",
        "k8s://https://host:443      |   | 2 | 2",
      })
  void isWhatTheTasksOfAnExecutorMayUse(
      String master, Integer executorCores, int taskCpus, int threads) {
    var conf = new SparkConf(false).set("spark.master", master);
    if (executorCores != null) {
      conf.set("spark.executor.cores", executorCores.toString());
    }
    assertThat(ThreadBudget.of(conf, taskCpus, 8)).isEqualTo(threads);
  }
}
