package io.ipamrepair.check;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.ClusterInformation;
import io.ipamrepair.calico.Endpoint;
import io.ipamrepair.calico.Metadata;
import io.ipamrepair.calico.Node;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.calico.Resource;
import io.ipamrepair.calico.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** K4: a resource says of itself what its key says, and has an ID and a time. */
final class K4ResourceIdentity implements Rule {
  private static final String API_VERSION = "projectcalico.org/v3";

  private static final About ABOUT =
      About.rule("K4")
          .demands(
              "A resource's name, namespace, kind and apiVersion are right, and it has a uid and a"
                  + " creationTimestamp.")
          .severities(Severity.WARNING, Severity.ERROR)
          .urgency(Urgency.ANY_TIME, "Today where name, kind or place of the resource are wrong.")
          .traffic("Not measured.")
          .because(
              "A resource that was put into etcd by hand. Without uid and creationTimestamp"
                  + " calicoctl can neither change it nor delete an enabled pool.")
          .repair(
              "No command. Put the resource back by hand with the members that calicoctl would have"
                  + " written.")
          .source("calico-ipam.md 3.5, 6 K4, 10.4 item 27")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    evidence.state().misplacedResources().stream()
        .filter(K4ResourceIdentity::isJudged)
        .forEach(
            stored ->
                report(
                    evidence,
                    Severity.ERROR,
                    stored.object(),
                    "Key "
                        + stored.key()
                        + (stored.key().text().isEmpty()
                            ? " is not UTF-8."
                            : " has the wrong number of parts for its kind."),
                    found));
    evidence
        .state()
        .pools()
        .forEach((name, stored) -> judge(evidence, stored, "IPPool", "", name, found));
    evidence
        .state()
        .nodes()
        .forEach((name, stored) -> judge(evidence, stored, "Node", "", name, found));
    evidence
        .state()
        .endpoints()
        .forEach(
            (id, stored) ->
                judge(evidence, stored, "WorkloadEndpoint", id.namespace(), id.name(), found));
    evidence.state().clusterInformation().stream()
        .filter(stored -> stored.at() instanceof CalicoKey.ClusterInformationKey)
        .forEach(
            stored -> {
              String name = ((CalicoKey.ClusterInformationKey) stored.at()).name();
              judge(evidence, stored, "ClusterInformation", "", name, found);
            });
    evidence
        .state()
        .resources()
        .forEach(
            stored -> {
              CalicoKey.ResourceKey key = (CalicoKey.ResourceKey) stored.at();
              switch (key.plural()) {
                case "ipreservations" ->
                    judge(evidence, stored, "IPReservation", "", key.name(), found);
                case "ipamconfigurations" ->
                    judge(evidence, stored, "IPAMConfiguration", "", key.name(), found);
                default -> {
                  // BGP settings are judged by no rule.
                }
              }
            });
  }

  /** BGP settings are judged by no rule. */
  private static boolean isJudged(Stored<?> misplaced) {
    return misplaced.at() instanceof CalicoKey.MisplacedResourceKey key
        && !key.plural().equals("bgpconfigurations");
  }

  private void judge(
      Evidence evidence,
      Stored<?> stored,
      String kind,
      String namespace,
      String name,
      Consumer<Finding> found) {
    if (stored.value().isEmpty()) {
      return;
    }
    Metadata metadata = metadata(stored.value().get());
    List<String> wrong = new ArrayList<>();
    compare(wrong, "name", metadata.name(), name);
    compare(wrong, "namespace", metadata.namespace(), namespace);
    compare(wrong, "kind", metadata.kind(), kind);
    compare(wrong, "apiVersion", metadata.apiVersion(), API_VERSION);
    List<String> missing = new ArrayList<>();
    if (metadata.uid().isEmpty()) {
      missing.add("uid");
    }
    if (metadata.created().isEmpty()) {
      missing.add("creationTimestamp");
    }
    String title = kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
    if (!wrong.isEmpty()) {
      report(
          evidence,
          Severity.ERROR,
          stored.object(),
          title + " says of itself: " + Wording.some(wrong, 2) + ".",
          found);
    } else if (!missing.isEmpty()) {
      report(
          evidence,
          Severity.WARNING,
          stored.object(),
          title + " has no " + String.join(" and no ", missing) + ": calicoctl cannot change it.",
          found);
    }
  }

  private static Metadata metadata(Object resource) {
    if (resource instanceof Pool pool) {
      return pool.metadata();
    } else if (resource instanceof Node node) {
      return node.metadata();
    } else if (resource instanceof Endpoint endpoint) {
      return endpoint.metadata();
    } else if (resource instanceof ClusterInformation cluster) {
      return cluster.metadata();
    }
    return ((Resource) resource).metadata();
  }

  private static void compare(List<String> wrong, String what, String found, String expected) {
    if (!found.equals(expected)) {
      wrong.add(found.isEmpty() ? "no " + what : what + " \"" + Wording.reason(found) + "\"");
    }
  }

  private void report(
      Evidence evidence,
      Severity severity,
      ObjectName object,
      String problem,
      Consumer<Finding> found) {
    Effect effect = evidence.traffic().notMeasured("");
    found.accept(
        finding(
            severity,
            List.of(object),
            problem,
            severity == Severity.ERROR ? effect.judged(Urgency.TODAY) : effect,
            Remedy.None.YET));
  }
}
