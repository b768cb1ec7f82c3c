package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.check.Finding;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cli.html.Fact;
import io.ipamrepair.cli.html.Head;
import io.ipamrepair.cli.html.Pages;
import io.ipamrepair.cli.html.ShowPage;
import io.ipamrepair.map.AddressMap;
import io.ipamrepair.map.PoolArea;
import io.ipamrepair.show.AddressFacts;
import io.ipamrepair.show.BlockFacts;
import io.ipamrepair.show.BlockFill;
import io.ipamrepair.show.Claimant;
import io.ipamrepair.show.Facts;
import io.ipamrepair.show.HandleFacts;
import io.ipamrepair.show.History;
import io.ipamrepair.show.KeyHistory;
import io.ipamrepair.show.NodeFacts;
import io.ipamrepair.show.PoolFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What {@code show} says of one object, as a page; takes the facts as they come. */
final class ShowHtml implements FactLines {
  private final List<Fact> facts = new ArrayList<>();
  private final List<String> picture = new ArrayList<>();

  private ShowHtml() {}

  /**
   * The page.
   *
   * @param history nothing where the state is not from a live etcd
   * @param now the present, which the page names
   */
  static String of(
      Page page, ReadState read, List<Finding> findings, Optional<History> history, Instant now) {
    ShowHtml lines = new ShowHtml();
    page.print(lines);
    Set<Cidr> marked = blocks(page.facts());
    return new Pages(Terminal::escape)
        .of(
            new ShowPage(
                new Head(
                    "Shown from " + read.origin().words(),
                    title(page.facts().object()),
                    page.answer(),
                    List.of(),
                    List.of(),
                    ScanHtml.facts(read, now)),
                lines.facts,
                lines.picture,
                around(AddressMap.of(read.state()), page.facts(), marked),
                marked,
                FindingNotes.of(findings),
                history.map(ShowHtml::history).orElse(List.of())));
  }

  private static String title(ObjectName object) {
    return object.kind().substring(0, 1).toUpperCase(java.util.Locale.ROOT)
        + object.kind().substring(1)
        + " "
        + ShowText.brief(object.text().substring(object.kind().length() + 1));
  }

  /** The blocks that an object is, has, or lies in; of a pool none is meant more than others. */
  private static Set<Cidr> blocks(Facts facts) {
    Set<Cidr> blocks = new TreeSet<>();
    if (facts instanceof BlockFacts block) {
      blocks.add(block.cidr());
    } else if (facts instanceof NodeFacts node) {
      node.blocks().stream().map(BlockFill::cidr).forEach(blocks::add);
      node.claims().stream().map(Claimant::cidr).forEach(blocks::add);
      node.borrowed().forEach(place -> blocks.add(place.block()));
    } else if (facts instanceof HandleFacts handle) {
      handle.holdings().forEach(holding -> blocks.add(holding.place().block()));
    } else if (facts instanceof AddressFacts address) {
      blocks.addAll(address.blocks());
    }
    return blocks;
  }

  /** The pools that an object lies in, or is, and those that overlap it. */
  private static AddressMap around(AddressMap map, Facts facts, Set<Cidr> marked) {
    Set<String> names = new TreeSet<>();
    if (facts instanceof PoolFacts pool) {
      names.add(pool.name());
      pool.overlaps().forEach(overlap -> names.add(overlap.pool().name()));
    } else if (facts instanceof AddressFacts address) {
      address.pools().forEach(pool -> names.add(pool.name()));
    }
    return new AddressMap(
        map.extent(),
        map.pools().stream()
            .filter(pool -> names.contains(pool.name()) || has(pool, marked))
            .toList(),
        map.outside().stream().filter(block -> marked.contains(block.cidr())).toList());
  }

  private static boolean has(PoolArea pool, Set<Cidr> marked) {
    return pool.blocks().stream().anyMatch(block -> marked.contains(block.cidr()));
  }

  private static List<Fact> history(History history) {
    List<Fact> facts = new ArrayList<>();
    facts.add(
        Fact.of(
            "Unchanged since",
            history.unchangedSince().isPresent()
                ? "revision "
                    + history.unchangedSince().getAsLong()
                    + ", as of revision "
                    + history.revision()
                : "etcd knows of none, as of revision " + history.revision()));
    for (History.Change change : history.changes()) {
      List<String> words = new ArrayList<>();
      words.add(ShowText.name(change.object()));
      words.addAll(change.words());
      facts.add(new Fact("Revision " + change.revision(), words));
    }
    reach(history, KeyHistory.Beginning.COMPACTED, "Compacted away").ifPresent(facts::add);
    reach(history, KeyHistory.Beginning.CUT, "Not read").ifPresent(facts::add);
    return facts;
  }

  private static Optional<Fact> reach(
      History history, KeyHistory.Beginning beginning, String name) {
    List<String> names =
        history.reaches().stream()
            .filter(reach -> reach.beginning() == beginning)
            .map(reach -> "older values of " + ShowText.name(reach.object()))
            .toList();
    return names.isEmpty() ? Optional.empty() : Optional.of(new Fact(name, names));
  }

  @Override
  public void field(String name, String text) {
    if (name.isEmpty() && !facts.isEmpty()) {
      Fact before = facts.remove(facts.size() - 1);
      List<String> values = new ArrayList<>(before.values());
      values.add(text);
      facts.add(new Fact(before.name(), values));
    } else {
      facts.add(Fact.of(name, text));
    }
  }

  @Override
  public void list(String name, List<String> items) {
    if (!items.isEmpty()) {
      facts.add(new Fact(name, items));
    }
  }

  @Override
  public String some(List<String> items) {
    return String.join(", ", items);
  }

  @Override
  public void line(String text) {
    picture.add(text);
  }

  @Override
  public boolean all() {
    return true;
  }
}
