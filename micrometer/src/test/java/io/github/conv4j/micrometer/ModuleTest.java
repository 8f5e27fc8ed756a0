package io.github.conv4j.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ModuleTest {
  /** A module that is handed on must be there, even where it is optional for this one. */
  @Test
  void whatIsOptionalIsNotHandedOn() {
    ModuleDescriptor module =
        ModuleFinder.of(Path.of("target", "classes"))
            .find("io.github.conv4j.micrometer")
            .orElseThrow()
            .descriptor();

    assertThat(module.requires())
        .anyMatch(requires -> requires.name().equals("io.github.conv4j.networks"))
        .noneMatch(
            requires ->
                requires.modifiers().contains(Requires.Modifier.STATIC)
                    && requires.modifiers().contains(Requires.Modifier.TRANSITIVE));
  }
}
