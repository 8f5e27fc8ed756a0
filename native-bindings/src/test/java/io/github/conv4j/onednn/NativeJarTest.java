package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The jar with the native library, as it is published. */
class NativeJarTest {
  private static final NativePlatform PLATFORM =
      NativePlatform.of(System.getProperty("os.name"), System.getProperty("os.arch")).orElseThrow();

  private static final BundledLibrary BUNDLED = BundledLibrary.of(PLATFORM);

  private static final String LICENSES = "META-INF/licenses/";

  private static final String BILL_OF_MATERIALS =
      "META-INF/sbom/conv4j-onednn-%s.cdx.json".formatted(PLATFORM.classifier());

  @SuppressWarnings("NullAway.Init")
  private Path jar;

  @BeforeEach
  void find() {
    String file = System.getProperty("conv4j.test.nativeJar");
    assumeTrue(file != null, "only the build makes the jar");
    jar = Path.of(file);
  }

  @Test
  void itCarriesTheLibrariesAndTheirLicensesAndNothingElse() throws IOException {
    List<String> expected = new ArrayList<>();
    expected.add("META-INF/MANIFEST.MF");
    BUNDLED.contents().forEach(c -> expected.add(PLATFORM.resourceName(c.fileName())));
    expected.add(BILL_OF_MATERIALS);
    expected.add(LICENSES + "README");
    expected.add(LICENSES + "onednn/LICENSE");
    expected.add(LICENSES + "onednn/THIRD-PARTY-PROGRAMS");
    if (PLATFORM.isLinux()) {
      expected.add(LICENSES + "libgomp/COPYING3");
      expected.add(LICENSES + "libgomp/COPYING.RUNTIME");
    }
    if (PLATFORM.isMac()) {
      expected.add(LICENSES + "libomp/LICENSE.TXT");
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      assertThat(
              file.stream().filter(entry -> !entry.isDirectory()).map(JarEntry::getName).toList())
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void theLibrariesHaveThePinnedDigests() throws Exception {
    try (JarFile file = new JarFile(jar.toFile())) {
      for (BundledLibrary.Content content : BUNDLED.contents()) {
        try (InputStream in =
            file.getInputStream(file.getEntry(PLATFORM.resourceName(content.fileName())))) {
          byte[] bytes = in.readAllBytes();
          assertThat(bytes).hasSize(Math.toIntExact(content.byteSize()));
          assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
              .isEqualTo(content.sha256());
        }
      }
    }
  }

  @Test
  void theLicensesAreWhole() throws IOException {
    assertThat(text("onednn/LICENSE"))
        .contains("Apache License", "END OF TERMS AND CONDITIONS", "Intel Corporation");
    assertThat(text("onednn/THIRD-PARTY-PROGRAMS"))
        .contains("XByak", "Khronos OpenCL Headers", "END OF TERMS AND CONDITIONS");
    if (PLATFORM.isLinux()) {
      assertThat(text("libgomp/COPYING3"))
          .contains("GNU GENERAL PUBLIC LICENSE", "END OF TERMS AND CONDITIONS");
      assertThat(text("libgomp/COPYING.RUNTIME"))
          .contains("GCC RUNTIME LIBRARY EXCEPTION", "2. No Weakening of GCC Copyleft.");
    }
  }

  /** Each library with its digest, and with a license that lies in the jar. */
  @Test
  void theBillOfMaterialsTellsOfEveryLibrary() throws IOException {
    String bill = entry(BILL_OF_MATERIALS);

    assertThat(bill).contains("\"bomFormat\": \"CycloneDX\"").doesNotContainPattern("@[A-Z_]+@");
    assertThat(values(bill, "content"))
        .containsExactlyInAnyOrderElementsOf(
            BUNDLED.contents().stream().map(BundledLibrary.Content::sha256).toList());
    assertThat(values(bill, "location"))
        .containsExactlyInAnyOrderElementsOf(
            BUNDLED.contents().stream().map(c -> PLATFORM.resourceName(c.fileName())).toList());
    assertThat(bill).containsPattern("dnnl@3\\.13-[0-9.]+\\?classifier=").contains("\"3.13\"");
    List<String> licenses =
        Pattern.compile("META-INF/licenses/[^,\"]+")
            .matcher(bill)
            .results()
            .map(MatchResult::group)
            .toList();
    assertThat(licenses).hasSizeGreaterThanOrEqualTo(BUNDLED.contents().size());
    for (String license : licenses) {
      assertThat(entry(license)).hasSizeGreaterThan(1000);
    }
  }

  private static List<String> values(String json, String name) {
    return Pattern.compile("\"%s\": \"([^\"]*)\"".formatted(name))
        .matcher(json)
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  @Test
  void itIsAModuleOfItsOwnName() {
    assertThat(ModuleFinder.of(jar).findAll())
        .singleElement()
        .satisfies(
            module ->
                assertThat(PLATFORM.moduleNames()).first().isEqualTo(module.descriptor().name()));
  }

  private String text(String license) throws IOException {
    return entry(LICENSES + license);
  }

  private String entry(String name) throws IOException {
    try (JarFile file = new JarFile(jar.toFile());
        InputStream in = file.getInputStream(file.getEntry(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
