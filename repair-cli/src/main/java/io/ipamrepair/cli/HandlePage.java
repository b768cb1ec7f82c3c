package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.json.Json;
import io.ipamrepair.repair.Words;
import io.ipamrepair.show.AddressFacts.User;
import io.ipamrepair.show.HandleFacts;
import io.ipamrepair.show.HandleFacts.Entry;
import io.ipamrepair.show.HandleFacts.Holding;
import io.ipamrepair.show.Holder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code show handle}. */
record HandlePage(HandleFacts facts) implements Page {
  @Override
  public String answer() {
    String handle = "Handle " + facts.id();
    String addresses = Words.count(facts.holdings().size(), "address");
    if (facts.isWindowsReservation()) {
      return handle + " is Windows' reservation, which has no key: " + addresses + ".";
    } else if (!facts.exists()) {
      return handle + " does not exist, but " + addresses + " held for it.";
    } else if (facts.unreadable().isPresent()) {
      return handle + " cannot be read: " + facts.unreadable().get() + "; " + addresses + ".";
    }
    boolean agrees = facts.entries().stream().allMatch(Entry::agrees);
    return handle + " has " + addresses + (agrees ? ", as it counts." : ", and counts otherwise.");
  }

  @Override
  public void print(FactLines text) {
    if (!facts.isWindowsReservation()) {
      text.list("Counts", facts.entries().stream().map(this::entry).toList());
    }
    text.list("Addresses", facts.holdings().stream().map(HandlePage::holding).toList());
    if (facts.holdings().isEmpty()) {
      text.field("Addresses", "none");
    }
  }

  private String entry(Entry entry) {
    return entry.block()
        + ": counts "
        + counted(entry)
        + ", has "
        + entry.real()
        + (entry.blockExists() ? "" : ", and there is no such block");
  }

  private String counted(Entry entry) {
    if (facts.unreadable().isPresent()) {
      return "what cannot be read";
    }
    return entry.counted().isPresent() ? Long.toString(entry.counted().getAsLong()) : "nothing";
  }

  private static String holding(Holding holding) {
    String holder = holding.place().holder().map(Holder::words).orElse("nobody knows whom");
    List<String> users = holding.users().stream().map(User::words).toList();
    String use = "used by " + String.join("; ", users);
    if (users.isEmpty()) {
      use = "used by nobody";
    } else if (users.equals(List.of(holder))) {
      use = "used by it";
    }
    return holding.place().address() + " for " + holder + ": " + use;
  }

  @Override
  public Optional<ObjectName> next() {
    return facts.holdings().stream()
        .findFirst()
        .map(holding -> ObjectName.address(holding.place().address()));
  }

  @Override
  public Map<String, Json> members() {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("exists", Json.Bool.of(facts.exists()));
    members.put("unreadable", ShowJson.text(facts.unreadable()));
    members.put("counts", ShowJson.list(facts.entries(), HandlePage::json));
    members.put("addresses", ShowJson.list(facts.holdings(), HandlePage::json));
    return members;
  }

  private static Json.Obj json(Entry entry) {
    return Json.Obj.of(
        "block", new Json.Text(entry.block()),
        "counted", ShowJson.number(entry.counted()),
        "real", Json.Num.of(entry.real()),
        "blockExists", Json.Bool.of(entry.blockExists()));
  }

  private static Json.Obj json(Holding holding) {
    Json.Obj place = ShowJson.place(holding.place());
    return place.with("users", ShowJson.list(holding.users(), AddressPage::json));
  }
}
