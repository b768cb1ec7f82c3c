package io.ipamrepair.cli;

import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Remedy;
import io.ipamrepair.cli.html.FindingNote;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Findings for a page: those that say the same of several objects are one note. */
final class FindingNotes {
  private FindingNotes() {}

  static List<FindingNote> of(List<Finding> findings) {
    return ScanText.groups(findings).stream().map(FindingNotes::note).toList();
  }

  private static FindingNote note(List<Finding> group) {
    Finding first = group.get(0);
    Set<String> commands = new LinkedHashSet<>();
    Set<String> advice = new LinkedHashSet<>();
    for (Finding finding : group) {
      if (finding.remedy() instanceof Remedy.Command command) {
        commands.add("ipam-repair " + Shell.words(command.arguments()));
      } else if (finding.remedy() instanceof Remedy.None none) {
        advice.add(none.why());
      }
    }
    return new FindingNote(
        first.severity().text(),
        first.rule(),
        first.problem(),
        group.stream().skip(1).map(finding -> ScanText.name(finding.first())).toList(),
        ScanText.traffic(first),
        List.copyOf(commands),
        List.copyOf(advice));
  }
}
