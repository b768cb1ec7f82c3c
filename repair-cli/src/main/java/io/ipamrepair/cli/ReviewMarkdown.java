package io.ipamrepair.cli;

import io.ipamrepair.change.ValueDiff.Difference;
import io.ipamrepair.cli.Review.FindingLine;
import io.ipamrepair.cli.Review.Next;
import io.ipamrepair.cli.Review.StepReview;
import io.ipamrepair.cli.Review.WriteReview;
import io.ipamrepair.repair.Words;
import java.util.ArrayList;
import java.util.List;

/**
 * A review as GitHub-flavoured Markdown for a comment on a pull request, or for a ticket. It says
 * as much as fits a comment: what is left out is counted, with the command that shows it.
 */
final class ReviewMarkdown {
  /** GitHub takes 65,536 characters; a pipeline may add a line of its own. */
  static final int LONGEST = 65_000;

  /** A longer diff is folded away: the next heading should be in sight. */
  private static final int FOLDED = 40;

  private static final int LONGEST_COMMAND = 1_000;

  /**
   * How much is shown.
   *
   * @param writes of all steps together
   * @param lines of the diff of one write
   * @param items of a list
   * @param characters of a text
   */
  private record Room(int writes, int lines, int items, int characters) {}

  /** The first that fits is taken; the last one always does. */
  private static final List<Room> ROOMS =
      List.of(
          new Room(1_000, 1_000, 50, 2_000),
          new Room(500, 100, 25, 1_000),
          new Room(250, 50, 25, 500),
          new Room(120, 50, 12, 300),
          new Room(60, 25, 12, 300),
          new Room(30, 12, 12, 200),
          new Room(10, 6, 6, 100),
          new Room(2, 4, 3, 60));

  private final Review review;
  private final String file;
  private final List<Next> next;
  private final Room room;
  private final List<String> lines = new ArrayList<>();
  private boolean shortened;

  private ReviewMarkdown(Review review, String file, List<Next> next, Room room) {
    this.review = review;
    this.file = file;
    this.next = next;
    this.room = room;
  }

  /**
   * The comment.
   *
   * @param file the plan file as it is named in commands
   * @param next the commands that come next
   */
  static String of(Review review, String file, List<Next> next) {
    for (Room room : ROOMS) {
      String text = new ReviewMarkdown(review, file, next, room).text();
      if (text.length() <= LONGEST) {
        return text;
      }
    }
    throw new IllegalStateException("the shortest review is too long for a comment");
  }

  private String text() {
    lines.add("## " + cut(review.title()));
    gap();
    lines.add("**" + String.join(" ", review.summary().stream().map(this::cut).toList()) + "**");
    gap();
    review.facts().forEach(this::fact);
    lines.add("- **Whole digest:** " + Markdown.code(review.digest()));
    findings();
    impact();
    steps();
    if (!review.left().isEmpty()) {
      heading("Left as it is");
      items(review.left());
    }
    heading("Rollback");
    lines.add(cut(review.rollback()));
    next();
    return String.join("\n", lines) + "\n";
  }

  private void fact(Review.Fact fact) {
    lines.add(
        "- **" + fact.name() + ":** " + (fact.command() ? command(fact.text()) : cut(fact.text())));
  }

  private void findings() {
    heading("Findings");
    lines.add(cut(review.judged()));
    if (!review.findings().isEmpty()) {
      gap();
      lines.add("| Rule | Severity | It demands | Breached by | Before | After |");
      lines.add("| --- | --- | --- | --- | ---: | ---: |");
      List<FindingLine> shown = first(review.findings(), room.items());
      shown.forEach(this::finding);
      leftOut(review.findings().size() - shown.size(), "row");
    }
  }

  private void finding(FindingLine line) {
    lines.add(
        String.format(
            "| %s | %s | %s | %s | %d | %d |",
            Markdown.cell(shortened(line.rule())),
            line.severity().text(),
            Markdown.cell(shortened(line.demand())),
            Markdown.cell(some(line.objects())),
            line.before(),
            line.after()));
  }

  private void impact() {
    boolean nobody =
        review.effects().isEmpty() && review.nodes().isEmpty() && review.singleEndpoint().isEmpty();
    if (nobody) {
      return;
    }
    heading("Impact");
    items(review.effects());
    if (!review.nodes().isEmpty()) {
      lines.add("- Nodes: " + Markdown.text(some(review.nodes())));
    }
    if (!review.singleEndpoint().isEmpty()) {
      lines.add(
          "- **" + Review.SINGLE_ENDPOINT + ":** " + Markdown.text(some(review.singleEndpoint())));
    }
  }

  private void items(List<String> texts) {
    List<String> shown = first(texts, room.items());
    shown.forEach(text -> lines.add("- " + cut(text)));
    if (shown.size() < texts.size()) {
      lines.add("- and " + (texts.size() - shown.size()) + " more");
      shortened = true;
    }
  }

  private void steps() {
    int left = room.writes();
    for (int number = 1; number <= review.steps().size(); number++) {
      StepReview step = review.steps().get(number - 1);
      if (left == 0) {
        List<StepReview> unseen = review.steps().subList(number - 1, review.steps().size());
        int writes = unseen.stream().mapToInt(each -> each.writes().size()).sum();
        heading("More steps");
        lines.add(
            Words.count(unseen.size(), "step")
                + " with "
                + Words.count(writes, "write")
                + (unseen.size() == 1 ? " is" : " are")
                + " left out.");
        shortened = true;
        return;
      }
      List<WriteReview> shown = first(step.writes(), left);
      left -= shown.size();
      step(number, step, shown);
    }
  }

  private void step(int number, StepReview step, List<WriteReview> shown) {
    heading("Step " + number + ": " + cut(step.heading()));
    List<String> diff = new ArrayList<>();
    shown.forEach(write -> write(write, diff));
    boolean folded = diff.size() > FOLDED;
    if (folded) {
      lines.add(
          "<details><summary>The diff of " + Words.count(shown.size(), "write") + "</summary>");
      gap();
    }
    lines.addAll(Markdown.block("diff", diff));
    if (folded) {
      gap();
      lines.add("</details>");
    }
    leftOut(step.writes().size() - shown.size(), "write");
    gap();
    lines.add("Requires, up to the commit:");
    gap();
    lines.add("- " + Review.AS_BEFORE);
    items(step.requires());
  }

  private void write(WriteReview write, List<String> diff) {
    diff.add(shortened("@@ " + write.object() + ": " + write.edits() + " @@"));
    diff.add(shortened("# " + write.reason()));
    List<String> changes = new ArrayList<>();
    for (Difference difference : write.differences()) {
      String what = difference.what().isEmpty() ? "" : difference.what() + " ";
      difference.was().ifPresent(was -> changes.add("- " + what + was));
      difference.is().ifPresent(is -> changes.add("+ " + what + is));
      if (difference.was().isEmpty() && difference.is().isEmpty()) {
        changes.add("# " + difference.what());
      }
    }
    List<String> shown = first(changes, room.lines());
    shown.forEach(line -> diff.add(shortened(line)));
    if (shown.size() < changes.size()) {
      diff.add("# and " + Words.count(changes.size() - shown.size(), "more line"));
      shortened = true;
    }
  }

  private void next() {
    heading("Next");
    for (Next each : next) {
      command(each.words(), each.command());
    }
    command(
        shortened ? "This review is shortened. All of it" : "The same for a terminal",
        "ipam-repair review " + file + (shortened ? " --all" : ""));
  }

  private void command(String words, String command) {
    lines.add("- " + cut(words) + ": " + command(command));
  }

  /** A command is copied, so it is whole or not there. */
  private static String command(String command) {
    return command.length() > LONGEST_COMMAND
        ? "the command is too long to be shown here"
        : Markdown.code(command);
  }

  private void heading(String text) {
    gap();
    lines.add("### " + text);
    gap();
  }

  private void gap() {
    lines.add("");
  }

  private void leftOut(int number, String noun) {
    if (number > 0) {
      gap();
      lines.add("And " + Words.count(number, noun) + " more.");
      shortened = true;
    }
  }

  private <T> List<T> first(List<T> all, int most) {
    return all.subList(0, Math.min(all.size(), most));
  }

  private String some(List<String> items) {
    shortened |= items.size() > room.items();
    return Words.some(items.stream().map(this::shortened).toList(), room.items());
  }

  private String cut(String text) {
    return Markdown.text(shortened(text));
  }

  private String shortened(String text) {
    int most = Math.max(room.characters(), 3);
    if (text.codePointCount(0, text.length()) <= most) {
      return text;
    }
    shortened = true;
    return text.substring(0, text.offsetByCodePoints(0, most)) + "…";
  }
}
