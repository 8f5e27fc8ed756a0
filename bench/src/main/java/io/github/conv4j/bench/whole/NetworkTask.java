package io.github.conv4j.bench.whole;

import java.nio.file.Path;
import java.util.Map;

/**
 * A network to run.
 *
 * @param name for people
 * @param file an ONNX file
 * @param dims of its inputs
 * @param threads of a run
 */
public record NetworkTask(String name, Path file, Map<String, long[]> dims, int threads) {}
