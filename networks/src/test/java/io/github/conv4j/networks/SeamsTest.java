package io.github.conv4j.networks;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
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
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The rooms of this module and the doors between them. */
class SeamsTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .importUrl(Network.class.getProtectionDomain().getCodeSource().getLocation());

  private static final String ROOT = "io.github.conv4j.networks";

  /** They lie in the package above all others, are thrown by all, and know nothing themselves. */
  private static final DescribedPredicate<JavaClass> EXCEPTIONS =
      resideInAPackage(ROOT).and(assignableTo(RuntimeException.class)).as("exceptions");

  @Test
  void exceptionsKnowNothing() {
    check(
        classes()
            .that(EXCEPTIONS)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..")));
  }

  @Test
  void graphsKnowNeitherFilesNorEngines() {
    onlyKnows(".graph");
  }

  @Test
  void theWireFormatKnowsNoGraphs() {
    onlyKnows(".internal.wire");
  }

  @Test
  void theReaderOfFilesKnowsGraphsAndTheWireFormat() {
    onlyKnows(".internal.onnx", ".graph", ".internal.wire");
  }

  @Test
  void definitionsKnowGraphsOnly() {
    onlyKnows(".internal.definition", ".graph");
  }

  private static void onlyKnows(String room, String... below) {
    DescribedPredicate<JavaClass> known =
        resideInAnyPackage("java..", "org.jspecify..", ROOT + room).or(EXCEPTIONS);
    for (String other : below) {
      known = known.or(resideInAPackage(ROOT + other));
    }
    check(classes().that().resideInAPackage(ROOT + room).should().onlyDependOnClassesThat(known));
  }

  @Test
  void packagesHaveNoCycles() {
    check(
        SlicesRuleDefinition.slices()
            .matching("io.github.(**)")
            .should()
            .beFreeOfCycles()
            .ignoreDependency(alwaysTrue(), EXCEPTIONS));
  }

  @Test
  void onlyTheFolderOfAModelItsReaderAndItsWriterOpenFiles() {
    check(
        noClasses()
            .that()
            .haveNameNotMatching(
                ".*\\.internal\\.(manifest\\.ManifestFile|onnx\\.Model(Folder|Reader|Writer)|wire\\.WireWriter|operator\\.VectorTemplate)")
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..")
                    .and(DescribedPredicate.not(JavaClass.Predicates.type(Path.class)))
                    .and(DescribedPredicate.not(JavaClass.Predicates.type(IOException.class)))
                    .and(DescribedPredicate.not(JavaClass.Predicates.type(Serializable.class)))));
  }

  @Test
  void nothingElseIsNeededAtRunTime() {
    check(
        classes()
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                    "io.github.conv4j..", "java..", "jdk.incubator.vector..", "org.jspecify..")));
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
