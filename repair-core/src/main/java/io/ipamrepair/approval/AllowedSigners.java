package io.ipamrepair.approval;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who may sign: OpenSSH's {@code allowed_signers} (ssh-keygen(1), ALLOWED SIGNERS). Lines of
 * principals, options and a key. The options {@code namespaces}, {@code valid-after} and {@code
 * valid-before} are heeded; certificates ({@code cert-authority}) are refused, because nobody here
 * could check whether one was revoked. Times without a {@code Z}, which OpenSSH reads in the zone
 * of its machine, are UTC here: a policy means the same everywhere.
 *
 * @param signers each line, in order
 */
public record AllowedSigners(List<Signer> signers) {
  private static final Pattern OPTION =
      Pattern.compile("(?i)([a-z-]+)(?:=(?:\"([^\"]*)\"|([^\",\\s]*)))?(?:,|$)");
  private static final Pattern TIME = Pattern.compile("([0-9]{8}|[0-9]{12}|[0-9]{14})(Z?)");

  /** A blank that stands in no quotes. */
  private static final Pattern BLANK = Pattern.compile("\\s+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");

  /** The names of types of keys, which no option has. */
  private static final Pattern TYPE = Pattern.compile("(ssh|ecdsa|sk)-[A-Za-z0-9@.-]+");

  public AllowedSigners {
    signers = List.copyOf(signers);
  }

  /**
   * A key that may sign.
   *
   * @param name the line's principals: who that is
   * @param namespaces patterns of what for; nothing for everything
   * @param after from when on; nothing for always
   * @param before until when; nothing for always
   * @param key the key
   */
  public record Signer(
      String name,
      Optional<String> namespaces,
      Optional<Instant> after,
      Optional<Instant> before,
      SshPublicKey key) {
    /** Why it may not sign a plan at {@code now}; nothing when it may. */
    Optional<String> refuses(Instant now) {
      if (namespaces.isPresent() && !matches(namespaces.get(), SshSignature.NAMESPACE)) {
        return Optional.of("may not sign for " + SshSignature.NAMESPACE);
      } else if (after.isPresent() && now.isBefore(after.get())) {
        return Optional.of("may sign from " + after.get() + " on");
      } else if (before.isPresent() && !now.isBefore(before.get())) {
        return Optional.of("might sign until " + before.get());
      }
      return Optional.empty();
    }
  }

  /**
   * Reads a list of signers.
   *
   * @throws ApprovalFormatException with every line that cannot be read
   */
  public static AllowedSigners read(List<String> lines) throws ApprovalFormatException {
    List<Signer> signers = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        try {
          signers.add(signer(line));
        } catch (ApprovalFormatException wrong) {
          problems.add("allowed signers, line " + (i + 1) + ": " + wrong.getMessage());
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new ApprovalFormatException(problems);
    }
    return new AllowedSigners(signers);
  }

  /** Who holds {@code key}; its first line counts. */
  public Optional<Signer> of(SshPublicKey key) {
    return signers.stream().filter(signer -> signer.key().equals(key)).findFirst();
  }

  private static Signer signer(String line) throws ApprovalFormatException {
    if (line.chars().filter(c -> c == '"').count() % 2 != 0) {
      throw new ApprovalFormatException("a quote in it has no end");
    }
    List<String> parts = List.of(BLANK.split(line));
    // The key's type comes second, or third behind options.
    int type = parts.size() > 1 && TYPE.matcher(parts.get(1)).matches() ? 1 : 2;
    if (parts.size() < type + 2 || !TYPE.matcher(parts.get(type)).matches()) {
      throw new ApprovalFormatException("expected: PRINCIPALS [OPTIONS] KEYTYPE BASE64");
    }
    String name = parts.get(0).replace("\"", "");
    Optional<String> namespaces = Optional.empty();
    Optional<Instant> after = Optional.empty();
    Optional<Instant> before = Optional.empty();
    String options = type == 1 ? "" : parts.get(1);
    Matcher option = OPTION.matcher(options);
    int read = 0;
    while (read < options.length()) {
      if (!option.find(read) || option.start() != read) {
        throw new ApprovalFormatException("the options cannot be read: " + options);
      }
      String value =
          Optional.ofNullable(option.group(2))
              .or(() -> Optional.ofNullable(option.group(3)))
              .orElse("");
      switch (option.group(1).toLowerCase(java.util.Locale.ROOT)) {
        case "namespaces" -> namespaces = Optional.of(value);
        case "valid-after" -> after = Optional.of(time(value));
        case "valid-before" -> before = Optional.of(time(value));
        default ->
            throw new ApprovalFormatException(
                "the option " + option.group(1) + " is not accepted here");
      }
      read = option.end();
    }
    return new Signer(
        name, namespaces, after, before, SshPublicKey.read(parts.get(type), parts.get(type + 1)));
  }

  private static Instant time(String text) throws ApprovalFormatException {
    Matcher time = TIME.matcher(text);
    if (!time.matches()) {
      throw new ApprovalFormatException("expected a time YYYYMMDD[HHMM[SS]][Z], found " + text);
    }
    String digits = (time.group(1) + "000000").substring(0, 14);
    try {
      return LocalDateTime.parse(digits, DateTimeFormatter.ofPattern("uuuuMMddHHmmss"))
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException impossible) {
      throw new ApprovalFormatException("there is no such time: " + text);
    }
  }

  /** OpenSSH's lists of patterns: {@code *} and {@code ?}, and {@code !} for what is left out. */
  private static boolean matches(String patterns, String text) {
    boolean matches = false;
    for (String each : patterns.split(",", -1)) {
      boolean not = each.startsWith("!");
      String pattern = not ? each.substring(1) : each;
      String expression =
          pattern
              .codePoints()
              .mapToObj(
                  c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
              .reduce("", String::concat);
      if (text.matches(expression)) {
        if (not) {
          return false;
        }
        matches = true;
      }
    }
    return matches;
  }
}
