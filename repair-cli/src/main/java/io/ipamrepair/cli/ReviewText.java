package io.ipamrepair.cli;

import io.ipamrepair.change.ValueDiff.Difference;
import io.ipamrepair.cli.Review.Fact;
import io.ipamrepair.cli.Review.FindingLine;
import io.ipamrepair.cli.Review.StepReview;
import io.ipamrepair.cli.Review.WriteReview;
import io.ipamrepair.repair.Words;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A review for a terminal or a ticket: every write, long lists cut. */
final class ReviewText {
  private static final int LONG_LIST = 12;

  private final Consumer<String> out;
  private final int longest;

  /**
   * A review with long lists cut.
   *
   * @param out takes its lines
   */
  ReviewText(Consumer<String> out) {
    this(out, false);
  }

  /**
   * A review.
   *
   * @param out takes its lines
   * @param all whether lists are left whole
   */
  ReviewText(Consumer<String> out, boolean all) {
    this.out = out;
    this.longest = all ? Integer.MAX_VALUE : LONG_LIST;
  }

  void print(Review review) {
    out.accept(review.title());
    for (String sentence : review.summary()) {
      Phrases.wrapped(sentence, Phrases.WIDTH).forEach(out);
    }
    out.accept("");
    for (Fact fact : review.facts()) {
      if (fact.command()) {
        out.accept(String.format("%-9s %s", fact.name(), fact.text()));
      } else {
        field(fact.name(), fact.text());
      }
    }
    findings(review);
    impact(review);
    for (int number = 1; number <= review.steps().size(); number++) {
      step(number, review.steps().get(number - 1));
    }
    for (int i = 0; i < review.left().size(); i++) {
      field(i == 0 ? "Left" : "", review.left().get(i));
    }
    field("Rollback", review.rollback());
  }

  private void findings(Review review) {
    field("Findings", review.judged());
    for (FindingLine line : review.findings()) {
      String head =
          String.format(
              "  %-4s %-8s %s → %s  ",
              line.rule(), line.severity().text(), line.before(), line.after());
      String demand = line.demand().isEmpty() ? "" : line.demand() + ": ";
      hanging(head, demand + Words.some(line.objects(), longest));
    }
  }

  private void impact(Review review) {
    String name = "Impact";
    for (String effect : review.effects()) {
      field(name, effect);
      name = "";
    }
    if (!review.nodes().isEmpty()) {
      field(name, "Nodes: " + Words.some(review.nodes(), longest));
      name = "";
    }
    if (!review.singleEndpoint().isEmpty()) {
      field(name, Review.SINGLE_ENDPOINT + ": " + Words.some(review.singleEndpoint(), longest));
    }
  }

  private void step(int number, StepReview step) {
    field("Step " + number, step.heading());
    step.writes().forEach(this::write);
    out.accept("  requires");
    hanging("    ", Review.AS_BEFORE);
    step.requires().forEach(required -> hanging("    ", required));
  }

  private void write(WriteReview write) {
    hanging("  " + write.fate().mark() + " ", write.object() + "  " + write.edits());
    hanging("      why: ", write.reason());
    if (write.fate() == Review.Fate.CHANGED) {
      write.differences().stream()
          .map(Difference::words)
          .filter(words -> !words.equals(write.edits()))
          .forEach(words -> hanging("      ", words));
    } else if (!write.differences().isEmpty()) {
      hanging(
          write.fate() == Review.Fate.CREATED ? "      is: " : "      was: ",
          write.differences().stream().map(ReviewText::value).collect(Collectors.joining("; ")));
    }
  }

  /** What stands there where nothing stands at the other time. */
  private static String value(Difference difference) {
    return difference.was().isPresent() && difference.is().isPresent()
        ? difference.words()
        : (difference.what() + " " + difference.was().or(difference::is).orElse("")).strip();
  }

  /** A text behind {@code head}, its further lines deeper than the head. */
  private void hanging(String head, String text) {
    String indent = " ".repeat(head.length() - head.stripLeading().length() + 2);
    List<String> lines =
        Phrases.wrapped(head.stripLeading() + text, Phrases.WIDTH - indent.length());
    for (int i = 0; i < lines.size(); i++) {
      out.accept(((i == 0 ? indent.substring(2) : indent) + lines.get(i)).stripTrailing());
    }
  }

  private void field(String name, String text) {
    List<String> lines = Phrases.wrapped(text, Phrases.WIDTH - 12);
    for (int i = 0; i < lines.size(); i++) {
      out.accept(
          String.format("%-9s %s", i == 0 ? name : "", (i == 0 ? "" : "  ") + lines.get(i))
              .stripTrailing());
    }
  }
}
