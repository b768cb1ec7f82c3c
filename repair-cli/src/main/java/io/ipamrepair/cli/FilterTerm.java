package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.cidr.IpAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What {@code --only} and {@code --ignore} name: a rule, a severity, or an object. */
sealed interface FilterTerm extends Predicate<Finding> {
  /** Findings of one rule. */
  record OfRule(String rule) implements FilterTerm {
    @Override
    public boolean test(Finding finding) {
      return finding.rule().equals(rule);
    }
  }

  /** Findings of one severity. */
  record OfSeverity(Severity severity) implements FilterTerm {
    @Override
    public boolean test(Finding finding) {
      return finding.severity() == severity;
    }
  }

  /**
   * Findings that name an object.
   *
   * @param pattern what the object's whole name must match
   */
  record OfObject(Pattern pattern) implements FilterTerm {
    @Override
    public boolean test(Finding finding) {
      return finding.objects().stream()
          .map(ObjectName::text)
          .anyMatch(name -> pattern.matcher(name).matches());
    }
  }

  /** Reads one term; what is none, or could match nothing, is refused. */
  final class Converter implements ITypeConverter<FilterTerm> {
    /** Kinds of objects that have a name behind a colon. */
    private static final List<String> KINDS =
        List.of("pool", "block", "affinity", "handle", "node", "wep", "address", "key");

    private static final List<String> SINGLE =
        List.of(ObjectName.CONFIG.text(), ObjectName.CLUSTER.text());

    private static final Pattern RULE = Pattern.compile("[A-Za-z][0-9]+");

    @Override
    public FilterTerm convert(String text) {
      if (RULE.matcher(text).matches()) {
        return rule(text.toUpperCase(Locale.ROOT));
      }
      Optional<Severity> severity =
          Arrays.stream(Severity.values())
              .filter(each -> each.text().equalsIgnoreCase(text))
              .findFirst();
      if (severity.isPresent()) {
        return new OfSeverity(severity.get());
      }
      int colon = text.indexOf(':');
      String kind = colon < 0 ? "" : text.substring(0, colon);
      boolean object = KINDS.contains(kind) && colon + 1 < text.length();
      if (object || SINGLE.contains(text)) {
        return new OfObject(pattern(canonical(kind, text)));
      }
      throw new TypeConversionException(
          "expected a rule such as A3, a severity (error, warning, info) or an object such as"
              + " block:10.64.64.0/26 or pool:* (kinds: "
              + String.join(", ", KINDS)
              + "; or "
              + String.join(", ", SINGLE)
              + "), found '"
              + text
              + "'");
    }

    private static FilterTerm rule(String rule) {
      if (Check.ruleIds().contains(rule)) {
        return new OfRule(rule);
      }
      throw new TypeConversionException(
          "expected one of the rules "
              + String.join(" ", Check.ruleIds())
              + ", found '"
              + rule
              + "'");
    }

    /** The object as findings name it; a name that none can have is refused. */
    private static String canonical(String kind, String text) {
      String name = text.substring(text.indexOf(':') + 1);
      if (name.indexOf('*') >= 0 || name.indexOf('?') >= 0) {
        return text;
      }
      return switch (kind) {
        case "block" -> ObjectName.block(new CidrArgument().convert(name)).text();
        case "address" -> ObjectName.address(address(name)).text();
        default -> text;
      };
    }

    private static IpAddress address(String name) {
      return IpAddress.read(name)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "expected an address such as address:10.64.64.7, found '"
                          + name
                          + "'"
                          + (CidrText.read(name).isPresent() ? "; a block is block:CIDR" : "")));
    }

    /** {@code *} stands for any text, {@code ?} for any character, all else for itself. */
    private static Pattern pattern(String glob) {
      return Pattern.compile(
          glob.codePoints()
              .mapToObj(
                  c ->
                      switch (c) {
                        case '*' -> ".*";
                        case '?' -> ".";
                        default -> Pattern.quote(Character.toString(c));
                      })
              .collect(Collectors.joining()),
          Pattern.DOTALL);
    }
  }
}
