package io.github.conv4j.bench.cli;

import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Constant;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** A network that a user names; whatever does not fit is the user's argument, in one sentence. */
final class NetworkFile {
  private final Network network;
  private final NetworkArguments arguments;
  private final CommandLine command;

  private NetworkFile(Network network, NetworkArguments arguments, CommandLine command) {
    this.network = network;
    this.arguments = arguments;
    this.command = command;
  }

  /** Whether an argument is the name of a network rather than a problem. */
  static boolean isMeant(String argument) {
    if (argument.toLowerCase(Locale.ROOT).endsWith(".onnx")) {
      return true;
    }
    try {
      return Files.isRegularFile(Path.of(argument));
    } catch (InvalidPathException _) {
      return false;
    }
  }

  static NetworkFile read(Path file, NetworkArguments arguments, CommandLine command) {
    return new NetworkFile(read(file, command), arguments, command);
  }

  /** Reads a network without inputs. */
  static Network read(Path file, CommandLine command) {
    if (!Files.isRegularFile(file)) {
      throw new ParameterException(command, "there is no file '%s'".formatted(file));
    }
    try {
      return Network.read(file);
    } catch (InvalidModelException | UnsupportedOperatorException e) {
      throw new ParameterException(
          command,
          "cannot read the network '%s': %s"
              .formatted(file, Terminal.harmless(String.valueOf(e.getMessage()))),
          e);
    }
  }

  Network network() {
    return network;
  }

  /** Refuses to go on without a file for each input. */
  void requireFiles() {
    refusing(
        command,
        () -> {
          arguments.requireFiles(network.inputs());
          return network;
        });
  }

  /** Returns a tensor for each input. */
  Map<String, Constant> inputs(long seed) {
    return refusing(command, () -> arguments.tensors(network.inputs(), seed));
  }

  /** Opens an engine of strict accuracy; the best where none is named. */
  Engine open(@Nullable String engineName) {
    return open(engineName, options -> options);
  }

  /** Opens an engine with more options. */
  Engine open(@Nullable String engineName, UnaryOperator<EngineOptions> more) {
    return open(engineName, command, () -> more.apply(arguments.options()));
  }

  /** Opens an engine; the best where none is named. */
  static Engine open(
      @Nullable String engineName, CommandLine command, Supplier<EngineOptions> wanted) {
    EngineOptions options = refusing(command, wanted);
    if (engineName == null) {
      return Engines.best(options);
    }
    EngineChoice.requireKnown(engineName, command);
    return Engines.named(engineName, options);
  }

  /** Prepares the network for inputs. */
  PreparedNetwork prepare(Engine engine, Map<String, Constant> inputs) {
    return prepare(engine, inputs, NetworkOptions.defaults());
  }

  /** Prepares the network for inputs. */
  PreparedNetwork prepare(Engine engine, Map<String, Constant> inputs, NetworkOptions options) {
    Map<String, long[]> dims = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> dims.put(name, tensor.dims()));
    return refusing(command, () -> network.prepare(engine, dims, options));
  }

  /** Does something in which a file or its inputs may turn out not to be good. */
  static <T> T refusing(CommandLine command, Supplier<T> action) {
    try {
      return action.get();
    } catch (InvalidModelException
        | UnsupportedOperatorException
        | UnsupportedConvolutionException
        | IllegalArgumentException e) {
      throw new ParameterException(command, Terminal.harmless(String.valueOf(e.getMessage())), e);
    }
  }
}
