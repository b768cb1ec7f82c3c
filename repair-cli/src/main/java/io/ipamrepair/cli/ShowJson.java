package io.ipamrepair.cli;

import io.ipamrepair.calico.Owner;
import io.ipamrepair.check.Finding;
import io.ipamrepair.json.Json;
import io.ipamrepair.show.BlockFill;
import io.ipamrepair.show.Claimant;
import io.ipamrepair.show.History;
import io.ipamrepair.show.Holder;
import io.ipamrepair.show.Place;
import io.ipamrepair.show.PoolOver;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** A page of {@code show}, for programs. */
final class ShowJson {
  private ShowJson() {}

  /**
   * The page.
   *
   * @param revision the revision of the state
   * @param history nothing where the state is not from a live etcd
   */
  static Json.Obj of(Page page, long revision, List<Finding> findings, Optional<History> history) {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("format", Json.Num.of(1));
    members.put("revision", Json.Num.of(revision));
    members.put("object", new Json.Text(page.facts().object().text()));
    members.putAll(page.members());
    members.put("findings", list(findings, ScanJson::finding));
    members.put("history", history.map(ShowJson::history).orElse(Json.Null.NULL));
    return new Json.Obj(members);
  }

  private static Json history(History history) {
    return Json.Obj.of(
        "unchangedSince", number(history.unchangedSince()),
        "changes", list(history.changes(), ShowJson::change),
        "keys", list(history.reaches(), ShowJson::reach));
  }

  private static Json.Obj change(History.Change change) {
    return Json.Obj.of(
        "revision", Json.Num.of(change.revision()),
        "object", new Json.Text(change.object().text()),
        "what", Json.Array.ofTexts(change.words()));
  }

  private static Json.Obj reach(History.Reach reach) {
    return Json.Obj.of(
        "object", new Json.Text(reach.object().text()),
        "oldest", number(reach.oldest()),
        "before", new Json.Text(reach.beginning().word()));
  }

  static <T> Json.Array list(Collection<T> items, Function<T, ? extends Json> json) {
    return new Json.Array(items.stream().<Json>map(json::apply).toList());
  }

  static Json text(Optional<String> text) {
    return text.<Json>map(Json.Text::new).orElse(Json.Null.NULL);
  }

  static Json number(OptionalLong number) {
    return number.isPresent() ? Json.Num.of(number.getAsLong()) : Json.Null.NULL;
  }

  /** {@code host:NODE}, as in names of affinities. */
  static Json owner(Optional<Owner> owner) {
    return text(owner.map(Owner::toString));
  }

  static Json.Obj pool(PoolOver pool) {
    return Json.Obj.of(
        "name",
        new Json.Text(pool.name()),
        "cidr",
        new Json.Text(pool.cidrText()),
        "network",
        new Json.Text(pool.network().toString()),
        "blockSize",
        Json.Num.of(pool.blockSize()),
        "enabled",
        Json.Bool.of(!pool.disabled()),
        "forWorkloads",
        Json.Bool.of(pool.forWorkloads()));
  }

  static Json.Obj fill(BlockFill block) {
    return Json.Obj.of(
        "block", new Json.Text(block.cidr().toString()),
        "readable", Json.Bool.of(block.readable()),
        "owner", owner(block.owner()),
        "addressesHeld", Json.Num.of(block.held()),
        "addressesTotal", Json.Num.of(block.size()));
  }

  static Json.Obj claim(Claimant claim) {
    return Json.Obj.of(
        "owner", new Json.Text(claim.owner().toString()),
        "block", new Json.Text(claim.cidr().toString()),
        "state", new Json.Text(claim.state()),
        "canonicalKey", Json.Bool.of(claim.canonical()),
        "blockIs", new Json.Text(claim.standing().word()));
  }

  static Json.Obj place(Place place) {
    return Json.Obj.of(
        "address", new Json.Text(place.address().toString()),
        "block", new Json.Text(place.block().toString()),
        "ordinal", Json.Num.of(place.ordinal()),
        "use", new Json.Text(place.use().word()),
        "owner", owner(place.owner()),
        "borrowed", Json.Bool.of(place.isBorrowed()),
        "holder", place.holder().map(ShowJson::holder).orElse(Json.Null.NULL),
        "releasedAt", text(place.releasedAt().map(Object::toString)));
  }

  private static Json holder(Holder holder) {
    return Json.Obj.of(
        "kind", new Json.Text(holder.kind().word()),
        "name", text(Optional.of(holder.name()).filter(name -> !name.isEmpty())),
        "node", text(holder.node()),
        "handle", text(holder.handle()),
        "since", text(holder.since()),
        "virtualMachine", text(holder.machine()),
        "movesTo", text(holder.second()),
        "movesToNode", text(holder.secondNode()));
  }
}
