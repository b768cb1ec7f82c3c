package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.json.Json;
import io.ipamrepair.repair.Words;
import io.ipamrepair.show.BlockFill;
import io.ipamrepair.show.Claimant;
import io.ipamrepair.show.NodeFacts;
import io.ipamrepair.show.Place;
import io.ipamrepair.show.PoolOver;
import io.ipamrepair.show.TunnelAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code show node}. */
record NodePage(NodeFacts facts) implements Page {
  @Override
  public String answer() {
    String node = "Node " + facts.name();
    String state =
        !facts.exists()
            ? " does not exist, but something of it is left: "
            : facts.unreadable().map(why -> " cannot be read (" + why + "): ").orElse(": ");
    return node
        + state
        + Words.count(facts.blocks().size(), "block")
        + ", "
        + Words.count(facts.claims().size(), "affinity")
        + ", "
        + Words.count(facts.workloads().size(), "workload")
        + ", "
        + Words.count(facts.borrowed().size(), "address")
        + " in blocks that are not its own.";
  }

  @Override
  public void print(FactLines text) {
    text.list("Blocks", orNone(facts.blocks().stream().map(NodePage::block).toList()));
    text.list("Affinities", orNone(facts.claims().stream().map(NodePage::claim).toList()));
    text.list("Tunnels", orNone(facts.tunnels().stream().map(NodePage::tunnel).toList()));
    text.list("Borrowed", orNone(facts.borrowed().stream().map(NodePage::borrowed).toList()));
    text.list("Lent", orNone(facts.lent().stream().map(NodePage::lent).toList()));
    text.field(
        "Pools",
        facts.pools().isEmpty()
            ? "none selects it"
            : text.some(facts.pools().stream().map(NodePage::pool).toList()));
    if (facts.exists() && facts.unreadable().isEmpty()) {
      text.field(
          "Known to",
          facts.orchestrators().isEmpty()
              ? "no orchestrator"
              : String.join(", ", facts.orchestrators()));
    }
  }

  private static String pool(PoolOver pool) {
    return pool.name()
        + " ("
        + pool.cidrWords()
        + (pool.disabled() ? ", disabled" : "")
        + (pool.forWorkloads() ? ")" : ", not for workloads)");
  }

  private static List<String> orNone(List<String> items) {
    return items.isEmpty() ? List.of("none") : items;
  }

  private static String block(BlockFill block) {
    return block.cidr()
        + ": "
        + block.held()
        + " of "
        + Words.count(block.size(), "address")
        + " held";
  }

  private static String claim(Claimant claim) {
    return claim.cidr()
        + " "
        + claim.state()
        + ": "
        + claim.standing().sentence()
        + (claim.canonical() ? "" : "; its key is not the canonical one");
  }

  private static String tunnel(TunnelAddress tunnel) {
    return tunnel.tunnel().attributeType()
        + " "
        + tunnel.text()
        + ": "
        + tunnel.standing().sentence();
  }

  private static String borrowed(Place place) {
    return place.address()
        + " of "
        + Page.owner(place.owner())
        + "'s block "
        + place.block()
        + place.holder().map(holder -> ": " + holder.words()).orElse("");
  }

  private static String lent(Place place) {
    return place.address() + place.holder().map(holder -> ": " + holder.words()).orElse("");
  }

  @Override
  public Optional<ObjectName> next() {
    return facts.blocks().stream()
        .map(block -> ObjectName.block(block.cidr()))
        .findFirst()
        .or(() -> facts.claims().stream().map(claim -> ObjectName.block(claim.cidr())).findFirst())
        .or(
            () ->
                facts.borrowed().stream()
                    .map(place -> ObjectName.address(place.address()))
                    .findFirst());
  }

  @Override
  public Map<String, Json> members() {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("exists", Json.Bool.of(facts.exists()));
    members.put("unreadable", ShowJson.text(facts.unreadable()));
    members.put("orchestrators", Json.Array.ofTexts(facts.orchestrators()));
    members.put("blocks", ShowJson.list(facts.blocks(), ShowJson::fill));
    members.put("affinities", ShowJson.list(facts.claims(), ShowJson::claim));
    members.put("tunnels", ShowJson.list(facts.tunnels(), NodePage::json));
    members.put("borrowed", ShowJson.list(facts.borrowed(), ShowJson::place));
    members.put("lent", ShowJson.list(facts.lent(), ShowJson::place));
    members.put("workloads", Json.Num.of(facts.workloads().size()));
    members.put("pools", ShowJson.list(facts.pools(), ShowJson::pool));
    return members;
  }

  private static Json.Obj json(TunnelAddress tunnel) {
    return Json.Obj.of(
        "type", new Json.Text(tunnel.tunnel().attributeType()),
        "address", new Json.Text(tunnel.text()),
        "standing", new Json.Text(tunnel.standing().word()));
  }
}
