package io.ipamrepair.check;

import io.ipamrepair.calico.Handle;
import io.ipamrepair.calico.ObjectName;
import java.util.List;
import java.util.function.Consumer;

/** H4: no handle is marked as deleted. */
final class H4Deleted implements Rule {
  @Override
  public About about() {
    return new About(
        "H4",
        "No handle is marked as deleted.",
        "Calico never sets the mark in etcd: an edit by hand, or data of a Kubernetes datastore.",
        "calico-ipam.md 3.3, 6 H4");
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
                                new Finding(
                                    id(),
                                    Severity.WARNING,
                                    List.of(ObjectName.handle(id)),
                                    "Handle "
                                        + Wording.id(id)
                                        + " is marked as deleted, which Calico never does in etcd.",
                                    evidence.traffic().notMeasured(""),
                                    Remedy.None.YET))));
  }
}
