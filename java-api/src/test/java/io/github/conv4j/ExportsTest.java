package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the module shows to its users, and asks of them. */
class ExportsTest {
  private static final ModuleDescriptor MODULE = descriptor();

  private static final Set<String> EXPORTED =
      MODULE.exports().stream()
          .filter(exports -> !exports.isQualified())
          .map(ModuleDescriptor.Exports::source)
          .collect(Collectors.toSet());

  private static ModuleDescriptor descriptor() {
    try {
      Path classes =
          Path.of(Convolution.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (InputStream bytes = Files.newInputStream(classes.resolve("module-info.class"))) {
        return ModuleDescriptor.read(bytes);
      }
    } catch (IOException | URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Whoever compiles against the module must find what it requires: only the JDK's base. */
  @Test
  void asksNothingOfItsUsers() {
    assertThat(MODULE.name()).isEqualTo("io.github.conv4j");
    assertThat(MODULE.requires())
        .allSatisfy(
            requires ->
                assertThat(requires.modifiers())
                    .as("%s", requires)
                    .doesNotContain(ModuleDescriptor.Requires.Modifier.TRANSITIVE));
    assertThat(MODULE.requires())
        .filteredOn(r -> !r.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactly("java.base");
  }

  /** The compiler's own check is off, since it counts annotations: see the pom. */
  @Test
  void signaturesShowOnlyWhatUsersCanReach() {
    List<String> hidden = new ArrayList<>();
    var main =
        new ClassFileImporter()
            .importUrl(Convolution.class.getProtectionDomain().getCodeSource().getLocation());
    int seen = 0;
    for (JavaClass type : main) {
      if (EXPORTED.contains(type.getPackageName())
          && type.getModifiers().contains(JavaModifier.PUBLIC)) {
        seen++;
        type.getCodeUnits().forEach(unit -> collectHidden(unit, hidden));
        type.getFields().forEach(field -> collectHidden(field, hidden));
        type.getRawSuperclass().ifPresent(parent -> collectHidden(parent, type.getName(), hidden));
        type.getInterfaces().forEach(parent -> collectHidden(parent, type.getName(), hidden));
      }
    }
    assertThat(seen).isGreaterThan(30);
    assertThat(hidden)
        .allMatch(line -> line.startsWith("io.github.conv4j.tensor.Images."))
        .allMatch(line -> line.endsWith(" java.awt.image.BufferedImage"));
  }

  private static void collectHidden(JavaCodeUnit unit, List<String> hidden) {
    if (isVisible(unit.getModifiers())) {
      collectHidden(unit.getReturnType(), unit.getFullName(), hidden);
      unit.getParameterTypes().forEach(type -> collectHidden(type, unit.getFullName(), hidden));
    }
  }

  private static void collectHidden(JavaField field, List<String> hidden) {
    if (isVisible(field.getModifiers())) {
      collectHidden(field.getType(), field.getFullName(), hidden);
    }
  }

  private static void collectHidden(JavaType type, String where, List<String> hidden) {
    for (JavaClass raw : type.getAllInvolvedRawTypes()) {
      JavaClass element = raw.getBaseComponentType();
      String name = element.getPackageName();
      boolean reachable =
          element.isPrimitive()
              || EXPORTED.contains(name)
              || (name.startsWith("java.") && isInJavaBase(element));
      if (!reachable) {
        hidden.add(where + ": " + element.getName());
      }
    }
  }

  private static boolean isInJavaBase(JavaClass type) {
    return Object.class.getModule().getPackages().contains(type.getPackageName());
  }

  private static boolean isVisible(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }
}
