package io.ipamrepair.repair;

import io.ipamrepair.calico.AddressUsers;
import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.kv.KeyRange;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which addresses of a block nothing uses. An address is given back only when everything speaks for
 * it: a pod of Kubernetes had it, that pod has no endpoint left, no endpoint, translation or tunnel
 * uses the address, and it is older than a grace time. Whatever else holds an address may be alive
 * without leaving a trace in etcd, and keeps it.
 */
final class LeakedAddresses {
  /** A handle that names more blocks than this cannot be lowered in one transaction. */
  private static final int MOST_BLOCKS = 20;

  /** Free, or the reason why not. */
  sealed interface Verdict {
    /** Nothing uses it; {@code requires} must hold until the commit. */
    record Leaked(String handle, Requirement requires) implements Verdict {}

    /** It stays. */
    record Kept(String reason) implements Verdict {}
  }

  private final IpamState state;
  private final AddressUsers users;
  private final Duration olderThan;
  private final Instant now;
  private final boolean blind;
  private final HandleCounts handles;

  LeakedAddresses(
      IpamState state, AddressUsers users, HandleCounts handles, Duration olderThan, Instant now) {
    this.state = state;
    this.users = users;
    this.olderThan = olderThan;
    this.now = now;
    this.handles = handles;
    this.blind = !state.knowsEveryUser();
  }

  /**
   * The verdicts on the addresses that {@code block} holds and no endpoint or tunnel is known to
   * use, by ordinal.
   */
  SortedMap<Integer, Verdict> unusedIn(Block block) {
    SortedMap<Integer, Verdict> verdicts = new TreeMap<>();
    block.inUse().stream()
        .filter(ordinal -> !isUsed(block, ordinal))
        .forEach(ordinal -> verdicts.put(ordinal, verdict(block, ordinal)));
    return verdicts;
  }

  private boolean isUsed(Block block, int ordinal) {
    // A settled workload has its endpoint, which is not in the state.
    return block.attribute(ordinal).filter(Attribute::settled).isPresent()
        || !users.of(block.address(ordinal)).isEmpty();
  }

  private Verdict verdict(Block block, int ordinal) {
    Optional<Attribute> found = block.attribute(ordinal);
    if (blind) {
      return new Verdict.Kept("an endpoint or node cannot be read, and might use it");
    }
    if (found.isEmpty()) {
      return new Verdict.Kept("its attribute is missing: the holder is unknown");
    }
    Attribute attribute = found.get();
    if (attribute.isService()) {
      return new Verdict.Kept("a service has it; services are not in etcd");
    }
    if (attribute.isVirtualMachine() || !attribute.alternateOwner().isEmpty()) {
      return new Verdict.Kept("a virtual machine has it");
    }
    if (attribute.isTunnel()) {
      return new Verdict.Kept("a node's tunnel has it, and no time says since when");
    }
    Optional<String> namespace = attribute.secondary("namespace");
    Optional<String> pod = attribute.secondary("pod");
    Optional<String> node = attribute.node();
    if (attribute.handle().isEmpty() || namespace.isEmpty() || pod.isEmpty() || node.isEmpty()) {
      return new Verdict.Kept("the holder is of an unknown kind");
    }
    KeyRange podEndpoints = state.layout().endpointsOfPod(namespace.get(), node.get(), pod.get());
    if (!state.keysIn(podEndpoints).isEmpty()) {
      return new Verdict.Kept(
          "pod " + namespace.get() + "/" + pod.get() + " has an endpoint, with another address");
    }
    Optional<Instant> since = attribute.allocatedAt();
    if (since.isEmpty()) {
      return new Verdict.Kept("no time says since when it is held");
    }
    int named = handles.blocksOf(attribute.handle().get());
    if (named > MOST_BLOCKS) {
      return new Verdict.Kept(
          "its handle names " + named + " blocks, more than can be written together");
    }
    if (since.get().isAfter(now.minus(olderThan))) {
      return new Verdict.Kept("held for less than " + olderThan.toSeconds() + " s");
    }
    IpAddress address = block.address(ordinal);
    return new Verdict.Leaked(
        attribute.handle().get(),
        new Requirement.AddressUnused(address, namespace.get(), node.get(), pod.get()));
  }

  /** Of the verdicts, the ordinals to free. */
  static SortedMap<Integer, BlockRemoval.Freed> leaked(Map<Integer, Verdict> verdicts) {
    SortedMap<Integer, BlockRemoval.Freed> leaked = new TreeMap<>();
    verdicts.forEach(
        (ordinal, verdict) -> {
          if (verdict instanceof Verdict.Leaked free) {
            leaked.put(ordinal, new BlockRemoval.Freed(free.handle(), free.requires()));
          }
        });
    return leaked;
  }
}
