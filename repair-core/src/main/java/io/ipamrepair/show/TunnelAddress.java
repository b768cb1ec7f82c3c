package io.ipamrepair.show;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Node;
import io.ipamrepair.cidr.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * An address of a node's tunnel.
 *
 * @param tunnel which tunnel
 * @param text the address as written
 * @param address the address; nothing when the text is none
 * @param standing whether it is held for the tunnel
 */
public record TunnelAddress(
    Node.Tunnel tunnel, String text, Optional<IpAddress> address, Standing standing) {
  /** Whether an address is held for the tunnel that uses it. */
  public enum Standing {
    HELD("held", "held for it", Optional.empty()),
    ANOTHERS("anothers", "held for another", Optional.of(Conflict.HELD_FOR_ANOTHER)),
    NOT_HELD("not-held", "held by no block", Optional.of(Conflict.USED_BUT_FREE)),
    OUTSIDE_POOLS("outside-pools", "in no pool, so nothing need hold it", Optional.empty()),
    NO_ADDRESS("no-address", "no address", Optional.empty()),
    UNKNOWN("unknown", "held or not: its block does not say", Optional.empty());

    private final String word;
    private final String sentence;
    private final Optional<Conflict> conflict;

    Standing(String word, String sentence, Optional<Conflict> conflict) {
      this.word = word;
      this.sentence = sentence;
      this.conflict = conflict;
    }

    /** The word in JSON output. */
    public String word() {
      return word;
    }

    /** What it means, to stand behind the address. */
    public String sentence() {
      return sentence;
    }

    Optional<Conflict> conflict() {
      return conflict;
    }
  }

  /** The tunnels of {@code node}, by kind. */
  static List<TunnelAddress> of(Survey survey, String name, Node node) {
    return node.tunnelAddresses().entrySet().stream()
        .map(
            entry -> {
              Optional<IpAddress> address = IpAddress.read(entry.getValue());
              String handle = entry.getKey().handle(name);
              return new TunnelAddress(
                  entry.getKey(),
                  entry.getValue(),
                  address,
                  address.map(each -> standing(survey, handle, each)).orElse(Standing.NO_ADDRESS));
            })
        .toList();
  }

  private static Standing standing(Survey survey, String handle, IpAddress address) {
    List<Ordinal> holding = survey.holding(address);
    boolean unknown =
        survey.blocksOver(address).stream().anyMatch(cidr -> survey.readableBlock(cidr).isEmpty())
            || holding.stream().anyMatch(each -> each.attribute().isEmpty());
    if (unknown) {
      return Standing.UNKNOWN;
    } else if (holding.isEmpty()) {
      return survey.isInPool(address) ? Standing.NOT_HELD : Standing.OUTSIDE_POOLS;
    }
    // Old releases held tunnel addresses without a handle.
    boolean own =
        holding.stream()
            .flatMap(each -> each.attribute().stream())
            .map(Attribute::handle)
            .anyMatch(held -> held.isEmpty() || held.get().equals(handle));
    return own ? Standing.HELD : Standing.ANOTHERS;
  }
}
