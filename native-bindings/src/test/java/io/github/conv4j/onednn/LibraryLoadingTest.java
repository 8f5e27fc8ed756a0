package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Loading and the ways in which it fails, each in processes of its own; {@code
 * -Dconv4j.test.processes} of them start at once.
 */
@Execution(ExecutionMode.CONCURRENT)
class LibraryLoadingTest {

  private static final NativePlatform PLATFORM =
      NativePlatform.of(System.getProperty("os.name"), System.getProperty("os.arch")).orElseThrow();

  private static final int PROCESSES = Integer.getInteger("conv4j.test.processes", 4);

  private static final BundledLibrary BUNDLED = BundledLibrary.of(PLATFORM);

  /** What a process of its own has extracted, for those tests that begin after that. */
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private static Path earlier;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @SuppressWarnings("NullAway.Init")
  private Path cache;

  @BeforeAll
  static void extract() throws Exception {
    Files.createDirectories(earlier.resolve("tmp"));
    String output = new ChildJvm(earlier).option("-Dconv4j.cache.dir=" + earlier).run();
    assertThat(output)
        .contains("loaded 3.13.0 JAR", "path " + earlier.resolve(BUNDLED.folderName()));
  }

  @BeforeEach
  void createFolders() throws IOException {
    cache = folder.resolve("cache");
    Files.createDirectories(folder.resolve("home"));
    Files.createDirectories(folder.resolve("tmp"));
  }

  @Test
  void theFirstStartExtractsAndTheNextReuses() throws Exception {
    assertThat(child().run()).contains("loaded 3.13.0 JAR", "path " + library());
    FileTime extracted = Files.getLastModifiedTime(library());
    assertThat(child().run()).contains("loaded 3.13.0 JAR", "path " + library());
    assertThat(Files.getLastModifiedTime(library())).isEqualTo(extracted);
  }

  @Test
  void theUsersCacheFolderIsTheDefault() throws Exception {
    assertThat(new ChildJvm(folder).run())
        .contains("loaded 3.13.0 JAR", "path " + folder.resolve("home"));
  }

  @Test
  void manyProcessesMayStartAtOnce() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(child().start());
    }
    for (Process process : processes) {
      assertThat(ChildJvm.output(process)).contains("loaded 3.13.0 JAR", "path " + library());
    }
    assertThat(filesIn(extracted()))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    Stream.of(".lock", ".checked"),
                    BUNDLED.contents().stream().map(c -> c.fileName()))
                .toList());
  }

  @Test
  void aTruncatedLibraryIsExtractedAgain() throws Exception {
    extractBefore();
    try (RandomAccessFile file = new RandomAccessFile(library().toFile(), "rw")) {
      file.setLength(BUNDLED.library().byteSize() / 2);
    }
    assertThat(child().run()).contains("loaded 3.13.0 JAR", "path " + library());
    assertThat(library()).hasSize(BUNDLED.library().byteSize());
  }

  @Test
  void aLibraryOfZeroBytesIsExtractedAgain() throws Exception {
    extractBefore();
    try (RandomAccessFile file = new RandomAccessFile(library().toFile(), "rw")) {
      file.setLength(0);
      file.setLength(BUNDLED.library().byteSize());
    }
    assertThat(child().run()).contains("loaded 3.13.0 JAR", "path " + library());
  }

  @Test
  void aTamperedLibraryIsExtractedAgain() throws Exception {
    extractBefore();
    byte[] before = digest(library());
    try (RandomAccessFile file = new RandomAccessFile(library().toFile(), "rw")) {
      file.seek(BUNDLED.library().byteSize() / 2);
      file.writeLong(~file.readLong());
    }
    Files.setLastModifiedTime(library(), FileTime.from(Instant.now().plusSeconds(7)));
    assertThat(child().run()).contains("loaded 3.13.0 JAR", "path " + library());
    assertThat(digest(library())).isEqualTo(before);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whatWasCheckedIsNotReadAgainToBeChecked() throws Exception {
    extractBefore();
    assertThat(readBytes(child().run())).isLessThan(BUNDLED.library().byteSize() / 2);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whatNobodyKnowsToBeCheckedIsChecked() throws Exception {
    extractBefore();
    FileTime extracted = Files.getLastModifiedTime(library());
    String known = Files.readString(checked());
    Files.delete(checked());
    assertThat(readBytes(child().run())).isGreaterThan(BUNDLED.library().byteSize());
    assertThat(checked()).hasContent(known.strip());
    Files.writeString(checked(), known.replace(BUNDLED.library().sha256(), "0".repeat(64)));
    assertThat(readBytes(child().run())).isGreaterThan(BUNDLED.library().byteSize());
    assertThat(checked()).hasContent(known.strip());
    Files.write(checked(), new byte[1 << 20]);
    assertThat(readBytes(child().run())).isGreaterThan(BUNDLED.library().byteSize());
    assertThat(checked()).hasContent(known.strip());
    assertThat(Files.getLastModifiedTime(library()))
        .as("never extracted again")
        .isEqualTo(extracted);
  }

  @Test
  void whatAProcessThatDiedLeftIsRemoved() throws Exception {
    Files.createDirectories(
        extracted(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path old = Files.writeString(library().resolveSibling("libdnnl123.tmp"), "part");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    Path recent = Files.writeString(library().resolveSibling("libdnnl124.tmp"), "part");
    assertThat(child().run()).contains("loaded 3.13.0 JAR");
    assertThat(old).doesNotExist();
    assertThat(recent).exists();
  }

  @Test
  void aFolderThatCannotBeCreatedIsPassedOver() throws Exception {
    Files.writeString(cache, "a file where the folder should be");
    assertThat(child().run())
        .contains("loaded 3.13.0 JAR", "path " + folder.resolve("home"))
        .contains("attempt jar of the platform, " + cache);
  }

  @Test
  void aCompleteFolderMayBeReadOnly() throws Exception {
    extractBefore();
    for (String name : filesIn(extracted())) {
      Files.setPosixFilePermissions(
          library().resolveSibling(name), PosixFilePermissions.fromString("r--------"));
    }
    Files.setPosixFilePermissions(extracted(), PosixFilePermissions.fromString("r-x------"));
    try {
      assertThat(child().run())
          .contains("loaded 3.13.0 JAR", "path " + library())
          .doesNotContain("attempt");
    } finally {
      Files.setPosixFilePermissions(extracted(), PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void aFolderThatOthersCanWriteIsPassedOver() throws Exception {
    Files.createDirectories(extracted());
    Files.setPosixFilePermissions(extracted(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(child().run())
        .contains("loaded 3.13.0 JAR", "path " + folder.resolve("home"))
        .contains("can be written by others (rwxrwxrwx)");
  }

  @Test
  void aFolderThatOthersCanExchangeIsPassedOver() throws Exception {
    Files.createDirectories(cache);
    Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(child().run())
        .contains("loaded 3.13.0 JAR", "path " + folder.resolve("home"))
        .contains(cache + " can be written by others (rwxrwxrwx)");
  }

  @Test
  void aPlantedLinkIsPassedOver() throws Exception {
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    Files.createDirectories(cache);
    Files.createSymbolicLink(extracted(), elsewhere);
    assertThat(child().run())
        .contains("loaded 3.13.0 JAR", "path " + folder.resolve("home"))
        .contains("attempt jar of the platform, " + cache);
    assertThat(filesIn(elsewhere)).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFolderMountedWithoutExecutionIsPassedOver() throws Exception {
    Files.createDirectories(cache);
    String mount = "mount -t tmpfs -o noexec,mode=700 none '%s'".formatted(cache);
    assumeTrue(
        succeeds("unshare", "-m", "sh", "-c", mount), "this user may not mount a file system");
    String output =
        child().wrapped("unshare", "-m", "sh", "-c", mount + " && exec \"$@\"", "sh").run();
    assertThat(output)
        .contains("loaded 3.13.0 JAR", "path " + folder.resolve("home"))
        .contains("attempt jar of the platform, " + cache)
        .contains("failed to map segment");
  }

  @Test
  void noUsableFolderIsReportedWithTheRemedy() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThat(
            new ChildJvm(folder)
                .option("-Duser.home=" + file)
                .option("-Djava.io.tmpdir=" + file)
                .run())
        .contains("missing The library of oneDNN in the jar cannot be used from any cache folder.")
        .contains("remedy Set -Dconv4j.cache.dir=FOLDER");
  }

  @Test
  void theJarMayBeOnTheModulePath() throws Exception {
    assertThat(child().withoutJar().option("--module-path=" + ChildJvm.jarFile()).run())
        .contains("loaded 3.13.0 JAR", "path " + library());
  }

  @Test
  void aMissingJarIsReportedWithTheRemedy() throws Exception {
    assertThat(child().withoutJar().run())
        .contains("missing No library of oneDNN was found.")
        .contains("remedy Put dnnl-3.13-1.5.14-" + PLATFORM.classifier() + ".jar")
        .contains("not on the class path or module path");
  }

  @Test
  void aLibraryNamedByTheUserIsTaken() throws Exception {
    extractBefore();
    assertThat(named(library()).withoutJar().run())
        .contains("loaded 3.13.0 PROPERTY", "path " + library());
  }

  @Test
  void aNamedLibraryThatDoesNotExistIsNotReplacedByAnother() throws Exception {
    Path absent = folder.resolve("absent.so");
    assertThat(named(absent).run())
        .contains(
            "missing conv4j.onednn.library=%s cannot be used: there is no such file."
                .formatted(absent))
        .contains("remedy Let it name a library of oneDNN 3.13");
  }

  @Test
  void aNamedFileThatIsNoLibraryIsReported() throws Exception {
    Path corrupt = Files.writeString(folder.resolve("corrupt.so"), "not a library".repeat(100));
    assertThat(named(corrupt).run()).contains("missing conv4j.onednn.library=" + corrupt);
  }

  @Test
  void aNamedLibraryThatIsNotOneDnnIsReported() throws Exception {
    assumeTrue(!BUNDLED.companions().isEmpty());
    extractBefore();
    assertThat(named(library().resolveSibling(BUNDLED.companions().getFirst().fileName())).run())
        .contains("missing", "it has no function dnnl_version");
  }

  @Test
  void aNamedLibraryOfAnotherVersionIsReported() throws Exception {
    assertThat(named(stub(2, 6)).run())
        .contains("missing", "it is oneDNN 2.6.0, but conv4j needs at least 3.13 and below 4.0");
  }

  @Test
  void theLibraryOfTheSystemIsTheLastResort() throws Exception {
    Path installed = stub(3, 14);
    assertThat(child().withoutJar().option("-Djava.library.path=" + installed.getParent()).start())
        .satisfies(
            process ->
                assertThat(process.inputReader().lines().toList())
                    .contains("loaded 3.14.0 SYSTEM", "path " + installed));
  }

  @Test
  void aNamedLibraryThatLacksAFunctionIsReported() throws Exception {
    assertThat(named(stub(3, 14, false)).run()).contains("missing", "it has no function dnnl_");
  }

  @Test
  void aSystemLibraryOfAnotherVersionIsPassedOver() throws Exception {
    Path installed = stub(3, 12);
    assertThat(child().withoutJar().option("-Djava.library.path=" + installed.getParent()).run())
        .contains("missing", "it is oneDNN 3.12.0");
  }

  @Test
  void deniedNativeAccessIsReportedWithTheRemedy() throws Exception {
    assertThat(child().withoutNativeAccess().option("--illegal-native-access=deny").run())
        .contains("missing This JVM does not let conv4j call native code")
        .contains("remedy Start it with --enable-native-access=ALL-UNNAMED.");
  }

  /** Leaves the folder as a process that ended before would have. */
  private void extractBefore() throws IOException {
    Path source = earlier.resolve(BUNDLED.folderName());
    Files.createDirectories(cache);
    copyWithAttributes(source, extracted());
    for (String name : filesIn(source)) {
      copyWithAttributes(source.resolve(name), extracted().resolve(name));
    }
  }

  private static void copyWithAttributes(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private ChildJvm child() {
    return new ChildJvm(folder).option("-Dconv4j.cache.dir=" + cache);
  }

  private ChildJvm named(Path library) {
    return child().option("-Dconv4j.onednn.library=" + library);
  }

  /** The folder that the library is extracted into. */
  private Path extracted() {
    return cache.resolve(BUNDLED.folderName());
  }

  private Path library() {
    return extracted().resolve(BUNDLED.library().fileName());
  }

  /** Where it is remembered what was checked. */
  private Path checked() {
    return extracted().resolve(".checked");
  }

  private static byte[] digest(Path file) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
  }

  /** How many bytes a child has read from files. */
  private static long readBytes(String output) {
    assertThat(output).contains("loaded 3.13.0 JAR");
    return output
        .lines()
        .filter(line -> line.startsWith("read "))
        .mapToLong(line -> Long.parseLong(line.substring("read ".length())))
        .findFirst()
        .orElseThrow();
  }

  /** A library whose functions all fail, where there is a C compiler to make it. */
  private Path stub(int major, int minor) throws Exception {
    return stub(major, minor, true);
  }

  private Path stub(int major, int minor, boolean isComplete) throws Exception {
    assumeTrue(succeeds("cc", "--version"), "there is no C compiler");
    String functions =
        DnnlLibraryTest.functions()
            .map(function -> "int %s(void) { return 1; }\n".formatted(function))
            .collect(Collectors.joining());
    Path source =
        Files.writeString(
            folder.resolve("stub.c"),
            """
            struct version { int major, minor, patch; const char *hash; unsigned cpu, gpu; };
            static struct version v = { %d, %d, 0, "stub", 2, 0 };
            const struct version *dnnl_version(void) { return &v; }
            """
                    .formatted(major, minor)
                + (isComplete ? functions : ""));
    Path library = Files.createDirectories(folder.resolve("stub")).resolve(PLATFORM.libraryName());
    assertThat(succeeds("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString()))
        .isTrue();
    return library;
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> filesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
