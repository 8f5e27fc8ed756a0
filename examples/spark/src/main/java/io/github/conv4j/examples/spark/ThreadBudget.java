package io.github.conv4j.examples.spark;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/**
 * How many threads the engine of an executor may use: {@code spark.task.cpus} for each of the tasks
 * that the executor runs at once.
 */
final class ThreadBudget {
  private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\d+|\\*)(?:, *\\d+)?\\])?");
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[ *\\d+ *, *(\\d+) *, *\\d+ *\\]");

  private ThreadBudget() {}

  /** Returns that of this executor. */
  static int ofThisExecutor() {
    SparkConf conf = SparkEnv.get().conf();
    TaskContext task = TaskContext.get();
    // Without a task: the driver computes a function of a literal.
    int taskCpus = task == null ? conf.getInt("spark.task.cpus", 1) : task.cpus();
    return of(conf, taskCpus, Runtime.getRuntime().availableProcessors());
  }

  static int of(SparkConf conf, int taskCpus, int processors) {
    int tasks = Math.min(cores(conf, processors), processors) / taskCpus;
    return Math.max(1, tasks) * taskCpus;
  }

  private static int cores(SparkConf conf, int processors) {
    String master = conf.get("spark.master", "");
    Matcher local = LOCAL.matcher(master);
    if (local.matches()) {
      String threads = local.group(1);
      return threads == null ? 1 : threads.equals("*") ? processors : Integer.parseInt(threads);
    }
    if (conf.contains("spark.executor.cores")) {
      return conf.getInt("spark.executor.cores", 1);
    }
    Matcher localCluster = LOCAL_CLUSTER.matcher(master);
    if (localCluster.matches()) {
      return Integer.parseInt(localCluster.group(1));
    }
    // A standalone executor takes all cores of its worker, those of the other managers one.
    return master.startsWith("spark://") ? processors : 1;
  }
}
