package io.github.conv4j;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.github.conv4j.internal.reference.SafeLoops;
import org.junit.jupiter.api.Test;

/** The rooms of this module and the doors between them. */
class SeamsTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .importUrl(Convolution.class.getProtectionDomain().getCodeSource().getLocation());

  private static final String ROOT = "io.github.conv4j";

  @Test
  void tensorsKnowNothingOfConvolutions() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT + ".tensor")
            .should()
            .dependOnClassesThat(
                resideInAPackage(ROOT + "..")
                    .and(
                        JavaClass.Predicates.resideOutsideOfPackages(
                            ROOT + ".tensor",
                            ROOT + ".internal.checks",
                            ROOT + ".internal.copies",
                            ROOT + ".internal.events"))));
  }

  @Test
  void checksKnowNothing() {
    check(
        classes()
            .that()
            .resideInAPackage(ROOT + ".internal.checks")
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage("java..", "org.jspecify..", ROOT + ".internal.checks")));
  }

  @Test
  void eventsKnowNothing() {
    check(
        classes()
            .that()
            .resideInAPackage(ROOT + ".internal.events")
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                    "java..", "jdk.jfr..", "org.jspecify..", ROOT + ".internal.events")));
  }

  @Test
  void copiesKnowNoTensors() {
    check(
        classes()
            .that()
            .resideInAPackage(ROOT + ".internal.copies")
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage("java..", "org.jspecify..", ROOT + ".internal.copies")));
  }

  @Test
  void thePoolKnowsNothing() {
    check(
        classes()
            .that()
            .resideInAPackage(ROOT + ".internal.parallel")
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage("java..", "org.jspecify..", ROOT + ".internal.parallel")));
  }

  /** Engines may leave to the naive loops what they must not compute themselves. */
  @Test
  void ofTheReferenceOnlyTheWayOutIsKnown() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".internal.reference")
            .should()
            .dependOnClassesThat(
                resideInAPackage(ROOT + ".internal.reference")
                    .and(DescribedPredicate.not(JavaClass.Predicates.type(SafeLoops.class)))));
  }

  @Test
  void packagesHaveNoCycles() {
    check(SlicesRuleDefinition.slices().matching("io.github.(**)").should().beFreeOfCycles());
  }

  @Test
  void descriptionsKnowNoEngine() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT)
            .should()
            .dependOnClassesThat(
                resideInAPackage(ROOT + ".*..")
                    .and(
                        JavaClass.Predicates.resideOutsideOfPackages(
                            ROOT + ".tensor", ROOT + ".internal.checks"))));
  }

  @Test
  void theEngineSeamKnowsNothingInternal() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ROOT + ".engine")
            .should()
            .dependOnClassesThat(
                resideInAPackage(ROOT + ".internal..")
                    .and(JavaClass.Predicates.resideOutsideOfPackages(ROOT + ".internal.checks"))));
  }

  @Test
  void nothingThatRunsInProductionKnowsTheTestKit() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".validation")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".validation"));
  }

  @Test
  void onlyTheVectorEngineKnowsTheIncubator() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".internal.vector..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.."));
  }

  /** Java starts without the incubator's module; then no class of these may be loaded. */
  @Test
  void onlyClassesNamedVectorKnowTheIncubator() {
    check(
        noClasses()
            .that()
            .haveSimpleNameNotStartingWith("Vector")
            .and()
            .areTopLevelClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.."));
  }

  @Test
  void familiesOfPlansKnowNoOtherFamily() {
    String engine = ROOT + ".internal.vector";
    check(
        SlicesRuleDefinition.slices()
            .matching(engine + ".(*)")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(DescribedPredicate.alwaysTrue(), resideInAPackage(engine + ".base"))
            .ignoreDependency(DescribedPredicate.alwaysTrue(), resideInAPackage(engine + ".code")));
  }

  @Test
  void onlyImagesNeedTheDesktop() {
    check(
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName(ROOT + ".tensor.Images")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.awt..", "javax.."));
  }

  @Test
  void onlyOneClassAsksTheJvmForHeapUse() {
    check(
        noClasses()
            .that()
            .haveNameNotMatching(".*\\.internal\\.ready\\.HeapUse(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.sun..", "java.lang.management.."));
  }

  @Test
  void nothingElseIsNeededAtRunTime() {
    check(
        classes()
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                    ROOT + "..",
                    "java..",
                    "jdk.incubator.vector..",
                    "jdk.jfr..",
                    "com.sun.management..",
                    "org.jspecify..")));
  }

  @Test
  void logsGoToTheSystemLoggerAndNowhereElse() {
    check(noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging.."));
    check(noClasses().should().accessField(System.class, "out"));
    check(noClasses().should().accessField(System.class, "err"));
    check(noClasses().should().callMethod(Throwable.class, "printStackTrace"));
  }

  @Test
  void nothingEndsTheProcessOrLoadsNativeCode() {
    check(noClasses().should().callMethod(System.class, "exit", int.class));
    check(noClasses().should().callMethod(System.class, "load", String.class));
    check(noClasses().should().callMethod(System.class, "loadLibrary", String.class));
    check(noClasses().should().dependOnClassesThat().haveFullyQualifiedName("sun.misc.Unsafe"));
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.foreign.Linker"));
  }

  @Test
  void virtualThreadsMoveSoNothingIsBoundToAThread() {
    check(noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class));
  }

  @Test
  void stateIsNeverPublic() {
    check(
        fields()
            .that()
            .arePublic()
            .should()
            .beFinal()
            .andShould()
            .beStatic()
            .allowEmptyShould(true));
    check(fields().that().areStatic().should().haveModifier(JavaModifier.FINAL));
  }

  private static void check(ArchRule rule) {
    rule.check(MAIN);
  }
}
