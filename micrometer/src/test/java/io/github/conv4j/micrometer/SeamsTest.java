package io.github.conv4j.micrometer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** What this module needs. */
class SeamsTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .importUrl(EngineMetrics.class.getProtectionDomain().getCodeSource().getLocation());

  /** Programs without networks have meters of their engines. */
  @Test
  void metersOfEnginesNeedNoNetworks() {
    noClasses()
        .that()
        .haveSimpleNameNotStartingWith("ShapeCache")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.github.conv4j.networks..")
        .check(MAIN);
  }

  @Test
  void nothingInternalIsNeeded() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.github.conv4j",
            "io.github.conv4j.engine",
            "io.github.conv4j.networks",
            "io.github.conv4j.micrometer",
            "io.micrometer.core.instrument..",
            "java..",
            "org.jspecify..")
        .check(MAIN);
  }
}
