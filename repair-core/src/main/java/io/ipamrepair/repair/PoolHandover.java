package io.ipamrepair.repair;

import io.ipamrepair.calico.AddressUsers;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.calico.Pools;
import io.ipamrepair.calico.Pools.NamedPool;
import io.ipamrepair.cidr.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What changes for addresses in use that another pool comes to govern when a pool goes. When pools
 * overlap, the first by name governs an address (reference, section 7.6; routing.md, section 5).
 */
final class PoolHandover {
  private final SortedMap<String, NamedPool> heirs = new TreeMap<>();
  private final SortedMap<String, Integer> addresses = new TreeMap<>();
  private final NamedPool leaving;

  PoolHandover(IpamState state, NamedPool leaving, Pools others, AddressUsers users) {
    this.leaving = leaving;
    users.inside(leaving.network()).forEach(address -> inherit(state, others, address));
    state
        .addressesIn(leaving.network(), Block::held)
        .filter(address -> users.of(address).isEmpty())
        .forEach(address -> inherit(state, others, address));
  }

  private void inherit(IpamState state, Pools others, IpAddress address) {
    boolean governed =
        state
            .knownPools()
            .governing(address)
            .filter(pool -> pool.name().equals(leaving.name()))
            .isPresent();
    if (governed) {
      others
          .governing(address)
          .ifPresent(
              heir -> {
                heirs.put(heir.name(), heir);
                addresses.merge(heir.name(), 1, Integer::sum);
              });
    }
  }

  /** One line per heir, and one per setting that differs. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, NamedPool> entry : heirs.entrySet()) {
      Pool heir = entry.getValue().pool();
      Pool old = leaving.pool();
      List<String> differences = new ArrayList<>();
      differ(
          differences,
          "ipipMode",
          old.ipipMode(),
          heir.ipipMode(),
          "encapsulation of their traffic changes: packets in flight may be lost, MTU differs");
      differ(
          differences,
          "vxlanMode",
          old.vxlanMode(),
          heir.vxlanMode(),
          "encapsulation of their traffic changes: packets in flight may be lost, MTU differs");
      differ(
          differences,
          "natOutgoing",
          old.natOutgoing(),
          heir.natOutgoing(),
          heir.natOutgoing()
              ? "their traffic to the outside becomes masqueraded"
              : "their traffic to the outside is no longer masqueraded");
      differ(
          differences,
          "disableBGPExport",
          old.disableBgpExport(),
          heir.disableBgpExport(),
          heir.disableBgpExport()
              ? "nothing of them is announced over BGP any more"
              : "they are announced over BGP from now on");
      differ(
          differences,
          "nodeSelector",
          old.nodeSelector(),
          heir.nodeSelector(),
          "other nodes may take blocks; present traffic does not change");
      differ(
          differences,
          "blockSize",
          old.blockSize(),
          heir.blockSize(),
          "Calico looks for their blocks under keys of the new size: releases by address miss them, and new blocks may overlap them");
      differ(
          differences,
          "disabled",
          old.disabled(),
          heir.disabled(),
          heir.disabled()
              ? "no new address is handed out there; present traffic does not change"
              : "new addresses are handed out there again");
      differ(
          differences,
          "allowedUses",
          old.allowedUses(),
          heir.allowedUses(),
          "what new addresses are for; present traffic does not change");
      differ(
          differences,
          "namespaceSelector",
          old.namespaceSelector(),
          heir.namespaceSelector(),
          "whose pods get new addresses; present traffic does not change");
      differ(
          differences,
          "assignmentMode",
          old.assignmentMode(),
          heir.assignmentMode(),
          "how new addresses are given; present traffic does not change");
      int count = addresses.get(entry.getKey());
      lines.add(
          Words.count(count, "address")
              + " in use: pool "
              + entry.getKey()
              + " comes to govern "
              + (count == 1 ? "it" : "them")
              + (differences.isEmpty() ? ", with the same settings." : ". What differs:"));
      differences.forEach(difference -> lines.add("  " + difference));
    }
    return lines;
  }

  private static void differ(
      List<String> differences, String setting, Object old, Object now, String effect) {
    if (!old.equals(now)) {
      differences.add(setting + " " + text(old) + " → " + text(now) + ": " + effect);
    }
  }

  private static String text(Object value) {
    return value.toString().isEmpty() ? "(none)" : value.toString();
  }
}
