package io.github.conv4j.networks.internal.operator;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.conv4j.PostOp;
import org.junit.jupiter.api.Test;

/** What operators may know of. */
class SeamTest {
  private static final String ROOT = "io.github.conv4j";
  private static final String OPERATORS = ROOT + ".networks.internal.operator";

  private static final DescribedPredicate<JavaClass> KNOWN =
      resideInAnyPackage(
              "java..",
              "jdk.incubator.vector..",
              "org.jspecify..",
              OPERATORS,
              ROOT + ".internal.primitive",
              ROOT + ".internal.copies")
          .or(
              resideInAPackage(ROOT)
                  .and(
                      DescribedPredicate.describe(
                          "post-ops", type -> type.getName().startsWith(PostOp.class.getName()))));

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(OPERATORS);

  @Test
  void operatorsKnowNumbersOnly() {
    classes().should().onlyDependOnClassesThat(KNOWN).check(MAIN);
  }

  @Test
  void theVectorApiIsKnownByNameOnly() {
    noClasses()
        .that(DescribedPredicate.not(simpleNameStartingWith("Vector")))
        .and()
        .areTopLevelClasses()
        .should()
        .dependOnClassesThat(resideInAPackage("jdk.incubator.vector.."))
        .check(MAIN);
  }
}
