package io.github.conv4j.bench.cli;

import io.github.conv4j.validation.LayoutChoice;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Layouts as people type them. */
final class LayoutNames implements ITypeConverter<LayoutChoice> {
  @Override
  public LayoutChoice convert(String name) {
    for (LayoutChoice layout : LayoutChoice.values()) {
      if (layout.name().equalsIgnoreCase(name)) {
        return layout;
      }
    }
    throw new TypeConversionException("'" + name + "' is none of nchw, nhwc, any");
  }
}
