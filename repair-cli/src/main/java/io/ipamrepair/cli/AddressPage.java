package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.json.Json;
import io.ipamrepair.show.AddressFacts;
import io.ipamrepair.show.AddressFacts.User;
import io.ipamrepair.show.Conflict;
import io.ipamrepair.show.Holder;
import io.ipamrepair.show.OrdinalUse;
import io.ipamrepair.show.Place;
import io.ipamrepair.show.PoolOver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code show address}. */
record AddressPage(AddressFacts facts) implements Page {
  @Override
  public String answer() {
    String address = "Address " + facts.address();
    if (!facts.conflicts().isEmpty()) {
      return address
          + " is in conflict: "
          + facts.conflicts().stream().map(Conflict::sentence).collect(Collectors.joining("; "))
          + ".";
    }
    Optional<Place> held = facts.places().stream().filter(p -> p.holder().isPresent()).findFirst();
    if (held.isPresent()) {
      return address
          + " is held for "
          + holder(held.get())
          + (facts.users().isEmpty() ? "." : ", and used.");
    }
    return address + " " + withoutHolder();
  }

  private static String holder(Place place) {
    return place.holder().map(Holder::words).orElse("")
        + (place.isBorrowed() ? ", borrowed from " + Page.owner(place.owner()) : "");
  }

  private String withoutHolder() {
    if (facts.places().size() < facts.blocks().size()) {
      return "lies in a block that cannot be read: whether it is held is not known.";
    } else if (!facts.users().isEmpty()) {
      return "is used, and no block holds it"
          + (facts.pools().isEmpty() ? ": it lies in no pool." : ".");
    } else if (facts.blocks().isEmpty()) {
      return "is free: no node has claimed a block around it yet.";
    }
    Place place = facts.places().get(0);
    return switch (place.use()) {
      case COOLING_DOWN ->
          "was released "
              + place.releasedAt().map(Object::toString).orElse("")
              + " and is cooling down: it is not handed out again yet.";
      case LOST -> "is not held, and not in the free list either: it is never handed out.";
      case RESERVED -> "is free, and a reservation keeps it so.";
      case UNKNOWN -> "is held, and its block does not say by whom.";
      default -> "is free.";
    };
  }

  @Override
  public void print(FactLines text) {
    facts.places().forEach(place -> print(text, place));
    facts.blocks().stream()
        .filter(cidr -> facts.places().stream().noneMatch(place -> place.block().equals(cidr)))
        .forEach(cidr -> text.field("Block", cidr + ", which cannot be read"));
    if (facts.blocks().isEmpty()) {
      text.field("Block", "none");
    }
    pools(text);
    text.list("Used by", facts.users().stream().map(AddressPage::user).toList());
    if (facts.users().isEmpty()) {
      text.field("Used by", "no endpoint and no tunnel");
    }
  }

  @Override
  public Optional<ObjectName> next() {
    return facts.blocks().stream().findFirst().map(ObjectName::block);
  }

  private static void print(FactLines text, Place place) {
    text.field(
        "Block",
        place.block()
            + " of "
            + Page.owner(place.owner())
            + ", ordinal "
            + place.ordinal()
            + (place.isBorrowed() ? ": borrowed by another node" : ""));
    place
        .holder()
        .ifPresent(
            holder -> {
              text.field("Held for", holder.words());
              text.field("Handle", holder.handle().orElse("none"));
              text.field("Since", holder.since().orElse("not recorded"));
            });
    if (place.use() == OrdinalUse.UNKNOWN) {
      text.field("Held for", "an attribute that is not there");
    }
  }

  private void pools(FactLines text) {
    List<String> pools = new ArrayList<>();
    for (PoolOver pool : facts.pools()) {
      String others = facts.pools().size() > 1 ? ", whose settings hold: the first by name" : "";
      pools.add(
          pool.name()
              + " ("
              + pool.cidrWords()
              + (pool.disabled() ? ", disabled" : "")
              + ")"
              + (pools.isEmpty() ? others : ", also over it"));
    }
    text.list("Pool", pools.isEmpty() ? List.of("none") : pools);
  }

  private static String user(User user) {
    return user.words() + (user.pod().isPresent() ? "  (" + user.object() + ")" : "");
  }

  @Override
  public Map<String, Json> members() {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put(
        "conflicts", Json.Array.ofTexts(facts.conflicts().stream().map(Conflict::word).toList()));
    members.put("places", ShowJson.list(facts.places(), ShowJson::place));
    members.put(
        "blocks", Json.Array.ofTexts(facts.blocks().stream().map(Object::toString).toList()));
    members.put("governingPool", ShowJson.text(facts.governing().map(PoolOver::name)));
    members.put("pools", ShowJson.list(facts.pools(), ShowJson::pool));
    members.put("users", ShowJson.list(facts.users(), AddressPage::json));
    return members;
  }

  static Json.Obj json(User user) {
    return Json.Obj.of(
        "object", new Json.Text(user.object().text()),
        "pod", ShowJson.text(user.pod()),
        "node", ShowJson.text(user.node()));
  }
}
