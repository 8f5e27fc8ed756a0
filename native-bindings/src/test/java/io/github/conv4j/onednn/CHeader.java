package io.github.conv4j.onednn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of a C header as is needed to check bindings: enumerators, object-like macros, structs
 * and function prototypes. Conditions other than {@code #ifdef}, {@code #ifndef} and {@code #if
 * NAME} are taken as true.
 */
final class CHeader {

  /** A parameter of a function or a field of a struct. */
  record Member(String type, String name) {}

  /** A function's return type and parameters. */
  record Prototype(String returnType, List<Member> parameters) {}

  private static final Pattern ENUM =
      Pattern.compile("typedef\\s+enum\\s*\\{([^}]*)}\\s*(\\w+)\\s*;");
  private static final Pattern STRUCT =
      Pattern.compile("typedef\\s+struct\\s*\\{([^}]*)}\\s*(\\w+)\\s*;");
  private static final Pattern POINTER =
      Pattern.compile("typedef\\s+(?:const\\s+)?struct\\s+\\w+\\s*\\*\\s*(\\w+)\\s*;");
  private static final Pattern FUNCTION =
      Pattern.compile(
          "(?<=^|[;}])\\s*([\\w\\s]+?)\\s+DNNL_API\\s*(\\*?)\\s*(\\w+)\\s*\\(([^)]*)\\)\\s*;");
  private static final Pattern DEFINE =
      Pattern.compile("#\\s*define\\s+(\\w+)(?!\\()(?:\\s+(.*))?");

  private final Map<String, String> macros = new HashMap<>();
  private final Map<String, Long> enumerators = new HashMap<>();
  private final Set<String> enums = new HashSet<>();
  private final Set<String> pointers = new HashSet<>();
  private final Map<String, List<Member>> structs = new HashMap<>();
  private final Map<String, Prototype> functions = new HashMap<>();

  /** Adds a header; those that it includes must have been added before. */
  void add(String text) {
    String code = preprocess(text.replace("\\\n", " "));
    readEnums(code);
    for (Matcher found = POINTER.matcher(code); found.find(); ) {
      pointers.add(found.group(1));
    }
    for (Matcher found = STRUCT.matcher(code); found.find(); ) {
      List<Member> fields = new ArrayList<>();
      for (String field : found.group(1).split(";", -1)) {
        if (!field.isBlank()) {
          fields.add(member(field));
        }
      }
      structs.put(found.group(2), fields);
    }
    for (Matcher found = FUNCTION.matcher(code); found.find(); ) {
      List<Member> parameters = new ArrayList<>();
      for (String parameter : found.group(4).split(",", -1)) {
        if (!parameter.isBlank() && !parameter.strip().equals("void")) {
          parameters.add(member(parameter));
        }
      }
      functions.put(
          found.group(3), new Prototype(found.group(1).strip() + found.group(2), parameters));
    }
  }

  /** Value of an enumerator or of a macro that is a constant expression. */
  long constant(String name) {
    return new Expression(name).value();
  }

  List<Member> struct(String name) {
    return Objects.requireNonNull(structs.get(name), () -> "the headers have no struct " + name);
  }

  Prototype function(String name) {
    return Objects.requireNonNull(
        functions.get(name), () -> "the headers have no function " + name);
  }

  boolean isEnum(String type) {
    return enums.contains(type);
  }

  boolean isPointer(String type) {
    return type.contains("*") || pointers.contains(type);
  }

  private static Member member(String declaration) {
    String text = declaration.replace("const ", " ").strip();
    Matcher name = Pattern.compile("(\\w+)$").matcher(text);
    if (!name.find()) {
      throw new IllegalArgumentException("no name in the declaration " + declaration);
    }
    String type = text.substring(0, name.start()).replaceAll("\\s+", "");
    return new Member(type, name.group(1));
  }

  private String preprocess(String text) {
    String uncommented =
        Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL)
            .matcher(text)
            .replaceAll(" ")
            .replaceAll("//[^\n]*", " ");
    StringBuilder code = new StringBuilder();
    // One element per open #if: whether its lines count.
    List<Boolean> open = new ArrayList<>();
    for (String line : uncommented.lines().toList()) {
      String trimmed = line.strip();
      boolean counts = !open.contains(false);
      if (!trimmed.startsWith("#")) {
        if (counts) {
          code.append(line).append('\n');
        }
      } else if (trimmed.startsWith("#if")) {
        open.add(holds(trimmed));
      } else if (trimmed.startsWith("#else")) {
        open.add(!open.removeLast());
      } else if (trimmed.startsWith("#endif")) {
        open.removeLast();
      } else if (counts) {
        Matcher define = DEFINE.matcher(trimmed);
        if (define.matches()) {
          macros.put(define.group(1), define.group(2) == null ? "" : define.group(2).strip());
        }
      }
    }
    return code.toString();
  }

  private boolean holds(String condition) {
    String[] words = condition.split("\\s+", -1);
    String name = words[1];
    return switch (words[0]) {
      case "#ifdef" -> macros.containsKey(name);
      case "#ifndef" -> !macros.containsKey(name);
      default ->
          words.length > 2
              || !(name.matches("\\d+") || macros.containsKey(name))
              || constant(name) != 0;
    };
  }

  private void readEnums(String code) {
    for (Matcher found = ENUM.matcher(code); found.find(); ) {
      enums.add(found.group(2));
      long next = 0;
      for (String enumerator : found.group(1).split(",", -1)) {
        if (enumerator.isBlank()) {
          continue;
        }
        String[] parts = enumerator.split("=", -1);
        long value = parts.length == 2 ? new Expression(parts[1]).value() : next;
        enumerators.put(parts[0].strip(), value);
        next = value + 1;
      }
    }
  }

  /** Numbers, names, parentheses, casts, unary minus. */
  private final class Expression {
    private static final Pattern TOKEN = Pattern.compile("\\s*(\\w+|[()*-])");

    private final String text;
    private final List<String> tokens = new ArrayList<>();
    private int position;

    Expression(String text) {
      this.text = text;
      Matcher token = TOKEN.matcher(text);
      int end = 0;
      while (token.find(end) && token.start() == end) {
        tokens.add(token.group(1));
        end = token.end();
      }
      if (!text.substring(end).isBlank()) {
        throw new IllegalArgumentException("cannot evaluate " + text);
      }
    }

    long value() {
      long value = unary();
      if (position != tokens.size()) {
        throw new IllegalArgumentException("cannot evaluate " + text);
      }
      return value;
    }

    private long unary() {
      String token = tokens.get(position++);
      if (token.equals("-")) {
        return -unary();
      }
      if (token.equals("(")) {
        if (Set.of("void", "size_t").contains(tokens.get(position))) {
          while (!tokens.get(position++).equals(")")) {
            // The cast does not change any value that is bound.
          }
          return unary();
        }
        long value = unary();
        position++;
        return value;
      }
      return named(token);
    }

    private long named(String token) {
      if (Character.isDigit(token.charAt(0))) {
        return Long.decode(token.replaceAll("[uUlL]+$", ""));
      }
      if (enumerators.containsKey(token)) {
        return enumerators.get(token);
      }
      if (macros.containsKey(token)) {
        return new Expression(macros.get(token)).value();
      }
      return switch (token) {
        case "NULL" -> 0;
        case "INT64_MIN" -> Long.MIN_VALUE;
        default -> throw new IllegalArgumentException("the headers do not define " + token);
      };
    }
  }
}
