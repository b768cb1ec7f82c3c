package io.ipamrepair.show;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * What of a million names is like a wanted one: those of which it is a part, or that are a part of
 * it; else those with few letters that differ. Keeps the best few, whatever the order in which
 * names come.
 */
public final class SimilarNames {
  static final int MOST = 5;

  private static final int SHORTEST_PART = 3;

  private final String wanted;
  private final int bound;
  private final TreeSet<String> parts = new TreeSet<>();
  private final TreeSet<Near> near =
      new TreeSet<>(Comparator.comparingInt(Near::distance).thenComparing(Near::name));

  private record Near(String name, int distance) {}

  /** Looks for names like {@code wanted}. */
  public SimilarNames(String wanted) {
    this.wanted = wanted.toLowerCase(Locale.ROOT);
    this.bound = Math.max(1, wanted.length() / 4);
  }

  /** Compares a name. */
  public void add(String name) {
    if (wanted.isEmpty()) {
      return;
    }
    String low = name.toLowerCase(Locale.ROOT);
    if (isPart(wanted, low)) {
      parts.add(name);
      if (parts.size() > MOST) {
        parts.pollLast();
      }
    } else if (parts.isEmpty() && Math.abs(low.length() - wanted.length()) <= bound) {
      int distance = distance(wanted, low);
      if (distance <= bound) {
        near.add(new Near(name, distance));
        if (near.size() > MOST) {
          near.pollLast();
        }
      }
    }
  }

  /** The best, the most similar first. */
  public List<String> best() {
    return parts.isEmpty() ? near.stream().map(Near::name).toList() : List.copyOf(parts);
  }

  private static boolean isPart(String one, String other) {
    int shorter = Math.min(one.length(), other.length());
    return shorter >= SHORTEST_PART && (one.contains(other) || other.contains(one));
  }

  /** How many letters must be added, removed or replaced (Levenshtein). */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[other.length()];
  }
}
