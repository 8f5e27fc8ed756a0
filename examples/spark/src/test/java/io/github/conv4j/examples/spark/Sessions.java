package io.github.conv4j.examples.spark;

import org.apache.spark.sql.SparkSession;

/** Sessions with executors that are processes of their own, as those of a cluster. */
final class Sessions {
  private Sessions() {}

  /** Starts a session whose executors have one core each. */
  static SparkSession withExecutors(int count) {
    return base("local-cluster[%d,1,1024]".formatted(count))
        .config("spark.executor.memory", "1g")
        .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
        .config("spark.executor.extraJavaOptions", "-Djava.awt.headless=true")
        .getOrCreate();
  }

  /** Starts a session that computes in this JVM. */
  static SparkSession local(int threads) {
    return base("local[%d]".formatted(threads)).getOrCreate();
  }

  private static SparkSession.Builder base(String master) {
    return SparkSession.builder()
        .master(master)
        .appName("test")
        .config("spark.ui.enabled", "false")
        .config("spark.log.level", "WARN")
        .config("spark.driver.host", "localhost")
        // A partition for each few pictures, so that the executors have several tasks.
        .config("spark.sql.files.minPartitionNum", "8")
        .config("spark.sql.files.openCostInBytes", "0");
  }
}
