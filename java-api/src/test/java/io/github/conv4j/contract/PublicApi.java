package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What users of a module can write down: one line for each public type of its exported packages,
 * and for each of their public and protected members. The lines lie in {@code public-api.txt} of
 * the module, so that nothing of it changes unseen.
 */
public final class PublicApi {
  private static final String FILE = "public-api.txt";

  private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");

  private PublicApi() {}

  /**
   * Fails where the module differs from its file; writes the file instead where the system property
   * {@code conv4j.api} is {@code accept}.
   *
   * @param folder of the Maven module, which is the working folder of its tests
   * @param any a class of the module
   */
  public static void requireAccepted(String folder, Class<?> any) throws IOException {
    Path file = Path.of(FILE);
    SortedSet<String> now = of(any);
    assertThat(now).as("lines of the public API").hasSizeGreaterThan(3);
    String wish = System.getProperty("conv4j.api", "");
    if (wish.equals("accept")) {
      Files.write(file, now);
      return;
    }
    assertThat(wish).as("the system property conv4j.api").isEmpty();
    String difference = difference(Files.readAllLines(file), now);
    if (!difference.isEmpty()) {
      fail(
          """
          The public API differs from %s/%s:
          %s
          If that is meant, run
            mvn -pl %s -am test -Dtest=PublicApiTest -Dsurefire.failIfNoSpecifiedTests=false -Dconv4j.api=accept
          and commit the file, with a line in CHANGELOG.md where users have to change something.\
          """
              .formatted(folder, FILE, difference, folder));
    }
  }

  /** Returns what is gone with a minus, what is new with a plus; empty where both are the same. */
  static String difference(List<String> accepted, SortedSet<String> now) {
    Set<String> known = new HashSet<>(accepted);
    Stream<String> gone = accepted.stream().filter(line -> !now.contains(line)).map("- "::concat);
    Stream<String> added = now.stream().filter(line -> !known.contains(line)).map("+ "::concat);
    return Stream.concat(gone, added).collect(Collectors.joining("\n"));
  }

  private static SortedSet<String> of(Class<?> any) throws IOException {
    SortedSet<String> lines = new TreeSet<>();
    for (Class<?> type : types(any)) {
      lines.addAll(lines(type));
    }
    return lines;
  }

  /** Returns the types of the module that users can name, nested ones too. */
  static List<Class<?>> types(Class<?> any) throws IOException {
    Path classes;
    try {
      classes = Path.of(any.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
    List<Class<?>> types = new ArrayList<>();
    for (String exported : exported(classes)) {
      try (Stream<Path> files = Files.list(classes.resolve(exported.replace('.', '/')))) {
        for (Path file : files.sorted().toList()) {
          String name = file.getFileName().toString();
          if (name.endsWith(".class") && !name.equals("package-info.class")) {
            Class<?> type = load(exported + "." + name.replace(".class", ""), any);
            if (isNameable(type)) {
              types.add(type);
            }
          }
        }
      }
    }
    return types;
  }

  private static List<String> exported(Path classes) throws IOException {
    try (InputStream bytes = Files.newInputStream(classes.resolve("module-info.class"))) {
      return ModuleDescriptor.read(bytes).exports().stream()
          .filter(exports -> !exports.isQualified())
          .map(ModuleDescriptor.Exports::source)
          .sorted()
          .toList();
    }
  }

  private static Class<?> load(String name, Class<?> any) {
    try {
      return Class.forName(name, false, any.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the lines of a type, none if users cannot name it. */
  static List<String> lines(Class<?> type) {
    if (!isNameable(type)) {
      return List.of();
    }
    String name = type.getTypeName();
    List<String> lines = new ArrayList<>();
    lines.add(head(type));
    for (Class<?> holder : withHiddenParents(type)) {
      for (Method method : holder.getDeclaredMethods()) {
        if (isVisible(method.getModifiers()) && !method.isSynthetic() && !isOfObject(method)) {
          lines.add(name + " " + method.toGenericString().replace(holder.getTypeName() + ".", ""));
        }
      }
      for (Field field : holder.getDeclaredFields()) {
        if (isVisible(field.getModifiers()) && !field.isSynthetic()) {
          lines.add(
              name
                  + " "
                  + field.toGenericString().replace(holder.getTypeName() + ".", "")
                  + constant(field));
        }
      }
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (isVisible(constructor.getModifiers()) && !constructor.isSynthetic()) {
        lines.add(name + " " + constructor.toGenericString());
      }
    }
    return lines;
  }

  /** Nested types too, as long as whatever they are in can be named. */
  private static boolean isNameable(Class<?> type) {
    for (Class<?> outer = type; outer != null; outer = outer.getEnclosingClass()) {
      if (!isVisible(outer.getModifiers()) || outer.isAnonymousClass() || outer.isLocalClass()) {
        return false;
      }
    }
    return true;
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  /** Every object has these; that one of them is overridden is no part of a signature. */
  private static boolean isOfObject(Executable method) {
    return OF_EVERY_OBJECT.contains(method.getName())
        && method.getParameterCount() == (method.getName().equals("equals") ? 1 : 0);
  }

  /** A type that users cannot name lends its public members to the types that extend it. */
  private static List<Class<?>> withHiddenParents(Class<?> type) {
    List<Class<?>> all = new ArrayList<>();
    all.add(type);
    for (Class<?> parent = type.getSuperclass();
        parent != null && parent != Object.class && !isVisible(parent.getModifiers());
        parent = parent.getSuperclass()) {
      all.add(parent);
    }
    return all;
  }

  private static String head(Class<?> type) {
    var line = new StringBuilder(type.getTypeName()).append(" is ").append(type.toGenericString());
    if (type.getSuperclass() != null && type.getSuperclass() != Object.class) {
      line.append(" extends ").append(type.getGenericSuperclass().getTypeName());
    }
    append(line, " implements ", Arrays.stream(type.getGenericInterfaces()).map(Type::getTypeName));
    if (type.isRecord()) {
      append(
          line,
          " of ",
          Arrays.stream(type.getRecordComponents())
              .map(
                  component ->
                      component.getGenericType().getTypeName() + " " + component.getName()));
    }
    if (type.isSealed()) {
      append(line, " permits ", Arrays.stream(type.getPermittedSubclasses()).map(Class::getName));
    }
    return line.toString();
  }

  private static void append(StringBuilder line, String before, Stream<String> names) {
    List<String> all = names.toList();
    if (!all.isEmpty()) {
      line.append(before).append(String.join(", ", all));
    }
  }

  /** Compilers copy constants into the programs of users. */
  private static String constant(Field field) {
    int wanted = Modifier.STATIC | Modifier.FINAL | Modifier.PUBLIC;
    boolean isCopied = field.getType().isPrimitive() || field.getType() == String.class;
    if ((field.getModifiers() & wanted) != wanted || !isCopied) {
      return "";
    }
    try {
      return " = " + field.get(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
