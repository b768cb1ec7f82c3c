package io.ipamrepair.repair;

import java.util.Collection;
import java.util.stream.Collectors;

/** Counts and short lists in sentences for people. */
public final class Words {
  private Words() {}

  /** The number with its noun, in the plural where it is not one: {@code 2 addresses}. */
  public static String count(long number, String noun) {
    return number + " " + (number == 1 ? noun : plural(noun));
  }

  private static String plural(String noun) {
    if (noun.endsWith("s")) {
      return noun + "es";
    }
    boolean consonantY = noun.matches(".*[^aeiou]y");
    return consonantY ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s";
  }

  /** At most {@code most} items, and how many more there are. */
  public static String some(Collection<String> items, int most) {
    String shown = items.stream().limit(most).collect(Collectors.joining(", "));
    return items.size() <= most ? shown : shown + " and " + (items.size() - most) + " more";
  }
}
