package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Pool;
import io.ipamrepair.check.Capacity;
import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.json.Json;
import io.ipamrepair.repair.Words;
import io.ipamrepair.show.BlockFill;
import io.ipamrepair.show.PoolFacts;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code show pool}. */
record PoolPage(PoolFacts facts) implements Page {
  @Override
  public String answer() {
    String pool = "Pool " + facts.name();
    if (facts.unreadable().isPresent()) {
      return pool + " cannot be read: " + facts.unreadable().get() + ".";
    } else if (facts.capacity().isEmpty()) {
      return pool
          + " has no CIDR: "
          + facts.pool().flatMap(Pool::cidrText).map(text -> "'" + text + "'").orElse("nothing")
          + ".";
    }
    Capacity.PoolUse use = facts.capacity().get();
    return pool
        + " stands at "
        + use.network()
        + (use.enabled() ? ": " : ", disabled: ")
        + Words.count(use.blocks(), "block")
        + ", "
        + use.addresses().used()
        + " of "
        + rounded(use.addresses().total())
        + " addresses held.";
  }

  /** An IPv6 pool's size is no number that anybody reads. */
  private static String rounded(BigInteger size) {
    return size.bitLength() <= 32 ? size.toString() : "2^" + (size.bitLength() - 1);
  }

  @Override
  public void print(FactLines text) {
    facts.pool().ifPresent(pool -> print(text, pool));
    text.list("Overlaps", facts.overlaps().stream().map(PoolPage::overlap).toList());
    facts.capacity().ifPresent(use -> print(text, use));
    text.list("Blocks", facts.blocks().stream().map(PoolPage::block).toList());
  }

  private void print(FactLines text, Pool pool) {
    text.field(
        "CIDR",
        pool.cidr()
            .filter(CidrText::hasHostBits)
            .map(CidrText::twoReadings)
            .or(pool::cidrText)
            .orElse("none"));
    text.field("Settings", String.join(", ", settings(pool)));
    text.field("Nodes", nodes(pool));
  }

  private static List<String> settings(Pool pool) {
    List<String> settings = new ArrayList<>();
    settings.add(pool.disabled() ? "disabled" : "enabled");
    settings.add("blocks of /" + pool.blockSize());
    settings.add("IPIP " + pool.ipipMode());
    settings.add("VXLAN " + pool.vxlanMode());
    settings.add(pool.natOutgoing() ? "NAT outgoing" : "no NAT");
    settings.add(pool.disableBgpExport() ? "not exported over BGP" : "exported over BGP");
    settings.add(
        "for "
            + (pool.allowedUses().isEmpty()
                ? "Workload, Tunnel"
                : String.join(", ", pool.allowedUses())));
    settings.add("assigned " + pool.assignmentMode());
    return settings;
  }

  private String nodes(Pool pool) {
    String namespaces =
        pool.namespaceSelector().isEmpty() ? "" : "; namespaces " + pool.namespaceSelector();
    return pool.nodeSelector()
        + (facts.nodesSelected().isPresent()
            ? " selects " + facts.nodesSelected().getAsLong() + " of " + facts.nodes()
            : " is no selector: it selects nobody")
        + namespaces;
  }

  private static String overlap(PoolFacts.Overlap overlap) {
    return overlap.pool().name()
        + " ("
        + overlap.pool().cidrWords()
        + (overlap.pool().disabled() ? ", disabled" : "")
        + "), "
        + overlap.relation().sentence()
        + "; "
        + (overlap.governs() ? "its settings hold" : "the settings of this one hold")
        + " where both are";
  }

  private void print(FactLines text, Capacity.PoolUse use) {
    String room =
        use.room().signum() == 0
            ? "no room for another block of /" + use.blockSize()
            : "room for " + rounded(use.room()) + " more of /" + use.blockSize();
    text.field(
        "Capacity",
        room
            + "; "
            + use.addresses().used()
            + " addresses held, "
            + use.addresses().borrowed()
            + " of them borrowed; "
            + facts.addressesUsed()
            + " used by endpoints and tunnels");
    if (!use.nodesWithoutBlock().isEmpty()) {
      text.field(
          "No block",
          text.some(
              use.nodesWithoutBlock().stream()
                  .map(
                      node ->
                          node.node()
                              + (node.addresses() == 0
                                  ? ""
                                  : " (" + Words.count(node.addresses(), "address") + " borrowed)"))
                  .toList()));
    }
  }

  private static String block(BlockFill block) {
    return block.cidr()
        + (block.readable()
            ? " of "
                + Page.owner(block.owner())
                + ": "
                + block.held()
                + " of "
                + block.size()
                + " held"
            : " cannot be read");
  }

  @Override
  public Optional<ObjectName> next() {
    return facts.blocks().stream().findFirst().map(block -> ObjectName.block(block.cidr()));
  }

  @Override
  public Map<String, Json> members() {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("unreadable", ShowJson.text(facts.unreadable()));
    members.put("cidr", ShowJson.text(facts.pool().flatMap(Pool::cidrText)));
    members.put("network", ShowJson.text(facts.network().map(Object::toString)));
    members.put("settings", facts.pool().<Json>map(PoolPage::json).orElse(Json.Null.NULL));
    members.put("overlaps", ShowJson.list(facts.overlaps(), PoolPage::json));
    members.put("blocks", ShowJson.list(facts.blocks(), ShowJson::fill));
    members.put("capacity", facts.capacity().<Json>map(ScanJson::pool).orElse(Json.Null.NULL));
    members.put("addressesInUse", Json.Num.of(facts.addressesUsed()));
    members.put("nodesSelected", ShowJson.number(facts.nodesSelected()));
    return members;
  }

  private static Json.Obj json(Pool pool) {
    return Json.Obj.of(
        "enabled",
        Json.Bool.of(!pool.disabled()),
        "blockSize",
        Json.Num.of(pool.blockSize()),
        "ipipMode",
        new Json.Text(pool.ipipMode()),
        "vxlanMode",
        new Json.Text(pool.vxlanMode()),
        "natOutgoing",
        Json.Bool.of(pool.natOutgoing()),
        "disableBGPExport",
        Json.Bool.of(pool.disableBgpExport()),
        "nodeSelector",
        new Json.Text(pool.nodeSelector()),
        "namespaceSelector",
        new Json.Text(pool.namespaceSelector()),
        "allowedUses",
        Json.Array.ofTexts(pool.allowedUses()),
        "assignmentMode",
        new Json.Text(pool.assignmentMode()));
  }

  private static Json.Obj json(PoolFacts.Overlap overlap) {
    return Json.Obj.of(
        "pool", ShowJson.pool(overlap.pool()),
        "relation", new Json.Text(overlap.relation().word()),
        "governs", Json.Bool.of(overlap.governs()));
  }
}
