package io.ipamrepair.check;

import io.ipamrepair.calico.ClusterInformation;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** C3: the cluster has an identity, and is not locked for maintenance. */
final class C3ClusterInformation implements Rule {
  @Override
  public About about() {
    return new About(
        "C3",
        "The cluster information exists, with a GUID, and datastoreReady is true.",
        "S19: a maintenance that died, or a lock that was removed by deleting the field instead of"
            + " setting it. Several of Calico's components die of the missing field.",
        "calico-ipam.md 3.8, 5.8 S19, 6 C3, 10.5 item 34");
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    Optional<Stored<ClusterInformation>> stored = evidence.state().cluster();
    if (stored.isPresent() && stored.get().value().isEmpty()) {
      // Unreadable is K2's, and says nothing here.
      return;
    }
    Optional<ClusterInformation> cluster = stored.flatMap(Stored::value);
    boolean locked =
        cluster.filter(each -> !each.datastoreReady().equals(Optional.of(true))).isPresent();
    List<String> problems = new ArrayList<>();
    if (cluster.isEmpty()) {
      problems.add("there is none");
    } else {
      if (cluster.get().guid().isEmpty()) {
        problems.add("it has no GUID");
      }
      if (cluster.get().datastoreReady().isEmpty()) {
        problems.add("datastoreReady is missing, which some of Calico's components die of");
      } else if (!cluster.get().datastoreReady().get()) {
        problems.add("datastoreReady is false, a lock for maintenance");
      }
    }
    if (!problems.isEmpty()) {
      found.accept(
          new Finding(
              id(),
              Severity.ERROR,
              List.of(ObjectName.CLUSTER),
              "The cluster information: " + Wording.some(problems, 2) + ".",
              evidence.traffic().locked(),
              new Remedy.None(
                  "No command: if no maintenance is running, calicoctl datastore migrate unlock"
                      + " ends the lock.")));
    }
  }
}
