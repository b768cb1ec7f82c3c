package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.repair.Words;
import io.ipamrepair.show.History;
import io.ipamrepair.show.KeyHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A page of {@code show}, for a tired person: the answer first, one screen. */
final class ShowText implements FactLines {
  private static final int NAME = 12;
  private static final int SHOWN = 8;
  private static final int SHOWN_CHANGES = 8;
  private static final int SHOWN_WORDS = 4;
  private static final int LONG = 60;

  private final Terminal terminal;
  private final boolean all;

  ShowText(Terminal terminal, boolean all) {
    this.terminal = terminal;
    this.all = all;
  }

  /**
   * Prints a page.
   *
   * @param history nothing where the state is not from a live etcd
   */
  void print(Page page, List<Finding> findings, Optional<History> history) {
    Phrases.wrapped(page.answer(), Phrases.WIDTH).forEach(terminal::result);
    terminal.result("");
    page.print(this);
    field("Findings", summary(findings));
    history.ifPresentOrElse(
        known -> history(page, known),
        () -> field("History", "not known: the state was not read from a live etcd"));
    if (!findings.isEmpty()) {
      terminal.result("");
      new ScanText(terminal, all).paragraphs(findings);
    }
    page.next().ifPresent(next -> terminal.result("Next: ipam-repair " + command(next)));
  }

  private static String summary(List<Finding> findings) {
    if (findings.isEmpty()) {
      return "none touches it";
    }
    List<String> counts = new ArrayList<>();
    for (Severity severity : List.of(Severity.ERROR, Severity.WARNING, Severity.INFO)) {
      long count = findings.stream().filter(each -> each.severity() == severity).count();
      if (count > 0) {
        counts.add(
            severity == Severity.INFO ? count + " info" : Words.count(count, severity.text()));
      }
    }
    return String.join(", ", counts) + ", told below";
  }

  /** A long text is wrapped, and an empty one leaves the name alone. */
  @Override
  public void field(String name, String text) {
    List<String> lines = Phrases.wrapped(text, Phrases.WIDTH - NAME);
    for (int i = 0; i < lines.size(); i++) {
      String start = String.format("%-" + NAME + "s", i == 0 ? name : "");
      terminal.result((start + lines.get(i)).stripTrailing());
    }
  }

  /** What belongs to the line above. */
  private void below(String text) {
    Phrases.wrapped(text, Phrases.WIDTH - NAME - 2)
        .forEach(line -> terminal.result(" ".repeat(NAME + 2) + line));
  }

  @Override
  public void list(String name, List<String> items) {
    int shown = all || items.size() <= SHOWN ? items.size() : SHOWN;
    for (int i = 0; i < shown; i++) {
      field(i == 0 ? name : "", items.get(i));
    }
    if (shown < items.size()) {
      field("", "… and " + (items.size() - shown) + " more (--all lists them)");
    }
  }

  @Override
  public String some(List<String> items) {
    return Words.some(items, all ? Integer.MAX_VALUE : SHOWN)
        + (all || items.size() <= SHOWN ? "" : " (--all lists them)");
  }

  @Override
  public void line(String text) {
    terminal.result("  " + text);
  }

  @Override
  public boolean all() {
    return all;
  }

  private void history(Page page, History history) {
    field(
        "History",
        history.unchangedSince().isPresent()
            ? "unchanged since revision "
                + history.unchangedSince().getAsLong()
                + ", as of revision "
                + history.revision()
            : "etcd knows of none, as of revision " + history.revision());
    int shown = all ? history.changes().size() : Math.min(SHOWN_CHANGES, history.changes().size());
    history.changes().subList(0, shown).forEach(change -> change(page, change));
    if (shown < history.changes().size()) {
      int more = history.changes().size() - shown;
      field("", "… and " + Words.count(more, "earlier change") + " (--all lists them)");
    }
    reach(history, KeyHistory.Beginning.COMPACTED, "compacted away in etcd: older values of ");
    reach(history, KeyHistory.Beginning.CUT, "not read: older values of ");
  }

  private void change(Page page, History.Change change) {
    boolean own = change.object().equals(page.facts().object());
    List<String> lines = new ArrayList<>(change.words());
    String head =
        "revision " + change.revision() + "  " + (own ? "" : name(change.object()) + "  ");
    List<String> first = Phrases.wrapped(head + lines.remove(0), Phrases.WIDTH - NAME);
    field("", first.get(0));
    first.stream().skip(1).forEach(this::below);
    int shown = all ? lines.size() : Math.min(SHOWN_WORDS, lines.size());
    lines.subList(0, shown).forEach(this::below);
    if (shown < lines.size()) {
      below("… and " + (lines.size() - shown) + " more (--all lists them)");
    }
  }

  private void reach(History history, KeyHistory.Beginning beginning, String sentence) {
    List<String> names =
        history.reaches().stream()
            .filter(reach -> reach.beginning() == beginning)
            .map(reach -> name(reach.object()))
            .toList();
    if (!names.isEmpty()) {
      field("", sentence + some(names));
    }
  }

  /** {@code block 10.64.64.0/26}; the beginning where it is long. */
  static String name(ObjectName object) {
    return brief(object.text().replaceFirst(":", " "));
  }

  /** The beginning of what is long, as a handle is that has a container's ID. */
  static String brief(String text) {
    return text.length() <= LONG ? text : text.substring(0, LONG - 1) + "…";
  }

  /** The command that shows {@code object}, without the program's name. */
  static String command(ObjectName object) {
    String name = object.text().substring(object.kind().length() + 1);
    return Shell.words(List.of("show", object.kind(), name));
  }
}
