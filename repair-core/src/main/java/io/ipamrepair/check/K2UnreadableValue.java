package io.ipamrepair.check;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Reading;
import io.ipamrepair.calico.Stored;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** K2: every value is one JSON object of the types that the reference gives. */
final class K2UnreadableValue implements Rule {
  private static final About ABOUT =
      About.rule("K2")
          .demands("Every value is exactly one JSON object with members of the right types.")
          .severities(Severity.ERROR)
          .urgency(
              Urgency.TODAY,
              "Now for a block, the IPAM configuration and the cluster information, and for a pool"
                  + " while addresses in use lie in no readable one; any time for a handle, a bare"
                  + " host key and what IPAM does not read.")
          .traffic(
              "A block's routes stay, but each node that picks the block cannot start pods. An"
                  + " affinity is ignored: its pods are reached by their /32 routes while a pool"
                  + " covers them.")
          .because(
              "Calico's lists pass over an unreadable value in silence, so an unreadable block"
                  + " looks like a free one: every node that picks it fails, and leaves a pending"
                  + " affinity each time. An unreadable bare host key stops the deletion of its"
                  + " node.")
          .repair(
              "No command. Put the value back by hand from a backup, or write it anew from what is"
                  + " known.")
          .threads("calico", 1956, 1964)
          .source("rules.md General; calico-ipam.md 2.2, 10.5 item 30, 10.3 item 22")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    Stream.of(
            evidence.canonicalBlocks().stream(),
            evidence.state().affinities().values().stream(),
            evidence.state().handles().values().stream(),
            evidence.state().config().stream(),
            evidence.state().hostRecords().stream(),
            evidence.state().pools().values().stream(),
            evidence.state().nodes().values().stream(),
            evidence.state().endpoints().values().stream(),
            evidence.state().clusterInformation().stream(),
            evidence.state().resources().stream().filter(K2UnreadableValue::isJudged))
        .flatMap(each -> each)
        .forEach(stored -> judge(evidence, stored, found));
  }

  /** BGP settings are read for what they say about peering, and judged by no rule. */
  private static boolean isJudged(Stored<?> stored) {
    return stored.at() instanceof CalicoKey.ResourceKey key
        && !key.plural().equals("bgpconfigurations");
  }

  private void judge(Evidence evidence, Stored<?> stored, Consumer<Finding> found) {
    if (stored.reading() instanceof Reading.Unreadable<?> unreadable) {
      found.accept(
          finding(
              Severity.ERROR,
              List.of(stored.object()),
              name(stored) + " cannot be read: " + Wording.reason(unreadable.reason()) + ".",
              traffic(evidence, stored),
              Remedy.None.YET));
    }
  }

  private static String name(Stored<?> stored) {
    CalicoKey at = stored.at();
    if (at instanceof CalicoKey.BlockKey key) {
      return "Block " + key.cidr();
    } else if (at instanceof CalicoKey.AffinityKey key) {
      return Wording.owner(key.owner()) + "'s affinity for " + key.cidr();
    } else if (at instanceof CalicoKey.HandleKey key) {
      return "Handle " + Wording.id(key.id());
    } else if (at instanceof CalicoKey.PoolKey key) {
      return "Pool " + key.name();
    } else if (at instanceof CalicoKey.NodeKey key) {
      return "Node " + key.name();
    } else if (at instanceof CalicoKey.EndpointKey key) {
      return "Workload endpoint " + key.id();
    } else if (at instanceof CalicoKey.ConfigKey) {
      return "The IPAM configuration";
    } else if (stored.object().equals(ObjectName.CLUSTER)) {
      return "The cluster information";
    }
    return "Key " + stored.key();
  }

  private static Effect traffic(Evidence evidence, Stored<?> stored) {
    Traffic traffic = evidence.traffic();
    CalicoKey at = stored.at();
    if (at instanceof CalicoKey.BlockKey key) {
      return traffic.unreadableBlock(key.cidr());
    } else if (at instanceof CalicoKey.AffinityKey key) {
      return traffic.unreadableAffinity(key.cidr());
    } else if (at instanceof CalicoKey.HostRecordKey) {
      return hostRecord(traffic, stored).judged(Urgency.ANY_TIME);
    } else if (at instanceof CalicoKey.HandleKey) {
      return traffic.handleTooSmall();
    } else if (at instanceof CalicoKey.PoolKey) {
      return traffic.poolOfUnknownNetwork(
          "Calico's lists pass over it, so that its addresses may count as in no pool.");
    } else if (at instanceof CalicoKey.ConfigKey || stored.object().equals(ObjectName.CLUSTER)) {
      return traffic
          .notMeasured("What reads it fails, the start of pods included.")
          .judged(Urgency.NOW);
    }
    Effect passedOver = traffic.notMeasured("Calico's lists pass over it.");
    boolean unread =
        at instanceof CalicoKey.ResourceKey key && key.plural().equals("ipamconfigurations");
    return unread ? passedOver.judged(Urgency.ANY_TIME) : passedOver;
  }

  private static Effect hostRecord(Traffic traffic, Stored<?> stored) {
    return stored.bytes().filter(bytes -> bytes.display().strip().equals("null")).isPresent()
        ? traffic.administrative("Nothing reads it any more.")
        : traffic.administrative("It stops Calico from deleting its node.");
  }
}
