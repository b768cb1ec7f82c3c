package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.repair.Words;
import io.ipamrepair.show.BlockFacts;
import io.ipamrepair.show.Claimant;
import io.ipamrepair.show.OrdinalUse;
import io.ipamrepair.show.Place;
import io.ipamrepair.show.PoolOver;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code show block}. */
record BlockPage(BlockFacts facts) implements Page {
  @Override
  public String answer() {
    String block = "Block " + facts.cidr();
    if (!facts.exists()) {
      return block + " does not exist; there " + affinities() + " for it.";
    } else if (facts.unreadable().isPresent()) {
      return block + " cannot be read: " + facts.unreadable().get() + ".";
    }
    BlockFacts.Content content = facts.content().orElseThrow();
    long elsewhere = facts.places().stream().filter(Place::isBorrowed).count();
    return block
        + " belongs to "
        + owner(content)
        + ": "
        + content.held()
        + " of "
        + Words.count(facts.cidr().ordinals(), "address")
        + " held"
        + (elsewhere == 0 ? "." : ", " + elsewhere + " of them on other nodes.");
  }

  private String affinities() {
    int count = facts.claimants().size();
    return count == 1 ? "is 1 affinity" : "are " + Words.count(count, "affinity");
  }

  private static String owner(BlockFacts.Content content) {
    return content.owner().isEmpty() && !content.ownerText().isEmpty()
        ? "'" + content.ownerText() + "', which is no owner that Calico knows"
        : Page.owner(content.owner());
  }

  @Override
  public void print(FactLines text) {
    facts.content().ifPresent(content -> print(text, content));
    if (facts.exists() && !facts.canonical()) {
      text.field("Key", facts.key().map(Bytes::display).orElse("") + " is not the canonical one");
    }
    text.list("Affinities", facts.claimants().stream().map(BlockPage::claim).toList());
    if (facts.claimants().isEmpty()) {
      text.field("Affinities", "none");
    }
    text.list("Pool", pools());
    text.list("Overlaps", facts.overlapping().stream().map(cidr -> "block " + cidr).toList());
    if (!facts.byNode().isEmpty()) {
      text.field(
          "Used on",
          text.some(
              facts.byNode().entrySet().stream()
                  .map(entry -> entry.getKey() + " " + entry.getValue())
                  .toList()));
    }
    ordinals(text);
  }

  private void print(FactLines text, BlockFacts.Content content) {
    String exists =
        content.owner().isEmpty() || facts.ownerExists() ? "" : ", which does not exist";
    text.field(
        "Owner",
        owner(content) + exists + content.claimTime().map(time -> ", claimed " + time).orElse(""));
    text.field("Sequence", content.sequenceNumber().toString());
  }

  private static String claim(Claimant claim) {
    return Page.owner(Optional.of(claim.owner()))
        + " "
        + claim.state()
        + ": "
        + claim.standing().sentence()
        + (claim.canonical() ? "" : "; its key is not the canonical one");
  }

  private List<String> pools() {
    if (facts.pools().isEmpty()) {
      return List.of("none");
    }
    return facts.pools().stream().map(this::pool).toList();
  }

  private String pool(PoolOver pool) {
    String size = "blocks of /" + pool.blockSize();
    return pool.name()
        + " ("
        + pool.cidrWords()
        + ", "
        + (pool.blockSize() == facts.cidr().prefixLength() ? size : size + ", not this size")
        + (pool.disabled() ? ", disabled" : "")
        + ")";
  }

  private void ordinals(FactLines text) {
    if (facts.places().isEmpty()) {
      return;
    }
    text.field("Ordinals", OrdinalGrid.legend(facts.uses()));
    new OrdinalGrid(facts.places()).rows(text.all()).forEach(text::line);
    addresses(text, "In conflict", OrdinalUse.CONFLICT);
    addresses(text, "Leaked", OrdinalUse.LEAKED);
  }

  private void addresses(FactLines text, String name, OrdinalUse use) {
    List<String> addresses =
        facts.places().stream()
            .filter(place -> place.use() == use)
            .map(place -> place.address().toString())
            .toList();
    if (!addresses.isEmpty()) {
      text.field(name, text.some(addresses));
    }
  }

  @Override
  public Optional<ObjectName> next() {
    return facts.places().stream()
        .filter(place -> place.use() == OrdinalUse.CONFLICT || place.use() == OrdinalUse.LEAKED)
        .findFirst()
        .map(place -> ObjectName.address(place.address()))
        .or(
            () ->
                facts.claimants().stream()
                    .map(Claimant::owner)
                    .filter(owner -> owner.isNode())
                    .findFirst()
                    .map(owner -> ObjectName.node(owner.name())));
  }

  @Override
  public Map<String, Json> members() {
    Map<String, Json> members = new LinkedHashMap<>();
    Optional<BlockFacts.Content> content = facts.content();
    members.put("exists", Json.Bool.of(facts.exists()));
    members.put("unreadable", ShowJson.text(facts.unreadable()));
    members.put("owner", ShowJson.owner(content.flatMap(BlockFacts.Content::owner)));
    members.put("ownerExists", Json.Bool.of(facts.ownerExists()));
    members.put(
        "claimTime",
        ShowJson.text(content.flatMap(BlockFacts.Content::claimTime).map(Instant::toString)));
    members.put(
        "sequenceNumber",
        content
            .<Json>map(each -> new Json.Num(each.sequenceNumber().toString()))
            .orElse(Json.Null.NULL));
    members.put(
        "addressesHeld",
        content.<Json>map(each -> Json.Num.of(each.held())).orElse(Json.Null.NULL));
    members.put("addressesTotal", Json.Num.of(facts.cidr().ordinals()));
    members.put("affinities", ShowJson.list(facts.claimants(), ShowJson::claim));
    members.put("pools", ShowJson.list(facts.pools(), ShowJson::pool));
    members.put(
        "overlaps",
        Json.Array.ofTexts(facts.overlapping().stream().map(Object::toString).toList()));
    Map<String, Json> byNode = new LinkedHashMap<>();
    facts.byNode().forEach((node, count) -> byNode.put(node, Json.Num.of(count)));
    members.put("byNode", new Json.Obj(byNode));
    members.put(
        "ordinals",
        ShowJson.list(
            facts.places().stream().filter(place -> place.use() != OrdinalUse.FREE).toList(),
            ShowJson::place));
    return members;
  }
}
