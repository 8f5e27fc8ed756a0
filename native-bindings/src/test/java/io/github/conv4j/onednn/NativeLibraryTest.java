package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.conv4j.onednn.NativeLibrary.Attempt;
import io.github.conv4j.onednn.NativeLibrary.Loaded;
import io.github.conv4j.onednn.NativeLibrary.Missing;
import io.github.conv4j.onednn.NativeLibrary.Origin;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NativeLibraryTest {

  @Test
  void theLibraryIsLoadedOnce() {
    assertThat(NativeLibrary.load()).isSameAs(NativeLibrary.load());
  }

  @Test
  void theFileOfALookedUpFunctionIsTheLibrary() {
    MemorySegment symbol = NativeAccess.open(loaded().path()).find("dnnl_version").orElseThrow();
    assertThat(NativeAccess.fileOf(symbol)).contains(loaded().path());
  }

  @Test
  void theVersionKnownFromTheDigestIsWhatTheLibraryReports() {
    assertThat(NativeAccess.version(NativeAccess.open(loaded().path())))
        .contains(loaded().version());
  }

  @Test
  void theThreadsOfOpenMpCanBeSet() {
    DnnlLibrary functions = loaded().functions();
    int before = functions.ompGetMaxThreads();
    try {
      functions.ompSetNumThreads(3);
      assertThat(functions.ompGetMaxThreads()).isEqualTo(3);
    } finally {
      functions.ompSetNumThreads(before);
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 13, 0", "3, 13, 9", "3, 14, 0", "3, 99, 1"})
  void theSameMajorVersionFromTheBoundOneOnIsTaken(int major, int minor, int patch) {
    assertThat(new OneDnnVersion(major, minor, patch).refusal()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"2, 6, 0", "3, 12, 5", "4, 0, 0", "4, 13, 0", "0, 0, 0"})
  void anyOtherVersionIsRefusedWithBothSides(int major, int minor, int patch) {
    assertThat(new OneDnnVersion(major, minor, patch).refusal())
        .hasValueSatisfying(
            refusal ->
                assertThat(refusal)
                    .contains("oneDNN %d.%d.%d".formatted(major, minor, patch))
                    .contains("at least 3.13 and below 4.0"));
  }

  @Test
  void versionsHaveNoNegativeParts() {
    assertThatIllegalArgumentException().isThrownBy(() -> new OneDnnVersion(3, -1, 0));
  }

  @ParameterizedTest
  @CsvSource({"2.31, true", "2.33, true", "2.34, false", "2.36, false", "3.0, false", "?, false"})
  void olderVersionsOfTheCLibraryAreRecognised(String version, boolean older) {
    assertThat(LibrarySearch.isOlder(version, "2.34")).isEqualTo(older);
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-x86_64",
    "Linux, aarch64, linux-arm64",
    "Mac OS X, aarch64, macosx-arm64",
    "Mac OS X, x86_64, macosx-x86_64",
    "Windows 11, amd64, windows-x86_64"
  })
  void platformsAreNamedAsTheirJars(String os, String arch, String classifier) {
    assertThat(NativePlatform.of(os, arch).map(NativePlatform::classifier)).contains(classifier);
  }

  @ParameterizedTest
  @CsvSource({"Linux, riscv64", "Windows 11, aarch64", "AIX, ppc64", "FreeBSD, amd64"})
  void otherPlatformsHaveNoJar(String os, String arch) {
    assertThat(NativePlatform.of(os, arch)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyPlatformHasPinnedDigests(NativePlatform platform) {
    BundledLibrary bundled = BundledLibrary.of(platform);
    assertThat(bundled.contents()).hasSize(platform.companions().size() + 1);
    assertThat(bundled.folderName()).contains(bundled.library().sha256());
  }

  @Test
  void cacheFoldersFollowTheCustomOfThePlatform() {
    Map<String, String> properties =
        Map.of("user.home", "/home/ada", "java.io.tmpdir", "/tmp", "user.name", "ada l/");
    assertThat(
            CacheFolders.candidates(
                NativePlatform.LINUX_X86_64, properties::get, Map.of("XDG_CACHE_HOME", "/c")::get))
        .containsExactly(
            Path.of("/c/conv4j"),
            Path.of("/home/ada/.cache/conv4j"),
            Path.of("/tmp/conv4j-ada_l_"));
    assertThat(
            CacheFolders.candidates(
                NativePlatform.LINUX_ARM64, properties::get, Map.of("XDG_CACHE_HOME", "c")::get))
        .as("a relative XDG_CACHE_HOME is invalid")
        .containsExactly(Path.of("/home/ada/.cache/conv4j"), Path.of("/tmp/conv4j-ada_l_"));
    assertThat(
            CacheFolders.candidates(
                NativePlatform.MACOSX_ARM64,
                name -> name.equals("conv4j.cache.dir") ? "/mine" : properties.get(name),
                Map.<String, String>of()::get))
        .containsExactly(
            Path.of("/mine"),
            Path.of("/home/ada/Library/Caches/conv4j"),
            Path.of("/tmp/conv4j-ada_l_"));
  }

  @Test
  void whateverTheSearchMeetsBecomesAValue() {
    assertThat(failing(new AssertionError("a bug")))
        .satisfies(missing -> assertThat(missing.reason()).contains("a bug"))
        .satisfies(missing -> assertThat(missing.isTransient()).isFalse());
    assertThat(failing(new OutOfMemoryError("for a moment")))
        .satisfies(missing -> assertThat(missing.reason()).contains("for a moment"))
        .satisfies(missing -> assertThat(missing.isTransient()).isTrue());
  }

  private static Missing failing(Error error) {
    return (Missing)
        new LibrarySearch(
                _ -> {
                  throw error;
                },
                _ -> null)
            .run();
  }

  @Test
  void aReportNamesReasonAttemptsAndRemedy() {
    Missing missing =
        new Missing("Reason.", "Remedy.", List.of(new Attempt(Origin.JAR, "/folder", "full")));
    assertThat(missing.report())
        .isEqualTo("Reason.\n  tried jar of the platform, /folder: full\n  Remedy.");
  }

  @Test
  @SuppressWarnings("NullAway")
  void theValuesRefuseNull() {
    assertThatNullPointerException().isThrownBy(() -> new Missing(null, "", List.of()));
    assertThatNullPointerException().isThrownBy(() -> new Attempt(Origin.JAR, "", null));
  }

  private static Loaded loaded() {
    return switch (NativeLibrary.load()) {
      case Loaded loaded -> loaded;
      case Missing missing -> throw new AssertionError(missing.report());
    };
  }
}
