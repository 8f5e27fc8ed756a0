package io.github.conv4j.onednn;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The platforms for which a jar with the native library is published. */
enum NativePlatform {
  LINUX_X86_64("linux-x86_64", "libdnnl.so.3", List.of("libgomp.so.1")),
  LINUX_ARM64("linux-arm64", "libdnnl.so.3", List.of("libgomp.so.1")),
  MACOSX_ARM64("macosx-arm64", "libdnnl.3.dylib", List.of("libomp.dylib")),
  MACOSX_X86_64("macosx-x86_64", "libdnnl.3.dylib", List.of("libiomp5.dylib")),
  // Its OpenMP runtime is part of the Visual C++ redistributable, not of the jar.
  WINDOWS_X86_64("windows-x86_64", "dnnl.dll", List.of());

  private final String classifier;
  private final String libraryName;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> companions;

  NativePlatform(String classifier, String libraryName, List<String> companions) {
    this.classifier = classifier;
    this.libraryName = libraryName;
    this.companions = companions;
  }

  /** The platform named by the values of the system properties {@code os.name, os.arch}. */
  static Optional<NativePlatform> of(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    boolean x86 = osArch.equals("amd64") || osArch.equals("x86_64");
    boolean arm = osArch.equals("aarch64") || osArch.equals("arm64");
    if (os.startsWith("linux")) {
      return x86 ? Optional.of(LINUX_X86_64) : arm ? Optional.of(LINUX_ARM64) : Optional.empty();
    }
    if (os.startsWith("mac")) {
      return x86 ? Optional.of(MACOSX_X86_64) : arm ? Optional.of(MACOSX_ARM64) : Optional.empty();
    }
    return os.startsWith("windows") && x86 ? Optional.of(WINDOWS_X86_64) : Optional.empty();
  }

  /** The classifier of the jar, and the last part of the folder inside it. */
  String classifier() {
    return classifier;
  }

  /** File name of oneDNN's library. */
  String libraryName() {
    return libraryName;
  }

  /** File names of the libraries that oneDNN's needs and that are beside it, in loading order. */
  List<String> companions() {
    return companions;
  }

  boolean isLinux() {
    return this == LINUX_X86_64 || this == LINUX_ARM64;
  }

  boolean isMac() {
    return this == MACOSX_ARM64 || this == MACOSX_X86_64;
  }

  boolean isWindows() {
    return this == WINDOWS_X86_64;
  }

  /** The class-path name of a file in the platform's jar. */
  String resourceName(String fileName) {
    return "org/bytedeco/dnnl/" + classifier + "/" + fileName;
  }

  /**
   * The names that a jar with the library has as a module: conv4j's own, and the one that it comes
   * from. Both let their resources be read from outside.
   */
  List<String> moduleNames() {
    String name = classifier.replace('-', '.');
    return List.of("io.github.conv4j.onednn.natives." + name, "org.bytedeco.dnnl." + name);
  }
}
