package io.ipamrepair.check;

import io.ipamrepair.calico.Handle;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.CidrText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** H3: a handle's entries name existing blocks, in Calico's spelling, with counts of 1 or more. */
final class H3HandleEntries implements Rule {
  private static final About ABOUT =
      About.rule("H3")
          .demands(
              "A handle has an entry, and each names an existing block with a count of 1 or more.")
          .severities(Severity.WARNING, Severity.ERROR)
          .urgency(Urgency.ANY_TIME)
          .traffic("None: no route depends on a handle. It stays behind in etcd.")
          .because(
              "A block was deleted by hand or lost in a restore. An empty handle, a count"
                  + " below 1 or another spelling are never written by Calico.")
          .repair(
              "No command. A leftover does no harm. Where no block names the handle, it can be"
                  + " deleted by hand, while no pod of it starts.")
          .threads("calico", 8548, 10759, 4259)
          .source("calico-ipam.md 3.3, 5.8 S11, 6 H3")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence
        .state()
        .handles()
        .forEach(
            (id, stored) -> stored.value().ifPresent(handle -> judge(evidence, id, handle, found)));
  }

  private void judge(Evidence evidence, String id, Handle handle, Consumer<Finding> found) {
    List<String> errors = new ArrayList<>();
    List<String> absent = new ArrayList<>();
    if (handle.counts().isEmpty()) {
      errors.add("has no entry");
    }
    for (Map.Entry<String, Long> entry : handle.counts().entrySet()) {
      Optional<CidrText> cidr = CidrText.read(entry.getKey());
      if (cidr.filter(CidrText::isCanonical).isEmpty()) {
        errors.add(
            "has an entry for \"" + Wording.reason(entry.getKey()) + "\", no CIDR of Calico's");
      } else if (!evidence.blockExists(cidr.get().network())) {
        absent.add("has an entry for " + entry.getKey() + ", which is no block");
      }
      if (entry.getValue() < 1) {
        errors.add("counts " + entry.getValue() + " in " + Wording.reason(entry.getKey()));
      }
    }
    if (!errors.isEmpty() || !absent.isEmpty()) {
      List<String> problems = new ArrayList<>(errors);
      problems.addAll(absent);
      found.accept(
          finding(
              errors.isEmpty() ? Severity.WARNING : Severity.ERROR,
              List.of(ObjectName.handle(id)),
              "Handle " + Wording.id(id) + " " + Wording.some(problems, 1) + ".",
              errors.isEmpty()
                  ? evidence.traffic().handleTooBig()
                  : evidence.traffic().notMeasured("No route depends on a handle."),
              Remedy.None.YET));
    }
  }
}
