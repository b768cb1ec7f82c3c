package io.ipamrepair.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a rule demands and why, and what its breach means: all that is said of a rule, and said in
 * its own class. Sentences are whole and end with a full stop.
 *
 * @param id its ID in the reference: {@code A3}
 * @param demand what must be so, in one sentence
 * @param severities how bad a breach can be, the mildest first
 * @param urgency how urgent a breach is, where the state does not decide it
 * @param urgencyDepends what in the state makes it more or less urgent; empty when nothing does
 * @param traffic what a breach does to traffic
 * @param reason what breaks it in the field, and why that matters
 * @param repair what repairs it: which commands of this tool, or what to do by hand
 * @param threads addresses of public threads about it, where people met it
 * @param source where the reference says so
 */
public record About(
    String id,
    String demand,
    SortedSet<Severity> severities,
    Urgency urgency,
    String urgencyDepends,
    String traffic,
    String reason,
    String repair,
    List<String> threads,
    String source) {
  public About {
    severities = Collections.unmodifiableSortedSet(new TreeSet<>(severities));
    threads = List.copyOf(threads);
  }

  static Builder rule(String id) {
    return new Builder(id);
  }

  /** Says it part by part, because ten texts in a row are easily mixed up. */
  static final class Builder {
    private final String id;
    private String demand = "";
    private final SortedSet<Severity> severities = new TreeSet<>();
    private Urgency urgency = Urgency.ANY_TIME;
    private String urgencyDepends = "";
    private String traffic = "";
    private String reason = "";
    private String repair = "";
    private final List<String> threads = new ArrayList<>();
    private String source = "";

    private Builder(String id) {
      this.id = id;
    }

    Builder demands(String sentence) {
      demand = sentence;
      return this;
    }

    Builder severities(Severity... all) {
      severities.addAll(Arrays.asList(all));
      return this;
    }

    /** How urgent every breach is. */
    Builder urgency(Urgency always) {
      urgency = always;
      return this;
    }

    /** How urgent a breach is, and in which states it is otherwise. */
    Builder urgency(Urgency mostly, String depends) {
      urgency = mostly;
      urgencyDepends = depends;
      return this;
    }

    Builder traffic(String sentences) {
      traffic = sentences;
      return this;
    }

    Builder because(String sentences) {
      reason = sentences;
      return this;
    }

    Builder repair(String sentences) {
      repair = sentences;
      return this;
    }

    /** Threads of a project, by number: {@code calico 4471}. */
    Builder threads(String project, int... numbers) {
      for (int number : numbers) {
        threads.add("https://github.com/projectcalico/" + project + "/issues/" + number);
      }
      return this;
    }

    /** A thread elsewhere. */
    Builder thread(String address) {
      threads.add(address);
      return this;
    }

    Builder source(String sections) {
      source = sections;
      return this;
    }

    About build() {
      return new About(
          id,
          demand,
          severities,
          urgency,
          urgencyDepends,
          traffic,
          reason,
          repair,
          threads,
          source);
    }
  }
}
