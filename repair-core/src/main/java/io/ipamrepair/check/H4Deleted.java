package io.ipamrepair.check;

import io.ipamrepair.calico.Handle;
import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.function.Consumer;

/** H4: no handle is marked as deleted. */
final class H4Deleted implements Rule {
  private static final About ABOUT =
      About.rule("H4")
          .demands("No handle is marked as deleted.")
          .severities(Severity.WARNING)
          .urgency(Urgency.ANY_TIME)
          .traffic("Not measured.")
          .because(
              "Calico never sets the mark in etcd: an edit by hand, or data of a Kubernetes"
                  + " datastore.")
          .repair("No command. Set the mark to false by hand.")
          .source("calico-ipam.md 3.3, 6 H4")
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
            (id, stored) ->
                stored
                    .value()
                    .filter(Handle::deleted)
                    .ifPresent(
                        handle ->
                            found.accept(
                                finding(
                                    Severity.WARNING,
                                    List.of(ObjectName.handle(id)),
                                    "Handle "
                                        + Wording.id(id)
                                        + " is marked as deleted, which Calico never does in etcd.",
                                    evidence.traffic().notMeasured(""),
                                    Remedy.None.YET))));
  }
}
