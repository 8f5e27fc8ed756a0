package io.github.conv4j.bench.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Where commands put files. */
final class Folders {
  private static final int LONGEST_NAME = 100;

  private Folders() {}

  /** Makes a folder, or refuses the argument that names it. */
  static void prepare(Path folder, CommandLine command) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new ParameterException(command, "cannot make the folder '%s'".formatted(folder), e);
    }
    if (!Files.isWritable(folder)) {
      throw new ParameterException(command, "cannot write to the folder '%s'".formatted(folder));
    }
  }

  /** Returns a name from a stranger's file as that of a file in one folder. */
  static String fileName(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9_-]+", "_");
    String kept = plain.isEmpty() ? "_" : plain;
    return kept.substring(0, Math.min(kept.length(), LONGEST_NAME));
  }
}
