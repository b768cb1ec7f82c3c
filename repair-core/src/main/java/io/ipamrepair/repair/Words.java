package io.ipamrepair.repair;

import java.util.List;
import java.util.stream.Collectors;

/** Counts and short lists in sentences. */
final class Words {
  private Words() {}

  static String count(long number, String noun) {
    String plural =
        noun.endsWith("s")
            ? noun + "es"
            : noun.endsWith("y") ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s";
    return number + " " + (number == 1 ? noun : plural);
  }

  /** At most {@code most} items, and how many more there are. */
  static String some(List<String> items, int most) {
    String shown = items.stream().limit(most).collect(Collectors.joining(", "));
    return items.size() <= most ? shown : shown + " and " + (items.size() - most) + " more";
  }
}
