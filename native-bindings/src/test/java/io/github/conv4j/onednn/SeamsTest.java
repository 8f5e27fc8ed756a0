package io.github.conv4j.onednn;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The seams of this module: who may call native code, who may load it, what is visible. */
class SeamsTest {
  private static final String GENERATED = "io.github.conv4j.onednn.generated..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.github.conv4j.onednn");

  @Test
  void onlyTheCheckedCallsUseTheBindings() {
    noClasses()
        .that()
        .resideOutsideOfPackage(GENERATED)
        .and()
        .doNotHaveFullyQualifiedName(Dnnl.class.getName())
        .and()
        .doNotHaveFullyQualifiedName(NativeAccess.class.getName())
        .and()
        .doNotHaveFullyQualifiedName(DnnlAlgorithms.class.getName())
        .should()
        .dependOnClassesThat()
        .resideInAPackage(GENERATED)
        .check(CLASSES);
  }

  @Test
  void onlyOneClassLinksAndLoads() {
    noClasses()
        .that()
        .resideOutsideOfPackage(GENERATED)
        .and()
        .haveNameNotMatching(Pattern.quote(NativeAccess.class.getName()) + "(\\$.*)?")
        .should()
        .callMethodWhere(
            JavaCall.Predicates.target(
                DescribedPredicate.describe(
                    "link or load",
                    target ->
                        (target.getOwner().isEquivalentTo(Linker.class)
                                && target.getName().equals("downcallHandle"))
                            || (target.getOwner().isEquivalentTo(SymbolLookup.class)
                                && target.getName().equals("libraryLookup"))
                            || (target.getOwner().isEquivalentTo(System.class)
                                && target.getName().startsWith("load")))))
        .check(CLASSES);
  }

  @Test
  void onlyTheCheckedCallsReinterpretMemory() {
    noClasses()
        .that()
        .resideOutsideOfPackage(GENERATED)
        .and()
        .doNotHaveFullyQualifiedName(Dnnl.class.getName())
        .and()
        .doNotHaveFullyQualifiedName(NativeAccess.class.getName())
        .should()
        .callMethod(MemorySegment.class, "reinterpret", long.class)
        .check(CLASSES);
  }

  @Test
  void onlyTheProviderIsPublic() {
    classes()
        .that()
        .resideOutsideOfPackage(GENERATED)
        .and()
        .arePublic()
        .and()
        .areTopLevelClasses()
        .should()
        .haveFullyQualifiedName(OnednnProvider.class.getName())
        .check(CLASSES);
  }
}
