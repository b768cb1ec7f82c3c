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
  private static final About ABOUT =
      About.rule("C3")
          .demands("The cluster information exists, with a GUID, and datastoreReady is true.")
          .severities(Severity.ERROR)
          .urgency(Urgency.NOW, "Any time where only the GUID is missing.")
          .traffic(
              "None on established routes. While the cluster is locked no pod can be started or"
                  + " stopped, and Felix restarts and waits.")
          .because(
              "A maintenance that died, or a lock that was removed by deleting the field"
                  + " instead of setting it. Several of Calico's components die of the missing"
                  + " field.")
          .repair(
              "No command. If no maintenance is running, calicoctl datastore migrate unlock ends"
                  + " the lock, and writes a field that is missing.")
          .thread("https://github.com/rancher/rancher/issues/23788")
          .source("calico-ipam.md 3.8, 5.8 S19, 6 C3, 10.5 item 34")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    Optional<Stored<ClusterInformation>> stored = evidence.state().cluster();
    if (stored.isPresent() && stored.get().value().isEmpty()) {
      // Unreadable is K2's, and says nothing here.
      return;
    }
    Optional<ClusterInformation> cluster = stored.flatMap(Stored::value);
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
          finding(
              Severity.ERROR,
              List.of(ObjectName.CLUSTER),
              "The cluster information: " + Wording.some(problems, 2) + ".",
              effect(evidence.traffic(), cluster),
              isLocked(cluster)
                  ? new Remedy.None(
                      "No command: if no maintenance is running, calicoctl datastore migrate unlock"
                          + " ends the lock.")
                  : Remedy.None.YET));
    }
  }

  /** What is not ready counts as locked, also where the word is missing. */
  private static boolean isLocked(Optional<ClusterInformation> cluster) {
    return cluster.filter(each -> !each.datastoreReady().equals(Optional.of(true))).isPresent();
  }

  private static Effect effect(Traffic traffic, Optional<ClusterInformation> cluster) {
    if (cluster.isEmpty()) {
      return traffic.notMeasured("What reads it fails, the start of pods included.");
    }
    return isLocked(cluster) ? traffic.locked() : traffic.notMeasured("").judged(Urgency.ANY_TIME);
  }
}
