package io.ipamrepair.cli.html;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.map.AddressMap;
import java.util.List;
import java.util.Set;

/**
 * One object and what bears on it.
 *
 * @param head the top
 * @param facts what is so
 * @param picture lines of signs that belong to the facts, as they are; may be none
 * @param map the part of the address space that it lies in
 * @param marked the blocks that are meant
 * @param findings what touches it
 * @param history what became of it, newest first
 */
public record ShowPage(
    Head head,
    List<Fact> facts,
    List<String> picture,
    AddressMap map,
    Set<Cidr> marked,
    List<FindingNote> findings,
    List<Fact> history) {
  public ShowPage {
    facts = List.copyOf(facts);
    picture = List.copyOf(picture);
    marked = Set.copyOf(marked);
    findings = List.copyOf(findings);
    history = List.copyOf(history);
  }
}
